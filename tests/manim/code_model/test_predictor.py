"""The predictor `layout-lm`: its tokens, what it is told, its weights, and that it always ends."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import transformers
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from jepamine.errors import UserError
from jepamine.manim.code_model.examples import Example
from jepamine.manim.code_model.lm_vocabulary import Vocabulary
from jepamine.manim.code_model.predictor import layout_lm
from jepamine.manim.code_model.prompt import SLOT, body, finished, prompt
from jepamine.manim.code_model.token_context import END, NOTHING, About, about, rows_of
from jepamine.manim.layouts import Layout, Object
from jepamine.utils.tensors import load_into

TEXT = Object("text", -2.5, 1.25, 1, 1.2, 0.4, text="ab", color="#58C4DD")
CIRCLE = Object("circle", 3.0, -1.0, 0, 2.0, 2.0, color="#FC6255")
LAYOUT = Layout((TEXT, CIRCLE))
EXPRESSIONS = ("Circle(radius=1, color=RED)", 'Text("ab", color=BLUE)')
EXAMPLE = Example(LAYOUT, "the text 'ab' left of a red circle", EXPRESSIONS)
SMALL = {"hidden_dim": 32, "layers": 1, "heads": 2, "feed_forward": 32}
CONDITIONINGS = ("slots", "lines", "prefix", "prompt-only")


def scratch(conditioning="slots", seed=0):
    torch.manual_seed(seed)
    return layout_lm(weights="scratch", conditioning=conditioning, **SMALL)


def rewrite(path: Path, **changes) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.fixture(scope="module")
def pretrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Qwen2 with a byte-level tokenizer, as save_pretrained writes them."""
    folder = tmp_path_factory.mktemp("qwen2")
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(
        models.BPE(vocab={letter: place for place, letter in enumerate(letters)}, merges=[])
    )
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|endoftext|>")
    fast.save_pretrained(folder)
    torch.manual_seed(1)
    config = transformers.Qwen2Config(
        vocab_size=len(fast), hidden_size=32, intermediate_size=32, num_hidden_layers=1,
        num_attention_heads=2, num_key_value_heads=2, tie_word_embeddings=True,
        eos_token_id=fast.eos_token_id, bos_token_id=None,
    )  # fmt: skip
    transformers.Qwen2ForCausalLM(config).save_pretrained(folder)
    return folder


def test_the_prompt_says_the_layout_in_drawing_order():
    assert prompt(LAYOUT, "the text 'ab'\nleft of a red circle") == (
        "# the text 'ab' left of a red circle\n"
        "# circle: RED [3, -1] 2 x 2\n"
        '# text: "ab" BLUE [-2.5, 1.25] 1.2 x 0.4\n'
        "from manim import *\n\n\nclass GeneratedScene(Scene):\n    def construct(self):"
    )


def test_slots_are_filled_with_the_place_of_their_lines_object():
    written = body(LAYOUT, EXPRESSIONS, slots=True)
    assert written.count(SLOT) == 2
    made = finished(written, LAYOUT)
    assert made.code == (
        "from manim import *\n\n\nclass GeneratedScene(Scene):\n    def construct(self):\n"
        "        circle = Circle(radius=1, color=RED).move_to([3, -1, 0])\n"
        '        text = Text("ab", color=BLUE).move_to([-2.5, 1.25, 0])\n'
        "        self.add(circle, text)\n"
    )
    assert made.names == {"circle": 1, "text": 0}
    assert body(LAYOUT, EXPRESSIONS, slots=False) == made.code.partition("construct(self):")[2]


def test_what_is_no_slot_stays_as_it_was_written():
    made = finished("\n        a = Dot().move_to([<x>, 1, 0])\n        b == 1\n", LAYOUT)
    assert made.code.endswith("        a = Dot().move_to([<x>, 1, 0])\n        b == 1\n")
    assert made.names == {"a": 1}


@given(st.text())
def test_any_text_comes_back_from_its_tokens(text):
    text = text.encode("utf-8", "replace").decode()
    tokens, starts = Vocabulary().encode(text)
    assert Vocabulary().decode(tokens) == text
    assert len(tokens) == len(starts)


