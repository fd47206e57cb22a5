"""Sorted columns asked for many keys in one go: the edges of nodes, and values by key."""

from __future__ import annotations

import numpy as np

from embeddings.edits import Floats
from embeddings.tensors import Indices


def runs(first: Indices, counts: Indices) -> tuple[Indices, Indices]:
    """Row i repeated ``counts[i]`` times, with the places from ``first[i]`` on."""
    rows = np.repeat(np.arange(len(counts)), counts)
    inside = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    return rows, first[rows] + inside


def few_of_each(values: Indices, size: int, most: int, generator: np.random.Generator) -> Indices:
    """Rows of a sorted column below ``size`` with at most ``most`` of each value, in order."""
    counts = np.bincount(values, minlength=size)
    if counts.max(initial=0) <= most:
        return np.arange(len(values))
    drawn = np.lexsort((generator.random(len(values)), values))
    place = np.arange(len(values)) - np.repeat(np.cumsum(counts) - counts, counts)
    kept: Indices = np.sort(drawn[place < most])
    return kept


def looked_up(keys: Indices, values: Floats, asked: Indices) -> Floats:
    """Values of sorted keys, 0 for what is not among them."""
    if not len(keys):
        return np.zeros(len(asked))
    places = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    return np.where(keys[places] == asked, values[places], 0.0)
