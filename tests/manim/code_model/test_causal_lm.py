"""The generator `causal-lm`, with fake predictors."""

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
from jepamine.manim.code_model.causal_lm import causal_lm
from jepamine.manim.code_model.code_examples import Example
from jepamine.manim.code_model.lm_language import Vocabulary
from jepamine.manim.code_model.lm_objects import END, NOTHING, TokenContext, rows_of, token_context
from jepamine.manim.code_model.prompt import SLOT, body, complete_code, prompt
from jepamine.manim.code_model.trainer import layout_lm
from jepamine.manim.generators.protocol import Generated
from jepamine.manim.layouts import Layout, Object
from jepamine.runs.loading import predictor_of
from jepamine.utils.tensors import load_into


class Echo:
    def loss(self, examples):
        raise AssertionError

    def generate(self, layout, description, *, attempt=0, reading=None):
        return Generated(f"{description} {attempt}", {})


def test_it_uses_the_predictor_of_its_run():
    requested = []

    def of(name):
        requested.append(name)
        return Echo()

    generator = causal_lm(of, run="mine")
    assert generator.generate(Layout(()), "a circle", attempt=2) == Generated("a circle 2", {})
    assert requested == ["mine"]


def test_a_missing_run_is_an_error_with_the_command_to_type(tmp_path):
    with pytest.raises(UserError, match=r"no run 'manim-code' in .*jepamine run recipes/manim-code.toml"):
        causal_lm(lambda name: predictor_of(tmp_path, name))


def test_a_run_of_another_kind_is_refused():
    with pytest.raises(
        UserError,
        match=r"run 'clips' does not write code; train one with jepamine run recipes/manim-code.toml",
    ):
        causal_lm(lambda name: object(), run="clips")


class OneDot:
    def loss(self, examples):
        raise AssertionError

    def generate(self, layout, description, *, attempt=0, reading=None):
        head = "class GeneratedScene(Scene):\n    def construct(self):\n"
        return Generated(f"{head}        dot = Dot()\n        self.add(dot)\n", {"dot": 0})


def test_the_style_replaces_the_line_that_shows_all_objects():
    layout = Layout((Object("dot", 0, 0, 0, 0.2, 0.2),))
    assert causal_lm(lambda name: OneDot()).generate(layout, "").code.endswith("        self.add(dot)\n")
    styled = causal_lm(lambda name: OneDot(), style="3b1b").generate(layout, "")
    assert styled.code.splitlines()[2:] == [
        "        dot = Dot()",
        "        self.play(FadeIn(dot))",
        "        self.wait()",
    ]
    assert styled.names == {"dot": 0}


def test_a_layout_of_more_than_ten_objects_is_refused():
    layout = Layout(tuple(Object("dot", x, 0, x, 0.2, 0.2) for x in range(11)))
    with pytest.raises(UserError, match="writes at most 10 objects, the layout has 11; use the generator"):
        causal_lm(lambda name: OneDot()).generate(layout, "")


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


def test_the_prompt_lists_the_layout_in_drawing_order():
    assert prompt(LAYOUT, "the text 'ab'\nleft of a red circle") == (
        "# the text 'ab' left of a red circle\n"
        "# circle: RED [3, -1] 2 x 2\n"
        '# text: "ab" BLUE [-2.5, 1.25] 1.2 x 0.4\n'
        "from manim import *\n\n\nclass GeneratedScene(Scene):\n    def construct(self):"
    )


def test_slots_are_filled_with_the_position_of_the_object_of_their_line():
    written = body(LAYOUT, EXPRESSIONS, slots=True)
    assert written.count(SLOT) == 2
    generated = complete_code(written, LAYOUT)
    assert generated.code == (
        "from manim import *\n\n\nclass GeneratedScene(Scene):\n    def construct(self):\n"
        "        circle = Circle(radius=1, color=RED).move_to([3, -1, 0])\n"
        '        text = Text("ab", color=BLUE).move_to([-2.5, 1.25, 0])\n'
        "        self.add(circle, text)\n"
    )
    assert generated.names == {"circle": 1, "text": 0}
    assert body(LAYOUT, EXPRESSIONS, slots=False) == generated.code.partition("construct(self):")[2]


def test_text_other_than_slots_is_unchanged():
    generated = complete_code("\n        a = Dot().move_to([<x>, 1, 0])\n        b == 1\n", LAYOUT)
    assert generated.code.endswith("        a = Dot().move_to([<x>, 1, 0])\n        b == 1\n")
    assert generated.names == {"a": 1}


@given(st.text())
def test_any_text_survives_tokenization(text):
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


def test_quoted_text_is_spelled_everywhere():
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
def test_a_token_belongs_to_the_object_of_its_line(text, expected):
    assert token_context(text, 2) == TokenContext(*expected)


