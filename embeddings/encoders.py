"""Models whose vectors are made of the graph: message passing, and the scores of a table model.

An entity's vector is its own row and what its neighbours say of it. A neighbour says what it looks
for along the edge, as the scores of the decoder have it: composition as in CompGCN (Vashishth et
al. 2020), with an operation that fits the decoder (Chen et al. 2022).
"""

from __future__ import annotations

import math
from typing import cast

import torch
from torch import Tensor, nn

from embeddings.messages import MessageGraph
from embeddings.models import Model, appended
from embeddings.scoring import TableModel
from embeddings.tensors import EdgeTable

#: The power of the sum of weights that a sum of messages is divided by, to begin with.
_POWER = 0.7


class Layer(nn.Module):
    """One round of messages: their weighted mean m, as gain m + m A / sqrt(w) + B relu(m C + c).

    The mean is sum(w_d s) / (k + sum(w_d))^p over the states s that reach an entity, with a weight
    for each directed relation d; k and p are learnt. Matrices are divided by the root of their
    height, so that a step of Adagrad moves a product as far as it moves a row.
    """

    def __init__(self, width: int, directed: int, generator: torch.Generator | None) -> None:
        super().__init__()
        hidden = 2 * width
        self.gain = nn.Parameter(torch.ones(width))
        self.mixing = nn.Parameter(torch.zeros(width, width))
        self.inner = nn.Parameter(4 * torch.randn(width, hidden, generator=generator))
        self.offset = nn.Parameter(torch.zeros(hidden))
        self.outer = nn.Parameter(torch.zeros(hidden, width))
        self.importance = nn.Parameter(torch.zeros(directed))
        self.prior = nn.Parameter(torch.zeros(1))
        self.power = nn.Parameter(torch.full((1,), _POWER))

    def grow(self, directed: int) -> None:
        """Weights of 1 for new directed relations."""
        more = torch.zeros(directed - len(self.importance))
        self.importance = appended(self.importance, more)

    def forward(self, states: Tensor, graph: MessageGraph, kept: Tensor | None) -> Tensor:
        """What reaches each entity, (entities, width), from states (states, width)."""
        weights = self.importance[graph.directed].exp()[:, None]
        sums = graph.sums(torch.cat((states * weights, weights), dim=1), kept)
        mean = sums[:, :-1] / (sums[:, -1:] + self.prior.exp()) ** self.power
        hidden = torch.relu(mean @ self.inner / math.sqrt(len(self.inner)) + self.offset)
        plain = self.gain * mean + mean @ self.mixing / math.sqrt(len(self.mixing))
        return plain + hidden @ self.outer / math.sqrt(len(self.outer))


class MessageEncoder(Model):
    """Vectors by message passing over the graph that was seen last, scored by a table model.

    ``edges`` (n, 3) are its triples; a buffer, as everything that is kept and not trained.
    """

    row_local = False
    edges: Tensor

    def __init__(
        self, decoder: TableModel, layers: int = 1, generator: torch.Generator | None = None
    ) -> None:
        super().__init__(decoder.num_entities, decoder.num_relations)
        # First, so that its two tables are the first two parameters.
        self.decoder = decoder
        self.bilinear = decoder.bilinear
        directed = 2 * decoder.num_relations
        self.layers = nn.ModuleList(
            Layer(decoder.width, directed, generator) for _ in range(layers)
        )
        self.register_buffer("edges", torch.zeros(0, 3, dtype=torch.long))
        self._made: tuple[Tensor, MessageGraph] | None = None

    @property
    def entities(self) -> nn.Parameter:  # type: ignore[override]
        """The own rows, which are the decoder's."""
        return self.decoder.entities

    @property
    def relations(self) -> nn.Parameter:  # type: ignore[override]
        """The rows of directed relations, which are the decoder's."""
        return self.decoder.relations

    def see(self, table: EdgeTable) -> None:
        """Pass messages over the edges of this table from now on."""
        self.edges = torch.from_numpy(table.triples).to(self.edges.device)

    def grow(self, num_entities: int, num_relations: int, generator: torch.Generator) -> None:
        self.decoder.grow(num_entities, num_relations, generator)
        for layer in self.layers:
            cast(Layer, layer).grow(2 * num_relations)
        self.num_entities, self.num_relations = num_entities, num_relations

    def embed(self) -> Tensor:
        return self._encode(self._own(None), None)

    def embed_for(self, one: Tensor, other: Tensor, generator: torch.Generator) -> Tensor:
        kept = self._graph().kept(one, other, self.entities.dtype)
        return self._encode(self._own(generator), kept)

    def transform(self, vectors: Tensor, relations: Tensor) -> Tensor:
        return self.decoder.transform(vectors, relations)

    def match(self, queries: Tensor, candidates: Tensor) -> Tensor:
        return self.decoder.match(queries, candidates)

    def match_pairs(self, queries: Tensor, candidates: Tensor) -> Tensor:
        return self.decoder.match_pairs(queries, candidates)

    def match_relations(self, vectors: Tensor, targets: Tensor, relations: Tensor) -> Tensor:
        return self.decoder.match_relations(vectors, targets, relations)

    def regularise(
        self, vectors: Tensor, relations: Tensor, targets: Tensor, power: int = 3
    ) -> Tensor:
        return self.decoder.regularise(vectors, relations, targets, power)

    def _own(self, generator: torch.Generator | None) -> Tensor:  # noqa: ARG002
        """What an entity is without its neighbours; a generator where a batch is trained."""
        return self.entities

    def _encode(self, own: Tensor, kept: Tensor | None) -> Tensor:
        graph = self._graph()
        rows = self.relations[graph.directed]
        vectors = own
        for layer in self.layers:
            states = self.decoder.transform(vectors[graph.entities], rows)
            vectors = own + layer(states, graph, kept)
        return vectors

    def _graph(self) -> MessageGraph:
        """The graph of ``edges``, made again where they, or the rows, are others."""
        made = self._made
        if made is None or made[0] is not self.edges or made[1].num_entities != self.num_entities:
            directed = directed_edges(self.edges)
            made = self.edges, MessageGraph.of(directed, self.num_entities)
            self._made = made
        return made[1]


def directed_edges(triples: Tensor) -> Tensor:
    """Every edge in both directions, shape (2 edges, 3): entity, directed relation, target."""
    heads, relations, tails = triples.unbind(dim=1)
    there = torch.stack((heads, 2 * relations, tails), dim=1)
    back = torch.stack((tails, 2 * relations + 1, heads), dim=1)
    return torch.cat((there, back))
