"""How improbable edges are to models that were trained without them."""

from __future__ import annotations

import numpy as np

from embeddings.edits import Floats
from embeddings.tensors import EdgeTable, Indices, table_from_triples
from embeddings.train import TrainConfig, Trainer, losses


def held_out_losses(
    table: EdgeTable, triples: Indices, folds: Indices, train: TrainConfig, epochs: int
) -> Floats:
    """Losses in nats at tail and head, shape (n, 2), by a model for each fold.

    ``triples`` (n, 3) holds the edges of the table first, and others behind them that no model is
    trained on; ``folds`` (n,) says which model has not seen what is in it.
    """
    found = np.zeros((len(triples), 2))
    for fold in np.unique(folds):
        rows = np.flatnonzero(folds == fold)
        rest = table.triples[folds[: len(table)] != fold]
        trainer = Trainer(train)
        trainer.fit(table_from_triples(rest, table.vocabulary), epochs)
        found[rows] = losses(trainer.model, triples[rows])
    return found
