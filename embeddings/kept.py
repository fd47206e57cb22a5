"""What is measured once for a FROM version and kept beside the models: its training and its null.

A folder of safetensors files, named by a digest of all that decides their numbers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import Final

import numpy as np
import torch

from embeddings.checkpoints import load_trainer, read_about, save_tensors, save_trainer
from embeddings.continual import Stage, Trajectory, TrajectoryConfig
from embeddings.errors import TrainingError
from embeddings.null import VERSION, NullConfig, NullRun
from embeddings.tensors import EdgeTable
from embeddings.train import Trainer
from graph.snapshot import UNCOMMITTED, Version

_PARTS: Final = ("log_movement", "gradient", "features", "usual")


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
        path = self._found("from", key)
        return None if path is None else load_trainer(path, device)

    def keep_trainer(self, key: str, trainer: Trainer, version: Version = UNCOMMITTED) -> Path:
        """Write a training, and the version that it is of."""
        path = self._path("from", key)
        save_trainer(trainer, path, _about(key, version))
        return path

    def null(self, key: str) -> NullRun | None:
        """The null of a key, None where there is none.

        Raises TrainingError where its file is damaged.
        """
        from safetensors.numpy import load_file

        path = self._found("null", key)
        if path is None:
            return None
        parts = load_file(path)
        if set(parts) != set(_PARTS):
            raise TrainingError(str(path), "damaged null", "delete it")
        return NullRun(*(parts[name] for name in _PARTS))

    def keep_null(self, key: str, run: NullRun, version: Version = UNCOMMITTED) -> Path:
        """Write a null, and the version that it is of."""
        path = self._path("null", key)
        tensors = {name: torch.from_numpy(getattr(run, name)) for name in _PARTS}
        save_tensors(tensors, path, {"about": _about(key, version)})
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

    def _found(self, kind: str, key: str) -> Path | None:
        """The file of a key, None where there is none."""
        path = self._path(kind, key)
        if not path.exists():
            return None
        if read_about(path).get("about", {}).get("key") != key:
            raise TrainingError(str(path), "not what its name says", "delete it")
        return path


def _about(key: str, version: Version) -> dict[str, str | None]:
    return {"key": key, "commit": version.commit, "name": version.name}


class Following:
    """A trajectory as it grows; its stages are found among those kept, or trained and kept."""

    def __init__(self, config: TrajectoryConfig, kept: Kept | None = None) -> None:
        self.trajectory = Trajectory(config, ())
        self._kept = kept
        self._past: list[str] = []

    def go_on(self, table: EdgeTable) -> Stage:
        """The stage of one table more, whose vocabulary extends the trajectory's.

        Raises TrainingError where the table has no edges.
        """
        config, kept = self.trajectory.config, self._kept
        if kept is None:
            self.trajectory = self.trajectory.continued(table)
            return self.trajectory.stages[-1]
        key = self._key(table)
        trainer = kept.trainer(key, config.train.device)
        if trainer is not None:
            stages = (*self.trajectory.stages, Stage(table, trainer))
            self.trajectory = Trajectory(config, stages)
        else:
            self.trajectory = self.trajectory.continued(table)
            kept.keep_trainer(key, self.trajectory.stages[-1].trainer, table.version)
        self._past.append(_digest(table))
        return self.trajectory.stages[-1]

    def _key(self, table: EdgeTable) -> str:
        """How a stage went on decides it too, but for the first, which comes from nothing."""
        config = self.trajectory.config
        if not self._past:
            return _digest(table, "training", asdict(config.train), config.first_epochs)
        return _digest(table, "trajectory", _settings(config), self._past)
