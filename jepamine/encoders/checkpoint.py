"""Load transformers checkpoints completely or not at all, from a hub or a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jepamine.errors import UserError, first_line


def load_whole(
    weights: str,
    config: Any,
    architecture: Any,
    kind: str,
    spare: Callable[[str], bool],
    *,
    key: str = "encoder.weights",
) -> Any:
    """Load the model of class `architecture` with the weights called `weights`, whose config is a `config`.

    `kind` is the user's word for such a checkpoint, `key` the recipe key that names it; `spare` tells whether
    the model may lack a layer of that name. A class that covers many (`AutoConfig`) accepts any family.
    Raises UserError with the next step if the weights are not available completely: offline, an unknown name,
    another kind of model, missing or extra layers, other shapes. Nothing is initialised at random.
    """
    import transformers
    from huggingface_hub.utils import logging as about_the_hub

    logging: Any = transformers.utils.logging
    hub: Any = about_the_hub
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    hub.set_verbosity_error()
    try:
        # The family that config.json names; from_pretrained would accept any other.
        output = transformers.PretrainedConfig.get_config_dict(weights)[0]
        if not output:
            raise OSError("it contains no config.json")
        if output.get("model_type") != getattr(config, "model_type", output.get("model_type")):
            raise UserError(f"{key}: '{weights}' is not a {kind} checkpoint")
        model, report = architecture.from_pretrained(
            weights,
            config=config.from_pretrained(weights),
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
    extra = [key for key in report["unexpected_keys"] if not spare(key)]
    problems = [
        f"{len(keys)} {problem} (such as {sorted(str(key) for key in keys)[0]})"
        for problem, keys in (
            ("layers missing", report["missing_keys"]),
            ("unknown layers", extra),
            ("layers of another shape", report["mismatched_keys"]),
        )
        if keys
    ]
    if problems:
        raise UserError(
            f"{key}: '{weights}' does not fit its config.json: {'; '.join(problems)}. "
            "Download the checkpoint again, or use another"
        )
    return model


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
