"""The models of a store: a folder of safetensors files, each with JSON of the same name.

A file holds the whole trainer, so training goes on from it, and the vocabulary. Imported vectors
are kept in the same way, without a trainer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from embeddings.checkpoints import load_trainer, save_tensors, save_trainer
from embeddings.continual import vectors_of
from embeddings.errors import TrainingError
from embeddings.tensors import Vocabulary
from embeddings.train import Trainer
from embeddings.vectors import Vectors
from graph.errors import NotFoundError
from graph.model import Node

_ENTITIES: Final = "vocabulary.entities"
_RELATIONS: Final = "vocabulary.relations"
_VECTORS: Final = "vectors"


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """What is told of a model: the graph and the commit that it is of, and how it was made.

    ``id`` is made of all the rest but the time; ``kind`` is a model's name or ``imported``.
    """

    graph: str
    commit: str
    kind: str
    entities: int
    width: int
    config: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    code: str = ""
    created: str = ""

    @property
    def id(self) -> str:
        """A short name that is the same for the same training of the same commit."""
        told = {k: v for k, v in asdict(self).items() if k not in ("created", "metrics")}
        digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:8]
        return f"{self.commit[:12]}-{self.kind}-{digest}"


class ModelFiles:
    """The models in one folder, which is made when the first is saved."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, record: ModelRecord, trainer: Trainer, vocabulary: Vocabulary) -> Path:
        """Keep a trained model; one of the same id is replaced."""
        path = self._path(record)
        save_trainer(trainer, path, asdict(record), _words(vocabulary))
        return self._told(record, path)

    def take(self, record: ModelRecord, vectors: Vectors) -> Path:
        """Keep vectors that were made elsewhere."""
        path = self._path(record)
        words = _words(Vocabulary(vectors.nodes))
        tensors = {_VECTORS: torch.from_numpy(vectors.matrix), **words}
        save_tensors(tensors, path, {"about": asdict(record)})
        return self._told(record, path)

    def records(self) -> list[ModelRecord]:
        """Every model, the newest first. Raises TrainingError where a record is damaged."""
        found = [self._record(path) for path in self.folder.glob("*.json")]
        return sorted(found, key=lambda record: (record.created, record.id), reverse=True)

    def find(self, name: str, graph: str | None = None) -> ModelRecord:
        """The newest model whose id, or whose commit, begins so. Raises NotFoundError."""
        for record in self.records():
            if graph in (None, record.graph) and name and record.id.startswith(name):
                return record
            if graph in (None, record.graph) and len(name) >= 7 and record.commit.startswith(name):
                return record
        raise NotFoundError("model", name, "see 'kgdelta models'")

    def trainer(self, record: ModelRecord, device: str | None = None) -> tuple[Trainer, Vocabulary]:
        """A trained model and its vocabulary. Raises TrainingError for imported vectors."""
        if record.kind == "imported":
            raise TrainingError(record.id, "imported vectors cannot be trained on")
        path = self._path(record)
        tensors = _tensors(path)
        words = Vocabulary(_unpacked(tensors[_ENTITIES]), _unpacked(tensors[_RELATIONS]))
        return load_trainer(path, device), words

    def vectors(self, record: ModelRecord) -> Vectors:
        """The vectors of a model, whoever made it."""
        if record.kind == "imported":
            tensors = _tensors(self._path(record))
            matrix = tensors[_VECTORS].numpy().astype(np.float32)
            return Vectors(_unpacked(tensors[_ENTITIES]), matrix)
        trainer, words = self.trainer(record, "cpu")
        return Vectors(words.entities, vectors_of(trainer))

    def collect(self, alive: Collection[str], keep: int = 1) -> list[ModelRecord]:
        """Delete models of commits that are not ``alive``, and all but the newest of each kind.

        ``keep`` is how many of a kind stay for each commit; gives what was deleted.
        """
        gone: list[ModelRecord] = []
        seen: dict[tuple[str, str, str], int] = {}
        for record in self.records():
            key = record.graph, record.commit, record.kind
            seen[key] = seen.get(key, 0) + 1
            if record.commit not in alive or seen[key] > keep:
                gone.append(record)
        for record in gone:
            path = self._path(record)
            path.with_suffix(".json").unlink(missing_ok=True)
            path.unlink(missing_ok=True)
        return gone

    def _path(self, record: ModelRecord) -> Path:
        return self.folder / f"{record.id}.safetensors"

    def _told(self, record: ModelRecord, path: Path) -> Path:
        text = json.dumps(asdict(record), indent=1, sort_keys=True) + "\n"
        path.with_suffix(".json").write_text(text, encoding="utf-8")
        return path

    def _record(self, path: Path) -> ModelRecord:
        try:
            return ModelRecord(**json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError) as error:
            raise TrainingError(str(path), f"damaged record: {error}", "delete it") from None


def _tensors(path: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        tensors: dict[str, Tensor] = load_file(path)
    except (SafetensorError, OSError) as error:
        raise TrainingError(str(path), f"no model file: {error}", "train it again") from None
    return tensors


def _words(vocabulary: Vocabulary) -> dict[str, Tensor]:
    return {_ENTITIES: _packed(vocabulary.entities), _RELATIONS: _packed(vocabulary.relations)}


def _packed(names: tuple[Node, ...]) -> Tensor:
    """Names as UTF-8 bytes, each behind its length in 4 bytes."""
    content = bytearray()
    for name in names:
        encoded = name.encode()
        content += len(encoded).to_bytes(4, "little") + encoded
    return torch.from_numpy(np.frombuffer(bytes(content), dtype=np.uint8).copy())


def _unpacked(tensor: Tensor) -> tuple[Node, ...]:
    content = tensor.numpy().tobytes()
    names: list[Node] = []
    place = 0
    while place < len(content):
        size = int.from_bytes(content[place : place + 4], "little")
        names.append(content[place + 4 : place + 4 + size].decode())
        place += 4 + size
    return tuple(names)