def test_numbers_are_spelled_digit_by_digit():
    vocabulary = Vocabulary()
    tokens, starts = vocabulary.encode("circle_1: [-2.75, 0")
    assert [vocabulary.decode([token]) for token in tokens] == [
        "circle", "_", "1", ": ", "[", "-", "2", ".", "7", "5", ", ", "0"
    ]  # fmt: skip
    assert starts == [0, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 18]


def test_what_stands_in_quotes_is_spelled_wherever_it_stands():
    vocabulary = Vocabulary()
    for text, before, behind in (
        ('# text: "of RED" BLUE', ["# ", "text", ": ", '"'], ['" ', "BLUE"]),
        (' = Text("of RED", color=BLUE', [' = Text("'], ['", color=', "BLUE"]),
    ):
        tokens = vocabulary.encode(text)[0]
        assert [vocabulary.decode([token]) for token in tokens] == [*before, *"of RED", *behind]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# a", (0, "rest", 0)),
        ("# a\n", (1, "name", 0)),
        ("# a\n# dashed_line_1", (1, "name", 1)),
        ("# a\n# circle: R", (1, "rest", 0)),
        ('\n c = 1\n text = Text("', (2, "rest", 0)),
        ('\n c = 1\n text = Text("a', (2, "rest", 1)),
        ('\n c = 1\n text = Text("a\\"b', (2, "rest", 4)),
        ('\n c = 1\n text = Text("ab")', (2, "rest", 0)),
        ('\n c = 1\n text = Text("a\\\\", c', (2, "rest", 0)),
        ("\n c = 1\n t = 2\n", (1, "name", 0)),
        ("\n c = 1\n t = 2\n        self.add(c", (1, "name", 0)),
        ("\n c = 1\n t = 2\n        self.add(circle_10", (1, "name", 2)),
        ("\n c = 1\n t = 2\n        self.add(circle_1,", (2, "name", 0)),
        ("\n c = 1\n t = 2\nfrom", (0, "rest", 0)),
        ("\n c = 1\n t = 2\n        self.add(c, t)\n", (0, "rest", 0)),
    ],
)
def test_a_token_is_about_the_object_of_its_line(text, expected):
    assert about(text, 2) == About(*expected)


def test_a_token_is_told_what_is_spelled_next():
    three = Layout((TEXT, CIRCLE, replace(CIRCLE, z=2)))
    two = "\n c = 1\n t = "
    ends = ("\n circle", "\n circle_1", f'{two}Text("', f'{two}Text("a', f'{two}Text("ab', f"{two}1\n c = C")
    rows = rows_of(three, range(6), [about(text, 3) for text in ends])
    assert rows[1:].tolist() == [
        [1, 1, 2, 2, 2, 3],
        [ord("1"), END, ord("a"), ord("b"), END, NOTHING],
    ]


@pytest.mark.parametrize("conditioning", CONDITIONINGS)
def test_whatever_it_was_taught_it_ends_and_gives_the_same_again(conditioning):
    predictor = scratch(conditioning).eval()
    first = predictor.generate(LAYOUT, "two things")
    assert first == predictor.generate(LAYOUT, "two things")
    later = predictor.generate(LAYOUT, "two things", attempt=1)
    assert later == predictor.generate(LAYOUT, "two things", attempt=1)
    assert later != predictor.generate(LAYOUT, "two things", attempt=2)
    assert predictor.generate(Layout(()), "").names == {}


@pytest.mark.parametrize("conditioning", CONDITIONINGS)
def test_only_a_layout_that_is_told_by_vectors_reaches_the_embeddings(conditioning):
    predictor = scratch(conditioning)
    told = predictor.vectors([LAYOUT])
    assert (told is None) == (conditioning == "prompt-only")
    rows = predictor.read(LAYOUT, prompt(LAYOUT, ""))[None]
    plain = predictor.language.model.get_input_embeddings()(rows[:, 0])
    same = torch.equal(predictor.embed(rows, told), plain)
    assert same == (conditioning in ("prefix", "prompt-only"))
    assert (predictor.prefix(told) is None) == (conditioning != "prefix")


