"""The nulls of FROM versions, measured once and kept: a folder of safetensors files."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from embeddings.checkpoints import read_about, save_tensors
from embeddings.errors import TrainingError
from embeddings.null import VERSION, NullConfig, NullRun
from embeddings.tensors import EdgeTable
from embeddings.train import TrainConfig

_PARTS: Final = ("log_movement", "gradient", "features")


def null_key(
    table: EdgeTable, train: TrainConfig, epochs: tuple[int, int], config: NullConfig, seed: int
) -> str:
    """A digest of all that decides the numbers of a null: the graph, every setting, the code."""
    digest = hashlib.sha256()
    settings = (VERSION, asdict(train), epochs, asdict(config), seed)
    digest.update(json.dumps(settings, sort_keys=True).encode())
    # Which row an entity has decides where it starts, so the order of the names counts.
    for names in (table.vocabulary.entities, table.vocabulary.relations):
        digest.update(json.dumps(names).encode())
    digest.update(np.ascontiguousarray(table.triples).tobytes())
    return digest.hexdigest()


class NullFiles:
    """The nulls in one folder, which is made when the first is kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, key: str) -> NullRun | None:
        """The null of a key, None where there is none.

        Raises TrainingError where its file is damaged.
        """
        from safetensors.numpy import load_file

        path = self._path(key)
        if not path.exists():
            return None
        told = read_about(path)
        parts = load_file(path)
        if told.get("key") != key or set(parts) != set(_PARTS):
            raise TrainingError(str(path), "not the null of its name", "delete it")
        return NullRun(*(parts[name] for name in _PARTS))

    def keep(self, key: str, run: NullRun, about: dict[str, Any] | None = None) -> Path:
        """Write a null; ``about`` is told with it, anything that JSON can say."""
        path = self._path(key)
        tensors = {name: torch.from_numpy(getattr(run, name)) for name in _PARTS}
        save_tensors(tensors, path, {"key": key, "about": about or {}})
        return path

    def _path(self, key: str) -> Path:
        return self.folder / f"null-{key[:32]}.safetensors"
