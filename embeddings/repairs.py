"""What doubted statements were probably meant to say: another object, another relation, nothing.

Every candidate is judged as statements are, by trees of the same evidence, from the graph without
the doubted statement; the least doubtful one repairs it, if it is no more doubtful than most
statements are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from embeddings.denoise import Denoising
from embeddings.denoise_results import Suspicion
from embeddings.edits import Floats
from embeddings.kernels import Kernel
from embeddings.tensors import Indices, edge_keys
from embeddings.trial import Witnesses
from graph.model import Node

#: Objects that are tried by what like entities have, and as many by texts; holders that are asked.
_MOST = 30
#: A repair is no more doubtful than this part of all statements, or has no more than these odds.
_SURE, _LOW = 0.9, 0.01


@dataclass(frozen=True, slots=True)
class Repair:
    """What probably should stand in a statement's place; without an object, nothing should.

    ``odds`` are those of what stands there then to be wrong, beside ``before``, those that this
    judgement gives to the statement itself.
    """

    subject: Node
    predicate: Node
    object: Node | None
    odds: float
    before: float


class Repairs:
    """The trees and the evidence that candidates are judged by."""

    def __init__(self, judgement: Denoising) -> None:
        self._judgement = judgement
        trial, features = judgement.trial, judgement.features
        shares = judgement.result.shares
        simple = [k for k in judgement.config.kernels if not k.inserted]
        typed = [k for k in simple if k in (Kernel.TYPED, Kernel.RANDOM)] or simple
        # Candidates have no held-out loss, so that trees without it are asked.
        self._trees = [
            (max(shares[kernel].share, 1e-4), trial.discriminator(kernel, features)[0])
            for kernel in typed
        ]
        every = self._odds(features.observed, judgement.table.triples[:, 1])
        self._most = max(float(np.quantile(every, _SURE)), _LOW)

    def of(self, rows: Iterable[Suspicion]) -> list[Repair]:
        """A repair for each doubted statement; all of them are left out of the evidence."""
        asked = list(rows)
        table, trial = self._judgement.table, self._judgement.trial
        edges = np.array([row.edge for row in asked], dtype=np.int64)
        if not len(edges):
            return []
        rest = np.ones(len(table), dtype=bool)
        rest[edges] = False
        graph = table.triples[rest]
        # What is doubted as well says less of the others.
        weights = np.where(self._judgement.odds > 0.5, 1 - self._judgement.odds, 1.0)
        weights = np.maximum(weights, 0)[rest]
        known = edge_keys(table.triples)
        witnesses = trial.witnesses(graph, weights)
        tried = [
            self._candidates(table.triples[edge], graph, known, witnesses)
            for edge in edges.tolist()
        ]
        every = np.concatenate([*tried, table.triples[edges]])
        features = witnesses.features(every)
        if trial.eras is not None:
            came = np.repeat(trial.eras[edges], [len(part) for part in tried])
            eras = np.concatenate((came, trial.eras[edges]))
            features = np.column_stack((features, eras))
        odds = self._odds(features, every[:, 1])
        parts = np.split(odds, np.cumsum([len(part) for part in tried]))
        own = parts.pop()
        return [self._best(*found) for found in zip(asked, tried, parts, own, strict=True)]

    def _odds(self, features: Floats, relations: Indices) -> Floats:
        total = np.zeros(len(features))
        for share, trees in self._trees:
            total += share * trees.of_any(features, relations)
        return total

    def _best(self, row: Suspicion, tried: Indices, odds: Floats, own: float) -> Repair:
        vocabulary = self._judgement.table.vocabulary
        if len(tried):
            best = int(odds.argmin())
            if odds[best] <= min(self._most, own):
                head, relation, tail = (int(number) for number in tried[best])
                return Repair(
                    vocabulary.entities[head],
                    vocabulary.relations[relation],
                    vocabulary.entities[tail],
                    float(odds[best]),
                    float(own),
                )
        return Repair(row.subject, row.predicate, None, 0.0, float(own))

    def _candidates(
        self, edge: Indices, graph: Indices, known: Indices, witnesses: Witnesses
    ) -> Indices:
        """Edges that are not there: of other objects, of other relations, and turned round."""
        h, r, t = (int(number) for number in edge)
        objects = self._objects(h, r, graph, witnesses)
        found = [(h, r, other) for other in objects.tolist()]
        heads = np.unique(graph[graph[:, 0] == h, 1])
        tails = np.unique(graph[graph[:, 2] == t, 1])
        found += [(h, int(other), t) for other in np.union1d(heads, tails)]
        found.append((t, r, h))
        rows = np.array(found, dtype=np.int64)
        new: Indices = rows[~np.isin(edge_keys(rows), known) & (rows[:, 0] != rows[:, 2])]
        return new

    def _objects(self, head: int, relation: int, graph: Indices, witnesses: Witnesses) -> Indices:
        """What entities like the head have by the relation, and what its texts call for."""
        slot = graph[graph[:, 1] == relation]
        candidates = np.unique(slot[:, 2])
        if len(candidates) <= 2 * _MOST:
            return candidates
        alike = witnesses.edges.alike(np.full(len(slot), head), slot[:, 0])
        support = np.bincount(np.searchsorted(candidates, slot[:, 2]), np.maximum(alike, 0))
        chosen = [candidates[np.argsort(-support, kind="stable")[:_MOST]]]
        lexicon = self._judgement.trial.lexicon
        if lexicon is not None:
            likely = lexicon.likely(head, candidates)
            chosen.append(candidates[np.argsort(-likely, kind="stable")[:_MOST]])
        return np.unique(np.concatenate(chosen))
