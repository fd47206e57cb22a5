"""Vectors for entities that no training has seen, from their neighbours and their text."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn

from embeddings.encoders import MessageEncoder
from embeddings.scoring import TableModel
from embeddings.tensors import EdgeTable

#: How much farther than a row a text goes with a step of Adagrad. Of .2, .4, 1, 2 and 4 on the
#: releases of PATO it ranked unseen terms best; .2 half as well.
_REACH: Final = 2.0


class Text(nn.Module):
    """Features as vectors, linearly, and the vector that every entity has beside them."""

    def __init__(self, features: int, width: int) -> None:
        super().__init__()
        self.common = nn.Parameter(torch.zeros(width))
        self.rows = nn.Parameter(torch.zeros(features, width))

    def forward(self, features: Tensor) -> Tensor:
        """(entities, features) as (entities, width)."""
        if not len(self.rows):
            return self.common.expand(len(features), -1)
        return self.common + _REACH * features @ self.rows


class InductiveEncoder(MessageEncoder):
    """A message encoder for which an entity without a row of its own is nothing strange.

    The rows of new entities are 0. In every batch a share ``masked`` of the rows is taken for 0, at
    the entities that send messages and at those that are answers: what training has not seen is
    ranked against what it has seen while training, and by the same loss. ``features`` (entities,
    columns) is the text of all of them.
    """

    inductive = True
    features: Tensor

    def __init__(
        self,
        decoder: TableModel,
        layers: int = 1,
        generator: torch.Generator | None = None,
        text: int = 0,
        masked: float = 0.3,
    ) -> None:
        super().__init__(decoder, layers, generator)
        self.text = Text(text, decoder.width)
        self.masked = masked
        self.register_buffer("features", torch.zeros(decoder.num_entities, text))

    def see(self, table: EdgeTable) -> None:
        super().see(table)
        columns = self.features.shape[1]
        if columns and table.features is not None:
            self.features = torch.from_numpy(table.features).to(self.features)

    def grow(self, num_entities: int, num_relations: int, generator: torch.Generator) -> None:
        known = self.num_entities
        super().grow(num_entities, num_relations, generator)
        more = self.features.new_zeros(num_entities - known, self.features.shape[1])
        self.features = torch.cat((self.features, more))
        if known:
            with torch.no_grad():
                self.entities[known:] = 0

    def _own(self, generator: torch.Generator | None) -> Tensor:
        rows: Tensor = self.entities
        if generator is not None and self.masked:
            drawn = torch.rand(len(rows), 1, generator=generator) >= self.masked
            rows = rows * drawn.to(rows.device, rows.dtype)
        beside: Tensor = self.text(self.features)
        return rows + beside