@pytest.mark.parametrize("conditioning", CONDITIONINGS)
def test_it_learns_one_scene_by_heart_and_writes_it(conditioning):
    predictor = scratch(conditioning)
    optimizer = torch.optim.AdamW(predictor.parameters(), lr=0.01)
    for _ in range(80):
        loss = predictor.loss([EXAMPLE])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert float(loss.detach()) < 0.2
    made = predictor.eval().generate(LAYOUT, EXAMPLE.description)
    assert made == finished(body(LAYOUT, EXPRESSIONS, slots=False), LAYOUT)


def test_loss_does_not_depend_on_who_is_in_the_batch():
    predictor = scratch()
    short = Example(Layout((CIRCLE,)), "a circle", EXPRESSIONS[:1])
    bodies = [body(one.layout, one.expressions, slots=True) for one in (EXAMPLE, short)]
    counts = [len(Vocabulary().encode(text)[0]) for text in bodies]
    alone = [float(predictor.loss([one]).detach()) for one in (EXAMPLE, short)]
    mean = (alone[0] * counts[0] + alone[1] * counts[1]) / sum(counts)
    assert float(predictor.loss([short, EXAMPLE]).detach()) == pytest.approx(mean, rel=1e-5)


def test_weights_from_scratch_are_stored_whole_and_load_again():
    predictor, other = scratch(), scratch(seed=5)
    load_into(other, predictor.state_dict(), Path("weights.safetensors"))
    assert other.generate(LAYOUT, "x") == predictor.generate(LAYOUT, "x")
    assert any(name.startswith("trained.") for name in predictor.state_dict())


@pytest.mark.parametrize("conditioning", CONDITIONINGS)
def test_a_pretrained_model_stays_as_it_is_and_is_not_stored(pretrained, conditioning):
    predictor = layout_lm(weights=str(pretrained), conditioning=conditioning)
    assert all(name.startswith(("objects.", "gate")) for name in predictor.state_dict())
    optimizer = torch.optim.AdamW(predictor.parameters(), lr=0.01)
    before = {name: tensor.clone() for name, tensor in predictor.state_dict().items()}
    predictor.train()
    predictor.loss([EXAMPLE]).backward()
    optimizer.step()
    after = predictor.state_dict()
    changed = [name for name in before if not torch.equal(before[name], after[name])]
    assert bool(changed) == (conditioning != "prompt-only")
    stored = load_file(pretrained / "model.safetensors")
    held = predictor.language.model.state_dict()
    assert all(torch.equal(held[name], tensor) for name, tensor in stored.items())
    assert not predictor.language.model.training
    load_into(layout_lm(weights=str(pretrained), conditioning=conditioning), after, Path("weights"))
    assert predictor.generate(LAYOUT, "two things") == predictor.generate(LAYOUT, "two things")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "config.json").unlink(), "cannot load"),
        (lambda folder: (folder / "tokenizer.json").unlink(), "has no tokenizer.json"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"x"), "cannot load"),
        (lambda folder: rewrite(folder / "config.json", num_hidden_layers=2), "cannot load"),
        (lambda folder: rewrite(folder / "config.json", intermediate_size=48), "layers of another shape"),
    ],
)
def test_weights_that_cannot_be_had_whole_are_told(pretrained, tmp_path, spoil, said):
    folder = tmp_path / "spoiled"
    folder.mkdir()
    for file in pretrained.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    spoil(folder)
    with pytest.raises(UserError, match=rf"^predictor.weights: .*{said}"):
        layout_lm(weights=str(folder))


def test_heads_that_do_not_divide_the_dimensions_are_told():
    with pytest.raises(UserError, match=r"hidden_dim: 30 is not a multiple of twice the 4 heads; use 24"):
        layout_lm(weights="scratch", hidden_dim=30)
