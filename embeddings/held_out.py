"""How improbable edges are to models that were trained without them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from embeddings.edits import Floats
from embeddings.models import Model
from embeddings.tensors import EdgeTable, Indices, table_from_triples
from embeddings.train import TrainConfig, Trainer, losses

#: Entities beyond which all of them as negatives cost hours, and how many stand for them then.
_MANY, _SAMPLE = 20_000, 1_000
_BATCH = 1024


def held_out_losses(
    table: EdgeTable, triples: Indices, folds: Indices, train: TrainConfig, epochs: int
) -> Floats:
    """Losses in nats at tail and head, shape (n, 2), by a model for each fold.

    ``triples`` (n, 3) holds the edges of the table first, and others behind them that no model is
    trained on; ``folds`` (n,) says which model has not seen what is in it. In a large graph
    models are trained, and edges compared, with a sample of the entities.
    """
    many = table.num_entities > _MANY and not train.negatives
    if many:
        train = replace(train, negatives=_SAMPLE, batch_size=_BATCH)
    live = table.live()
    drawn = np.random.default_rng((train.seed, 23)).choice(live, min(_SAMPLE, len(live)), False)
    found = np.zeros((len(triples), 2))
    for fold in np.unique(folds):
        rows = np.flatnonzero(folds == fold)
        rest = table.triples[folds[: len(table)] != fold]
        trainer = Trainer(train)
        trainer.fit(table_from_triples(rest, table.vocabulary), epochs)
        model = trainer.model
        found[rows] = (
            sampled_losses(model, triples[rows], drawn) if many else losses(model, triples[rows])
        )
    return found


def sampled_losses(model: Model, triples: Indices, drawn: Indices) -> Floats:
    """-log p of tail and head of each edge among itself and the entities ``drawn``, (n, 2)."""
    device = next(model.parameters()).device
    found = np.zeros((len(triples), 2))
    with torch.no_grad():
        vectors = model.embed()
        others = vectors[torch.from_numpy(drawn).to(device)]
        for start in range(0, len(triples), _BATCH):
            rows = torch.from_numpy(np.ascontiguousarray(triples[start : start + _BATCH]))
            h, r, t = rows.to(device).unbind(dim=1)
            for column, own, directed, target in ((0, h, 2 * r, t), (1, t, 2 * r + 1, h)):
                queries = model.query(vectors[own], directed)
                right = model.match_pairs(queries, vectors[target])
                total = torch.logaddexp(right, model.match(queries, others).logsumexp(dim=1))
                found[start : start + len(rows), column] = (total - right).cpu().double().numpy()
    return found
