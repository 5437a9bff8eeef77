"""Load transformers checkpoints completely or not at all, from a hub or a folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jepamine.errors import UserError, first_line
from jepamine.utils.printing import words

if TYPE_CHECKING:
    import torch

# Config keys that do not affect the computation; embeddings stay valid when these change.
NOT_COMPUTATION = words("transformers_version _name_or_path architectures dtype id2label label2id auto_map")


def load_whole(
    weights: str,
    config: Any,
    architecture: Any,
    kind: str,
    spare: Callable[[str], bool],
    *,
    key: str = "encoder.weights",
    revision: str | None = None,
    optional: Collection[str] = (),
) -> Any:
    """Load the model of class `architecture` with the weights called `weights`, whose config is a `config`.

    `kind` is the user's word for such a checkpoint, `key` the recipe key that names it; `spare` tells whether
    the model may lack a layer of that name; `optional` modules are set to None if the checkpoint lacks them.
    A class that covers many (`AutoConfig`) accepts any family that transformers has; code of the
    checkpoint is never run. `revision` is a branch, tag or commit of the hub.
    Raises UserError with the next step if the weights are not available completely: offline, an unknown name,
    another kind of model, missing or extra layers, other shapes; or if a folder is given a revision. Nothing
    is initialised at random.
    """
    import transformers

    if revision is not None and Path(weights).is_dir():
        table = key.partition(".")[0]
        raise UserError(f"{table}.revision: '{weights}' is a folder; only names on the hub have revisions")
    _be_quiet()
    try:
        # The family that config.json names; from_pretrained would accept any other.
        output = transformers.PretrainedConfig.get_config_dict(
            weights, revision=revision, trust_remote_code=False
        )[0]
        if not output:
            raise OSError("it contains no config.json")
        if output.get("model_type") != getattr(config, "model_type", output.get("model_type")):
            raise UserError(f"{key}: '{weights}' is not a {kind} checkpoint")
        where = {"revision": revision, "trust_remote_code": False}
        model, report = architecture.from_pretrained(
            weights,
            config=config.from_pretrained(weights, **where),
            **where,
            use_safetensors=True,
            # Reported below, by name.
            ignore_mismatched_sizes=True,
            output_loading_info=True,
        )
    except UserError:
        raise
    # A config.json with strange values fails anywhere in the model's constructor, with any exception.
    except Exception as error:
        raise UserError(f"{key}: cannot load '{weights}': {reason(weights, error, key)}") from error
    absent = {str(name).partition(".")[0] for name in report["missing_keys"]}.intersection(optional)
    if problems := _misfits(report, spare, absent):
        raise UserError(
            f"{key}: '{weights}' does not fit its config.json: {'; '.join(problems)}. "
            "Download the checkpoint again, or use another"
        )
    for module in absent:
        setattr(model, module, None)
    return model


def _misfits(report: Mapping[str, Any], spare: Callable[[str], bool], absent: Collection[str]) -> list[str]:
    """Return in what a checkpoint does not fit its model, apart from modules that may be `absent`."""
    extra = [name for name in report["unexpected_keys"] if not spare(name)]
    missing = [name for name in report["missing_keys"] if str(name).partition(".")[0] not in absent]
    return [
        f"{len(names)} {problem} (such as {sorted(str(name) for name in names)[0]})"
        for problem, names in (
            ("layers missing", missing),
            ("unknown layers", extra),
            ("layers of another shape", report["mismatched_keys"]),
        )
        if names
    ]


def _be_quiet() -> None:
    """Keep transformers and the hub's client from writing bars and warnings: errors say what is wrong."""
    import transformers
    from huggingface_hub.utils import logging as about_the_hub

    logging: Any = transformers.utils.logging
    hub: Any = about_the_hub
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    hub.set_verbosity_error()


def reason(weights: str, error: Exception, key: str = "encoder.weights") -> str:
    """Return why a checkpoint cannot be read, and what to do."""
    if Path(weights).exists():
        return (
            f"{first_line(error)}. The folder must contain config.json and model.safetensors, "
            "as save_pretrained or a download writes them"
        )
    return (
        "there is no such folder, and the hub does not provide it (no network, or no such name). With "
        f"network: `hf download {weights} --local-dir FOLDER`, then set {key} to that folder"
    )


def name_of(weights: str, revision: str | None) -> str:
    """Return the name of weights on the hub with their revision, as records and messages show it."""
    return weights if revision is None else f"{weights}@{revision}"


def layers_sha256(model: torch.nn.Module) -> str:
    """Return the SHA-256 over all layers by name: the hub keeps equal weights in files of several formats."""
    import torch

    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.cpu().contiguous().view(-1).view(torch.uint8).numpy())
    return digest.hexdigest()


def digest_of(facts: Mapping[str, Any], leave_out: Collection[str] = ()) -> str:
    """Return 12 hex digits that identify `facts`, without those keys."""
    kept = {key: value for key, value in facts.items() if key not in leave_out}
    return hashlib.sha256(json.dumps(kept, sort_keys=True, default=str).encode()).hexdigest()[:12]


def load_tokenizer(weights: str, tokenizer: Any, revision: str | None = None) -> Any:
    """Load a checkpoint's tokenizer, of the class `tokenizer`. Raises UserError if its files are missing."""
    from transformers.utils.hub import cached_file

    # Without these files transformers makes up a tokenizer that knows no word.
    if not any(
        cached_file(weights, name, revision=revision, _raise_exceptions_for_missing_entries=False)
        for name in ("tokenizer.json", "vocab.json", "spiece.model")
    ):
        raise UserError(
            f"encoder.weights: '{weights}' has no tokenizer (tokenizer.json, or vocab.json and merges.txt), "
            "which texts need; download the complete checkpoint"
        )
    return tokenizer.from_pretrained(weights, revision=revision, trust_remote_code=False)
