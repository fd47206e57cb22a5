"""Which corruptions are in a graph, and how much of it each made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from embeddings.edits import Floats
from embeddings.kernels import Kernel
from embeddings.tensors import Indices

_BINS = 20
#: A kernel that made less than this is not there.
_LEAST_SHARE = 0.003
#: Of the noise that a kernel made, the part in edges that are rather wrong than not: below
#: ``_OPEN`` no kernel is believed to be there, above ``_WHOLE`` one counts in full.
_OPEN, _WHOLE = 0.05, 0.4
#: Kernels that are not there leave such a part now and then, but of next to nothing: edges that
#: are rather wrong by one that is there are so much of all edges, and so many.
_LEAST_RESOLVED, _FEWEST_RESOLVED = 0.0005, 5


@dataclass(frozen=True, slots=True)
class Share:
    """The share of edges that a kernel made, and how much of that is resolved (0 to 1)."""

    share: float
    resolved: float


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """The odds of each edge to be wrong, (n,); the kernels there are; whether any is believed."""

    odds: Floats
    shares: dict[Kernel, Share]
    believed: bool


def mixture(ratios: Mapping[Kernel, tuple[Floats, Floats]]) -> Mixture:
    """What each kernel made, from its density ratios on the observed and on its own edges.

    One after the other, the best resolved first; what one explains is no longer there for the
    next, so that kernels that are alike do not both count the same edges.
    """
    size = len(next(iter(ratios.values()))[0])
    left = np.ones(size)
    shares: dict[Kernel, Share] = {}
    open_ = dict(ratios)
    while open_:
        stands = {kernel: _share(*both, left) for kernel, both in open_.items()}
        kernel = max(stands, key=lambda k: stands[k].share * stands[k].resolved)
        shares[kernel] = found = stands[kernel]
        observed = open_.pop(kernel)[0]
        left *= 1 - _weight(found) * np.clip(found.share * observed, 0, 1)
    believed = any(_is_there(found, size) for found in shares.values())
    # The kernel that is surest counts in full, so that its posteriors are probabilities.
    surest = max(map(_weight, shares.values()))
    odds = np.zeros(size)
    for kernel, found in shares.items():
        weight = _weight(found) / surest if believed else 1.0
        odds += weight * found.share * ratios[kernel][0]
    return Mixture(odds, {kernel: shares[kernel] for kernel in ratios}, believed)


def by_era(
    ratios: Mapping[Kernel, tuple[Floats, Floats]],
    eras: Indices,
    planted: Mapping[Kernel, Indices],
) -> Mixture:
    """:func:`mixture` of the edges of each era by themselves, whose noise need not be the others'.

    ``eras`` (n,) are numbers from 0 on, ``planted`` those of the edges that each kernel planted.
    """
    odds, believed = np.zeros(len(eras)), False
    parts: list[tuple[float, Mixture]] = []
    for era in range(int(eras.max()) + 1):
        here = eras == era
        found = mixture(
            {k: (observed[here], own[planted[k] == era]) for k, (observed, own) in ratios.items()}
        )
        odds[here] = found.odds
        believed |= found.believed
        parts.append((float(here.mean()), found))
    return Mixture(odds, {kernel: _joined(kernel, parts) for kernel in ratios}, believed)


def _joined(kernel: Kernel, parts: Sequence[tuple[float, Mixture]]) -> Share:
    """The share of a kernel in all eras; what is resolved counts as much as it explains."""
    shares = [part * found.shares[kernel].share for part, found in parts]
    total = sum(shares)
    pairs = zip(shares, parts, strict=True)
    resolved = sum(share * found.shares[kernel].resolved for share, (_, found) in pairs)
    return Share(total, resolved / total if total else 0.0)


def _is_there(found: Share, size: int) -> bool:
    """Whether a kernel made some of so many edges."""
    resolved = found.share * found.resolved
    return (
        found.share >= _LEAST_SHARE
        and found.resolved >= _OPEN
        and resolved >= max(_LEAST_RESOLVED, _FEWEST_RESOLVED / size)
    )


def _weight(found: Share) -> float:
    return min(1.0, found.resolved / _WHOLE) ** 4


def _share(observed: Floats, wrong: Floats, left: Floats) -> Share:
    share = best_bin_share(observed, wrong, left)
    posterior = np.clip(share * observed, 0, 1) * left
    total = posterior.sum()
    return Share(share, float(posterior[posterior > 0.5].sum() / total) if total else 0.0)


def best_bin_share(observed: Floats, wrong: Floats, left: Floats | None = None) -> float:
    """The largest share of a kernel's noise that the observed edges leave room for.

    The smallest ratio, over bins that hold equal parts of the planted edges and over all that is
    above each, of the observed share to the planted share; one observed edge is added to each.
    What is above matters in small graphs, where one edge in a bin is much. ``left`` (n,) is how
    much of each observed edge no other kernel has explained.
    """
    if not len(wrong):
        return 0.0
    edges = np.unique(np.quantile(wrong, np.linspace(0, 1, _BINS + 1)[1:-1]))
    here = np.bincount(np.searchsorted(edges, observed), left, minlength=len(edges) + 1)
    there = np.bincount(np.searchsorted(edges, wrong), minlength=len(edges) + 1)
    here = np.concatenate((here, here[::-1].cumsum()))
    there = np.concatenate((there, there[::-1].cumsum()))
    filled = there >= len(wrong) / (2 * _BINS)
    ratio = ((here + 1) / len(observed))[filled] / (there / len(wrong))[filled]
    return float(min(ratio.min(), 1.0))
