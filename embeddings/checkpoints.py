"""A trainer as one safetensors file, from which training goes on bit for bit.

Tensors: ``parameter.N``, ``optimiser.N.S``, ``buffer.NAME`` (the graph that a model has seen), and
``best.N`` within a run with early stopping; the rest is JSON in the file's metadata under
``kgdelta``.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from embeddings.errors import TrainingError
from embeddings.train import Best, TrainConfig, Trainer

FORMAT: Final = 2
_KEY: Final = "kgdelta"


def save_trainer(
    trainer: Trainer,
    path: Path,
    about: dict[str, Any] | None = None,
    beside: dict[str, Tensor] | None = None,
) -> None:
    """Write a trainer; a file that is there is replaced at once or not at all.

    ``about`` is kept with it, anything that JSON can say, and ``beside`` other tensors.
    """
    tensors = {f"parameter.{i}": p.detach() for i, p in enumerate(trainer.model.parameters())}
    tensors |= {f"buffer.{name}": value for name, value in trainer.model.named_buffers()}
    for i, state in enumerate(trainer.optimiser.state):
        tensors |= {f"optimiser.{i}.{slot}": value for slot, value in enumerate(state)}
    tensors |= {f"best.{i}": p for i, p in enumerate(trainer.best.parameters or ())}
    told = {
        "config": asdict(trainer.config),
        "entities": trainer.model.num_entities,
        "relations": trainer.model.num_relations,
        "epochs": trainer.epochs_done,
        "steps": trainer.optimiser.steps,
        "best_mrr": trainer.best.mrr,
        "stalls": trainer.best.stalls,
        "about": about or {},
    }
    save_tensors({**tensors, **(beside or {})}, path, told)


def save_tensors(tensors: dict[str, Tensor], path: Path, told: dict[str, Any]) -> None:
    """Write tensors and JSON as one safetensors file, in a folder that is made if need be."""
    from safetensors.torch import save

    whole = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    text = json.dumps({"format": FORMAT, **told}, sort_keys=True)
    content = save(whole, metadata={_KEY: text})
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def read_about(path: Path) -> dict[str, Any]:
    """The JSON of a trainer's file, without its tensors.

    Raises TrainingError where the file is damaged or of another format.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            told = json.loads((file.metadata() or {}).get(_KEY, "null"))
    except (SafetensorError, ValueError) as error:
        raise TrainingError(str(path), f"no model file: {error}") from None
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise TrainingError(str(path), "not a model file of this version", "train it again")
    return told


def load_trainer(path: Path, device: str | None = None) -> Trainer:
    """The trainer as it was when it was written, on the same device or another.

    Raises TrainingError where the file is damaged or of another format.
    """
    from safetensors.torch import load_file

    told = read_about(path)
    config = TrainConfig(**{**told["config"], **({"device": device} if device else {})})
    trainer = Trainer(config)
    tensors = load_file(path)
    try:
        trainer.model.grow(told["entities"], told["relations"], torch.Generator())
        trainer.optimiser.grow(trainer.model.parameters())
        _fill(trainer, tensors)
        if "best.0" in tensors:
            best = [tensors[f"best.{i}"] for i, _ in enumerate(trainer.model.parameters())]
            trainer.best = Best(told["best_mrr"], told["stalls"], best)
    except (KeyError, RuntimeError) as error:
        raise TrainingError(str(path), f"damaged model file: {error}", "train it again") from None
    trainer.epochs_done = told["epochs"]
    trainer.optimiser.steps = told["steps"]
    return trainer


def _fill(trainer: Trainer, tensors: dict[str, Tensor]) -> None:
    with torch.no_grad():
        for i, parameter in enumerate(trainer.model.parameters()):
            parameter.copy_(tensors[f"parameter.{i}"])
            for slot, state in enumerate(trainer.optimiser.state[i]):
                state.copy_(tensors[f"optimiser.{i}.{slot}"])
    # A buffer is of the graph that was seen, so its size is known from the file alone.
    for name, _ in list(trainer.model.named_buffers()):
        setattr(trainer.model, name, tensors[f"buffer.{name}"].to(trainer.device))