def test_a_token_carries_the_next_character_to_spell():
    three = Layout((TEXT, CIRCLE, replace(CIRCLE, z=2)))
    two = "\n c = 1\n t = "
    ends = ("\n circle", "\n circle_1", f'{two}Text("', f'{two}Text("a', f'{two}Text("ab', f"{two}1\n c = C")
    rows = rows_of(three, range(6), [token_context(text, 3) for text in ends])
    assert rows[1:].tolist() == [
        [1, 1, 2, 2, 2, 3],
        [ord("1"), END, ord("a"), ord("b"), END, NOTHING],
    ]


@pytest.mark.slow
@pytest.mark.parametrize("conditioning", CONDITIONINGS)
def test_untrained_predictors_terminate_and_are_deterministic(conditioning):
    predictor = scratch(conditioning).eval()
    first = predictor.generate(LAYOUT, "two things")
    assert first == predictor.generate(LAYOUT, "two things")
    later = predictor.generate(LAYOUT, "two things", attempt=1)
    assert later == predictor.generate(LAYOUT, "two things", attempt=1)
    assert later != predictor.generate(LAYOUT, "two things", attempt=2)
    assert predictor.generate(Layout(()), "").names == {}


@pytest.mark.parametrize("conditioning", CONDITIONINGS)
def test_only_vectors_of_lines_change_the_embeddings_of_tokens(conditioning):
    predictor = scratch(conditioning)
    vectors = predictor.vectors([LAYOUT])
    assert (vectors is None) == (conditioning == "prompt-only")
    rows = predictor.read(LAYOUT, prompt(LAYOUT, ""))[None]
    plain = predictor.language.model.get_input_embeddings()(rows[:, 0])
    same = torch.equal(predictor.embed(rows, vectors), plain)
    assert same == (conditioning in ("prefix", "prompt-only"))
    assert (predictor.prefix(vectors) is None) == (conditioning != "prefix")


@pytest.mark.parametrize("conditioning", CONDITIONINGS)
def test_it_can_memorize_a_scene(conditioning):
    predictor = scratch(conditioning)
    optimizer = torch.optim.AdamW(predictor.parameters(), lr=0.01)
    for _ in range(80):
        loss = predictor.loss([EXAMPLE])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert float(loss.detach()) < 0.2
    generated = predictor.eval().generate(LAYOUT, EXAMPLE.description)
    assert generated == complete_code(body(LAYOUT, EXPRESSIONS, slots=False), LAYOUT)


def test_the_loss_does_not_depend_on_the_batch():
    predictor = scratch()
    short = Example(Layout((CIRCLE,)), "a circle", EXPRESSIONS[:1])
    bodies = [body(each.layout, each.expressions, slots=True) for each in (EXAMPLE, short)]
    counts = [len(Vocabulary().encode(text)[0]) for text in bodies]
    alone = [float(predictor.loss([each]).detach()) for each in (EXAMPLE, short)]
    mean = (alone[0] * counts[0] + alone[1] * counts[1]) / sum(counts)
    assert float(predictor.loss([short, EXAMPLE]).detach()) == pytest.approx(mean, rel=1e-5)


def test_weights_from_scratch_are_stored_and_loaded():
    predictor, second = scratch(), scratch(seed=5)
    load_into(second, predictor.state_dict(), Path("weights.safetensors"))
    assert second.generate(LAYOUT, "x") == predictor.generate(LAYOUT, "x")
    assert any(name.startswith("trained.") for name in predictor.state_dict())


@pytest.mark.parametrize("conditioning", CONDITIONINGS)
def test_a_pretrained_model_is_unchanged_and_not_stored(pretrained, conditioning):
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
    trainable_part = predictor.language.model.state_dict()
    assert all(torch.equal(trainable_part[name], tensor) for name, tensor in stored.items())
    assert not predictor.language.model.training
    load_into(layout_lm(weights=str(pretrained), conditioning=conditioning), after, Path("weights"))
    assert predictor.generate(LAYOUT, "two things") == predictor.generate(LAYOUT, "two things")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: (folder / "config.json").unlink(), "cannot load"),
        (lambda folder: (folder / "tokenizer.json").unlink(), "has no tokenizer.json"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"x"), "cannot load"),
        (lambda folder: rewrite(folder / "config.json", num_hidden_layers=2), "cannot load"),
        (lambda folder: rewrite(folder / "config.json", intermediate_size=48), "layers of another shape"),
    ],
)
def test_incomplete_weights_are_errors(pretrained, tmp_path, spoil, message):
    folder = tmp_path / "spoiled"
    folder.mkdir()
    for file in pretrained.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    spoil(folder)
    with pytest.raises(UserError, match=rf"^predictor.weights: .*{message}"):
        layout_lm(weights=str(folder))


def test_heads_that_do_not_divide_the_dimensions_are_an_error():
    with pytest.raises(UserError, match=r"hidden_dim: 30 is not a multiple of twice the 4 heads; use 24"):
        layout_lm(weights="scratch", hidden_dim=30)
