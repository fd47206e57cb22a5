"""What the statements that came with a statement say of it: its author, its commit.

An author or a commit is ordinary, and then says nothing, or bad, and then much of it is wrong: odds
of neighbours err together, so that shares a little above the others mean nothing. A statement is
judged by the shares of its groups without itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from embeddings.edits import Floats
from embeddings.tensors import Indices

#: Shares of wrong statements that bad groups have.
_BAD = (0.5, 0.7, 0.9)
#: Groups taken to be bad before anything is known of them.
_FIRST = 0.02
_ROUNDS = 50
#: Odds beyond which a statement says no more of its company, and shares that are none.
_LEAST, _SUREST = 1e-5, 0.98


def in_company(
    odds: Floats, eras: Indices | None, groups: Sequence[Indices]
) -> tuple[Floats, Floats]:
    """Odds that know the company, and the share of wrong ones in the narrowest group of each.

    ``odds`` (n,) are share times likelihood ratio, the share that of the edge's era; ``eras`` and
    ``groups`` are numbers (n,), groups from the widest to the narrowest, -1 for a statement that
    is in none. Both answers have shape (n,); the share leaves the statement itself out.
    """
    believed = np.clip(odds, _LEAST, _SUREST)
    place = np.zeros(len(odds), dtype=np.int64) if eras is None else eras
    means = np.bincount(place, believed) / np.maximum(np.bincount(place), 1)
    overall: Floats = np.clip(means, _LEAST, _SUREST)[place]
    # Against true statements, where odds are against observed ones.
    ratio = believed / (1 - believed) * (1 - overall) / overall
    share = overall.copy()
    for group in groups:
        inside = np.flatnonzero(group >= 0)
        if len(inside):
            share[inside] = _by_group(ratio[inside], share[inside], group[inside])
    change = share / (1 - share) * (1 - overall) / overall
    return odds * change / (1 - believed + believed * change), share


def _by_group(ratio: Floats, share: Floats, group: Indices) -> Floats:
    """Which groups are ordinary and which bad, told to each member by the others."""
    _, place = np.unique(group, return_inverse=True)
    # Of each statement by the share that its group has: its own, or one of bad groups.
    shares = np.stack((share, *(np.maximum(share, bad) for bad in _BAD)))
    terms = np.log1p(shares * (ratio - 1))
    totals = np.stack([np.bincount(place, row) for row in terms])
    weights = np.array([1 - _FIRST, *([_FIRST / len(_BAD)] * len(_BAD))])
    for _ in range(_ROUNDS):
        kinds = _normal(totals + np.log(weights)[:, None])
        # One bad group more, so that none is ruled out.
        weights = (kinds.sum(axis=1) + weights) / (kinds.shape[1] + 1)
    others = _normal((totals[:, place] - terms) + np.log(weights)[:, None])
    found: Floats = np.clip((others * shares).sum(axis=0), _LEAST, _SUREST)
    return found


def _normal(logs: Floats) -> Floats:
    """Probabilities, the columns of which add up to 1."""
    found: Floats = np.exp(logs - logs.max(axis=0))
    found /= found.sum(axis=0)
    return found
