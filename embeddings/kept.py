"""What is measured once for a FROM version and kept beside the models: its training and its null.

A folder of safetensors files, named by a digest of all that decides their numbers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from embeddings.checkpoints import load_trainer, read_about, save_tensors, save_trainer
from embeddings.continual import Stage, Trajectory, TrajectoryConfig
from embeddings.errors import TrainingError
from embeddings.null import VERSION, NullConfig, NullRun
from embeddings.tensors import EdgeTable
from embeddings.train import TrainConfig, Trainer

_PARTS: Final = ("log_movement", "gradient", "features", "usual")


def training_key(table: EdgeTable, train: TrainConfig, epochs: int) -> str:
    """A digest of all that decides a training from scratch: the graph and every setting."""
    return _digest(table, "training", asdict(train), epochs)


def null_key(table: EdgeTable, trajectory: TrajectoryConfig, config: NullConfig, seed: int) -> str:
    """A digest of all that decides the numbers of a null: the graph, every setting, the code."""
    return _digest(table, "null", VERSION, _settings(trajectory), asdict(config), seed)


def _settings(trajectory: TrajectoryConfig) -> dict[str, object]:
    """What decides a training of edges that are read already, so without the edge rule."""
    settings = asdict(trajectory)
    settings.pop("rule")
    return settings


def _digest(table: EdgeTable, *settings: object) -> str:
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    # Which row an entity has decides where it starts, so the order of the names counts.
    for names in (table.vocabulary.entities, table.vocabulary.relations):
        digest.update(json.dumps(names).encode())
    digest.update(np.ascontiguousarray(table.triples).tobytes())
    return digest.hexdigest()


class Kept:
    """The trainings and nulls in one folder, which is made when the first is kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def trainer(self, key: str, device: str | None = None) -> Trainer | None:
        """The training of a key, None where there is none.

        Raises TrainingError where its file is damaged.
        """
        path = self._path("from", key)
        if not path.exists():
            return None
        self._check(path, read_about(path).get("about", {}), key)
        return load_trainer(path, device)

    def keep_trainer(self, key: str, trainer: Trainer, about: dict[str, Any] | None = None) -> Path:
        """Write a training; ``about`` is told with it, anything that JSON can say."""
        path = self._path("from", key)
        save_trainer(trainer, path, {**(about or {}), "key": key})
        return path

    def null(self, key: str) -> NullRun | None:
        """The null of a key, None where there is none.

        Raises TrainingError where its file is damaged.
        """
        from safetensors.numpy import load_file

        path = self._path("null", key)
        if not path.exists():
            return None
        self._check(path, read_about(path).get("about", {}), key)
        parts = load_file(path)
        if set(parts) != set(_PARTS):
            raise TrainingError(str(path), "damaged null", "delete it")
        return NullRun(*(parts[name] for name in _PARTS))

    def keep_null(self, key: str, run: NullRun, about: dict[str, Any] | None = None) -> Path:
        """Write a null; ``about`` is told with it, anything that JSON can say."""
        path = self._path("null", key)
        tensors = {name: torch.from_numpy(getattr(run, name)) for name in _PARTS}
        save_tensors(tensors, path, {"about": {**(about or {}), "key": key}})
        return path

    def collect(self, alive: Collection[str]) -> list[Path]:
        """Delete what is of commits that are not ``alive``, and gives it."""
        gone = []
        for path in sorted((*self.folder.glob("from-*"), *self.folder.glob("null-*"))):
            if read_about(path).get("about", {}).get("commit") not in alive:
                path.unlink(missing_ok=True)
                gone.append(path)
        return gone

    def _path(self, kind: str, key: str) -> Path:
        return self.folder / f"{kind}-{key[:32]}.safetensors"

    def _check(self, path: Path, about: dict[str, Any], key: str) -> None:
        if about.get("key") != key:
            raise TrainingError(str(path), "not what its name says", "delete it")


def followed(trajectory: Trajectory, table: EdgeTable, kept: Kept | None) -> Trajectory:
    """:meth:`Trajectory.continued`, its stage found among those kept or trained and kept."""
    if kept is None:
        return trajectory.continued(table)
    config = trajectory.config
    past = [_digest(stage.table) for stage in trajectory.stages]
    key = _digest(table, "trajectory", _settings(config), past)
    trainer = kept.trainer(key, config.train.device)
    if trainer is not None:
        return Trajectory(config, (*trajectory.stages, Stage(table, trainer)))
    longer = trajectory.continued(table)
    about = {"commit": table.version.commit, "name": table.version.name}
    kept.keep_trainer(key, longer.stages[-1].trainer, about)
    return longer
