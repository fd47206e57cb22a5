"""Continual benchmark sets: a folder, or its archive, with SNAPSHOT/{train,valid,test}.tsv."""

from __future__ import annotations

import tarfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embeddings.tensors import EdgeTable, Indices, Vocabulary, table_from_triples
from embeddings.transfer import Probe
from graph.vocabulary import TOKEN

_PARTS = ("train", "valid", "test")


@dataclass(frozen=True, slots=True, eq=False)
class SetSnapshot:
    """The edges that a snapshot adds, as rows of the vocabulary that is known by then."""

    vocabulary: Vocabulary
    train: Indices
    valid: Indices
    test: Indices

    @property
    def every(self) -> Indices:
        """Train, valid and test together."""
        return np.concatenate((self.train, self.valid, self.test))


def read_set(path: Path) -> list[SetSnapshot]:
    """The snapshots of a set in order; lines are head, relation, tail."""
    texts = _texts(path)
    numbers = sorted({int(number) for number, _ in texts})
    if not numbers:
        raise SystemExit(f"{path}: no SNAPSHOT/train.tsv in it")
    vocabulary = Vocabulary()
    snapshots = []
    for number in numbers:
        lines = {
            part: [
                [TOKEN + field for field in line.split("\t")]
                for line in texts.get((str(number), part), "").splitlines()
            ]
            for part in _PARTS
        }
        every = [line for part in _PARTS for line in lines[part]]
        vocabulary = vocabulary.extended(
            (node for h, _, t in every for node in (h, t)), (r for _, r, _ in every)
        )
        rows, relations = vocabulary.entity_rows, vocabulary.relation_rows
        arrays = [
            np.array(
                [(rows[h], relations[r], rows[t]) for h, r, t in lines[part]], dtype=np.int64
            ).reshape(-1, 3)
            for part in _PARTS
        ]
        snapshots.append(SetSnapshot(vocabulary, *arrays))
    return snapshots


def _texts(path: Path) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    if path.is_dir():
        for file in path.glob("*/*.tsv"):
            found[file.parent.name, file.stem] = file.read_text(encoding="utf-8")
        return found
    with tarfile.open(path) as tar:
        for member in tar.getmembers():
            stream = tar.extractfile(member)
            if stream is not None and member.name.endswith(".tsv"):
                place = Path(member.name)
                found[place.parent.name, place.stem] = stream.read().decode()
    return found


def tables(snapshots: list[SetSnapshot], removals: float, seed: int) -> list[EdgeTable]:
    """The graph at each snapshot: all training edges so far, less what was withdrawn.

    At each later snapshot a share of the old edges, drawn uniformly, is withdrawn for good.
    """
    rng = np.random.default_rng((seed, 11))
    graph = np.zeros((0, 3), dtype=np.int64)
    found = []
    for snapshot in snapshots:
        stays = rng.random(len(graph)) >= removals
        graph = np.concatenate((graph[stays], snapshot.train))
        found.append(table_from_triples(graph, snapshot.vocabulary))
        graph = found[-1].triples
    return found


def probes(snapshots: list[SetSnapshot]) -> list[Probe]:
    """Each snapshot's test, with everything true that was known by then."""
    known = np.zeros((0, 3), dtype=np.int64)
    found = []
    for snapshot in snapshots:
        known = np.concatenate((known, snapshot.every))
        found.append(Probe(snapshot.test, known, len(snapshot.vocabulary.entities)))
    return found
