"""Edges to train on, to validate with and to test with."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from embeddings.errors import TrainingError
from embeddings.tensors import EdgeTable, Indices


@dataclass(frozen=True, slots=True)
class SplitRule:
    """How edges are dealt.

    All edges between the same two entities, whatever their relation and direction, go to one
    part: neither a reciprocal nor a duplicate relation tells the answer. Which part depends on
    the names of the two and the seed alone, so an edge stays in its part from version to version.
    An entity or relation that training would not see keeps its edges in training.
    """

    valid: float = 0.05
    test: float = 0.05
    seed: int = 0

    def __post_init__(self) -> None:
        if min(self.valid, self.test) < 0 or self.valid + self.test >= 1:
            raise TrainingError("split", "valid and test must be >= 0 and leave edges for training")


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """The parts of a table's edges, (n, 3) each; they do not overlap."""

    train: Indices
    valid: Indices
    test: Indices


def split(table: EdgeTable, rule: SplitRule | None = None) -> Split:
    """Deal the edges of a table."""
    rule = rule or SplitRule()
    triples = table.triples
    draw = _draws(table, rule.seed)
    part = np.where(draw < rule.test, 2, np.where(draw < rule.test + rule.valid, 1, 0))
    unseen_entity = np.ones(table.num_entities, dtype=bool)
    unseen_entity[triples[part == 0][:, [0, 2]]] = False
    part[unseen_entity[triples[:, [0, 2]]].any(axis=1)] = 0
    unseen_relation = np.ones(table.num_relations, dtype=bool)
    unseen_relation[triples[part == 0][:, 1]] = False
    # The other edges of a pair that returns must return with it.
    back = unseen_relation[triples[:, 1]]
    pairs = np.sort(triples[:, [0, 2]], axis=1)
    keys = pairs[:, 0] << 32 | pairs[:, 1]
    part[np.isin(keys, keys[back])] = 0
    return Split(*(triples[part == k] for k in range(3)))


def _draws(table: EdgeTable, seed: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """A number in [0, 1) for each edge, the same for all edges of an unordered pair."""
    salt = seed.to_bytes(8, "little", signed=True)
    own = np.zeros(table.num_entities, dtype=np.uint64)
    for row in table.live().tolist():
        name = table.vocabulary.entities[row].encode()
        own[row] = int.from_bytes(blake2b(name, digest_size=8, key=salt).digest(), "little")
    heads, tails = own[table.triples[:, 0]], own[table.triples[:, 2]]
    mixed = (heads + tails) ^ (heads * tails)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return (mixed >> np.uint64(11)).astype(np.float64) / 2**53
