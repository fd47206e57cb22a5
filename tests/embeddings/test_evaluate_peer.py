"""PyKEEN's evaluator gives the same ranks as ours on the same scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch

from embeddings.evaluate import rank_bounds
from embeddings.scoring import ComplEx
from tests.benchmarks.peers.environment import NotInstalledError
from tests.benchmarks.peers.pykeen_process import PyKEEN, running

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def peer(missing: Callable[[str], None]) -> Iterator[PyKEEN]:
    try:
        with running() as found:
            yield found
    except NotInstalledError as error:
        missing(f"PyKEEN cannot be installed here: {error}")


@pytest.mark.parametrize("values", [2, 5, 1000])
def test_ranks_are_those_of_pykeen(peer: PyKEEN, values: int) -> None:
    rng = np.random.default_rng(values)
    entities, relations = 60, 3
    model = ComplEx(entities, relations, rank=3)
    with torch.no_grad():
        # Whole numbers, so that scores are exact; the fewer values, the more ties.
        for rows in (model.entities, model.relations):
            rows.copy_(torch.from_numpy(rng.integers(-values, values, rows.shape)))
    known = np.unique(rng.integers(0, (entities, relations, entities), (900, 3)), axis=0)
    test = np.ascontiguousarray(rng.permutation(known)[:200])
    # Some that are true by the test alone.
    known = np.delete(known, slice(None, None, 5), axis=0)
    every = torch.arange(entities)
    with torch.no_grad():
        scores = torch.stack(
            [model.score_all(every, torch.full_like(every, d)) for d in range(2 * relations)]
        )
    arrays = {"scores": scores.numpy(), "known": known, "test": test}
    theirs = peer.ask("judge", arrays)
    ours = rank_bounds(model, test, known)
    assert (ours.optimistic < ours.pessimistic).any() or values > 5
    for kind in ("optimistic", "pessimistic", "realistic"):
        np.testing.assert_array_equal(np.array(theirs[kind]), getattr(ours, kind), kind)
