"""Embedding one state of a graph: held-out edges, training, going on from an earlier model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import TrainingError
from embeddings.evaluate import Metrics, filtered_ranks, metrics
from embeddings.features import FeatureRule, entity_features
from embeddings.learner import Learner, Plan
from embeddings.splits import SplitRule, split
from embeddings.tensors import EdgeRule, EdgeTable, Vocabulary, read_edges, table_from_triples
from embeddings.train import Trainer, Validation
from graph.model import Key
from graph.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class EmbedConfig:
    """The plan, which statements are edges, and which of them are held out."""

    plan: Plan = field(default_factory=Plan)
    rule: EdgeRule = field(default_factory=EdgeRule)
    split: SplitRule = field(default_factory=SplitRule)


@dataclass(frozen=True, slots=True, eq=False)
class Earlier:
    """A model of an earlier state of the graph, which training goes on from."""

    trainer: Trainer
    vocabulary: Vocabulary
    snapshot: Snapshot


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """A trained model, its rows, and how it ranks the held-out edges; None where none were.

    ``trained`` and ``tested`` count edges; ``epochs`` are those of this run.
    """

    trainer: Trainer
    vocabulary: Vocabulary
    metrics: Metrics | None
    trained: int
    tested: int
    epochs: int


def embed(
    snapshot: Snapshot,
    config: EmbedConfig | None = None,
    earlier: Earlier | None = None,
    told: Callable[[int, int, float], None] | None = None,
    doubts: Mapping[Key, float] | None = None,
) -> Embedded:
    """Train on a state, from scratch or from an earlier model.

    ``doubts`` are probabilities of statements to be wrong: from scratch each edge is trained on
    as often as it is believed.

    An edge that is held out is held out in every state, so no model has seen it. Training from
    scratch stops when validation stalls, if any edge is for it. Going on for 0 epochs, an
    inductive model gives what is new vectors from its neighbours and text, untrained. Raises
    TrainingError where the state has no edges, or the earlier model's vocabulary is not its own.
    """
    config = config or EmbedConfig()
    words = earlier.vocabulary if earlier else None
    before = None
    if earlier is not None:
        before = read_edges(earlier.snapshot, words, config.rule)
        if before.vocabulary is not words:
            raise TrainingError("embed", "the model is not of that state", "train from scratch")
    table = read_edges(snapshot, words, config.rule)
    if not len(table):
        raise TrainingError("embed", "the graph has no edges", "check the edge rule")
    parts = split(table, config.split)
    learner = Learner(config.plan)
    if earlier is not None and before is not None:
        learner = Learner.resumed(config.plan, earlier.trainer, _training(before, config))
    validation = Validation(parts.valid, table.triples, 2, 3) if len(parts.valid) else None
    training = table_from_triples(parts.train, table.vocabulary, table.version)
    if config.plan.train.text:
        columns = FeatureRule(width=config.plan.train.text)
        training = replace(training, features=entity_features(snapshot, table, columns))
    beliefs = None if doubts is None else _beliefs(doubts, table, training)
    step = learner.learn(training, validation, told, beliefs)
    found = None
    if len(parts.test):
        found = metrics(filtered_ranks(learner.trainer.model, parts.test, table.triples))
    return Embedded(
        learner.trainer,
        table.vocabulary,
        found,
        len(training),
        len(parts.test),
        step.epochs,
    )


def _beliefs(
    doubts: Mapping[Key, float], table: EdgeTable, training: EdgeTable
) -> NDArray[np.float64]:
    """How much each training edge is believed: as its statement is, 1 where nobody doubts it."""
    keys = table.keys()
    order = np.argsort(keys)
    rows = order[np.searchsorted(keys[order], training.keys())]
    return np.array([1 - doubts.get(table.statements[row], 0.0) for row in rows.tolist()])


def _training(table: EdgeTable, config: EmbedConfig) -> EdgeTable:
    return table_from_triples(
        np.ascontiguousarray(split(table, config.split).train), table.vocabulary, table.version
    )
