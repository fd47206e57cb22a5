"""The models by the names that people give: what scores, and what makes the vectors."""

from __future__ import annotations

from typing import Final

import torch

from embeddings.encoders import MessageEncoder
from embeddings.inductive import InductiveEncoder
from embeddings.models import Model
from embeddings.scoring import BY_NAME

#: What makes the vectors: a row each, or messages of neighbours.
ENCODERS: Final = ("none", "messages", "inductive")


def model_of(
    name: str,
    rank: int,
    initial_scale: float,
    generator: torch.Generator,
    encoder: str = "none",
    layers: int = 1,
    text: int = 0,
) -> Model:
    """A model without entities, to be grown; the names are those of BY_NAME and ENCODERS."""
    scores = BY_NAME[name](0, 0, rank, initial_scale, generator=generator)
    if encoder == "messages":
        return MessageEncoder(scores, layers, generator)
    if encoder == "inductive":
        return InductiveEncoder(scores, layers, generator, text)
    return scores
