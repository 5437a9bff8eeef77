"""A model that is held to the grammar writes programs, whatever its weights are."""

from __future__ import annotations

import ast
import importlib.util
from dataclasses import replace

import pytest
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from jepamine.errors import UserError
from jepamine.manim.code_model.causal_lm import causal_lm
from jepamine.manim.code_model.code_grammar import constraint
from jepamine.manim.code_model.prompt import body, order_of
from jepamine.manim.code_model.trainer import layout_lm
from jepamine.manim.generators.code import Paint
from jepamine.manim.generators.expressions import EXPRESSIONS, expression
from jepamine.manim.layouts import Layout, Object
from jepamine.manim.validation.syntax import objections

LAYOUT = Layout(
    (
        Object("circle", 3.0, -1.0, 2, 2.0, 2.0, color="#FC6255"),
        Object("text", -2.5, 1.25, 1, 1.2, 0.4, text='say "π"', color="#58C4DD"),
        Object("circle", 0.0, 0.0, 0, 1.0, 1.0),
    )
)
SMALL = {"hidden_dim": 32, "layers": 1, "heads": 2, "feed_forward": 32}


@pytest.fixture
def llguidance():
    return pytest.importorskip("llguidance", reason="no llguidance: pip install 'jepamine[grammar]'")


@pytest.fixture(scope="module")
def pretrained(tmp_path_factory):
    """A folder with a Llama of random weights and a BPE tokenizer that was trained on code."""
    folder = tmp_path_factory.mktemp("llama")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=500, initial_alphabet=alphabet, special_tokens=["<end>"])
    plain = frozenset[str]()
    texts = [
        body(Layout((item,)), (expression(item, plain, Paint(item.color, True)),), slots)
        for slots in (True, False)
        for item in (replace(LAYOUT.objects[0], type=type_) for type_ in EXPRESSIONS)
    ]
    tokenizer.train_from_iterator(texts, trainer)
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<end>")
    fast.save_pretrained(folder)
    torch.manual_seed(3)
    config = transformers.LlamaConfig(
        vocab_size=len(fast) + 12, hidden_size=32, intermediate_size=32, num_hidden_layers=1,
        num_attention_heads=2, num_key_value_heads=2, eos_token_id=fast.eos_token_id, bos_token_id=None,
    )  # fmt: skip
    transformers.LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("conditioning", ["slots", "lines"])
def test_fifty_samples_of_random_weights_are_programs_of_known_names(llguidance, pretrained, conditioning):
    predictor = layout_lm(weights=str(pretrained), conditioning=conditioning).eval().by_grammar()
    codes = [predictor.generate(LAYOUT, "three things", attempt=attempt).code for attempt in range(50)]
    trees = [ast.parse(code) for code in codes]
    assert [objections(tree) for tree in trees] == [[]] * 50
    assert len(set(codes)) == 50
    for tree in trees:
        (construct,) = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
        names = [line.targets[0].id for line in construct.body[:-1]]
        assert names == ["circle_1", "text", "circle_2"]
        assert ast.unparse(construct.body[-1]) == "self.add(circle_1, text, circle_2)"


@pytest.mark.slow
@pytest.mark.parametrize("conditioning", ["slots", "lines"])
def test_without_the_grammar_none_of_the_same_samples_is_a_program(pretrained, conditioning):
    predictor = layout_lm(weights=str(pretrained), conditioning=conditioning).eval()

    def parses(attempt):
        try:
            ast.parse(predictor.generate(LAYOUT, "three things", attempt=attempt).code)
        except (SyntaxError, ValueError):
            return False
        return True

    assert [parses(attempt) for attempt in range(5)] == [False] * 5


def test_the_small_model_from_scratch_is_held_to_it_too_and_the_same_attempt_repeats(llguidance):
    torch.manual_seed(0)
    predictor = layout_lm(weights="scratch", **SMALL).eval()
    generator = causal_lm(lambda name: predictor, grammar=True)
    first = generator.generate(LAYOUT, "three things", attempt=1)
    assert objections(ast.parse(first.code)) == []
    assert first.names == {"circle_1": 2, "text": 1, "circle_2": 0}
    assert generator.generate(LAYOUT, "three things", attempt=1) == first
    empty = predictor.by_grammar().generate(Layout(()), "").code
    assert empty.endswith("    def construct(self):\n        self.add()\n")


@pytest.mark.parametrize("slots", [True, False])
@pytest.mark.parametrize("filled", [True, False])
@pytest.mark.parametrize("type_", sorted(EXPRESSIONS))
def test_the_grammar_holds_what_template_writes(llguidance, type_, filled, slots):
    items = [
        Object(type_, 1.25, -0.5, place, width, height, text=text, color=colour)
        for place, (width, height, text, colour) in enumerate(
            [(2.0, 2.0, None, None), (6.4, 0.3, 'a "b" \\ π', "#FC6255"), (0.2, 5.0, "12", "#123456")]
        )
    ]
    layout = Layout(tuple(items))
    language = layout_lm(weights="scratch", **SMALL).language
    written = body(
        layout,
        [
            expression(items[place], frozenset(), Paint(items[place].color, filled))
            for place in order_of(layout)
        ],
        slots,
    )
    guide = constraint(language, layout, slots)
    for token in language.tokens.encode(written)[0]:
        guide.take(token)
    assert guide.complete


@pytest.mark.parametrize(
    "line",
    [
        "import os",
        'open("x")',
        "Circle(radius=1).__class__",
        "Circle(radius=012)",
        'Text("a\nb")',
        "Circle(radius=1, color=RED, color=BLUE)",
        "Squircle(radius=1)",
    ],
)
def test_what_is_no_object_of_the_subset_is_outside_the_grammar(llguidance, line):
    language = layout_lm(weights="scratch", **SMALL).language
    layout = Layout(LAYOUT.objects[:1])
    guide = constraint(language, layout, slots=True)
    tokens = language.tokens.encode(f"\n        circle = {line}.move_to([<x>, <y>, 0])")[0]
    assert guide.matcher.try_consume_tokens(tokens) < len(tokens)


def test_without_the_package_the_error_names_the_extra(monkeypatch):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        "jepamine.manim.code_model.code_grammar.find_spec",
        lambda name: None if name == "llguidance" else find_spec(name),
    )
    predictor = layout_lm(weights="scratch", **SMALL)
    message = r"^--set grammar=true needs the package llguidance: pip install 'jepamine\[grammar\]', or"
    with pytest.raises(UserError, match=message):
        causal_lm(lambda name: predictor, grammar=True)


def test_a_predictor_without_a_grammar_is_refused():
    class Writer:
        def loss(self, examples): ...

        def generate(self, layout, description, *, attempt=0): ...

    with pytest.raises(UserError, match=r"^grammar: the predictor of run 'mine' knows no grammar; leave it"):
        causal_lm(lambda name: Writer(), run="mine", grammar=True)
