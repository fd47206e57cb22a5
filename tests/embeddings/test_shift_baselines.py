"""What shift is compared with: known answers, one contract, and a rotation that is undone."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import ortho_group

from embeddings.continual import TrajectoryConfig
from embeddings.errors import TrainingError
from embeddings.shift_baselines import (
    SHIFT_BASELINES,
    EdgeJaccard,
    OwnVectors,
    RelationProfile,
)
from embeddings.tensors import Vocabulary, table_from_triples
from embeddings.train import TrainConfig
from embeddings.vectors import Vectors

CONFIG = TrajectoryConfig(TrainConfig(rank=8, batch_size=128), 3, 2)
WORDS = Vocabulary(("a", "b", "c", "d"), ("r", "s"))


def table(*edges):
    return table_from_triples(np.array(edges), WORDS)


def test_edges_by_hand():
    before, after = table((0, 0, 1), (0, 0, 2), (3, 0, 3)), table((0, 0, 1), (0, 1, 2), (3, 0, 3))
    nodes = np.arange(4)
    assert_allclose(EdgeJaccard().scores(before, after, nodes), [2 / 3, 0, 1, 0])
    # From two r to one r and one s: 1/2 (log2 1/.75 + (.5 log2 .5/.75 + .5 log2 .5/.25)).
    mixed = 0.5 * (np.log2(1 / 0.75) + 0.5 * np.log2(0.5 / 0.75) + 0.5)
    assert_allclose(RelationProfile().scores(before, after, nodes), [mixed, 0, 1, 0], atol=1e-12)


@pytest.fixture(scope="module")
def moved(communities):
    triples = communities.triples.copy()
    own = np.flatnonzero(triples[:, 0] == 5)
    triples[own, 1] = (triples[own, 1] + 1) % 4
    return table_from_triples(triples, communities.vocabulary)


@pytest.mark.parametrize("name", SHIFT_BASELINES)
def test_each_gives_one_finite_score_a_node_and_the_same_again(name, communities, moved):
    baseline = SHIFT_BASELINES[name](CONFIG)
    nodes = np.array([90, 5, 17])
    scores = baseline.scores(communities, moved, nodes)
    assert scores.shape == (3,)
    assert np.isfinite(scores).all()
    assert (scores > -1e-9).all()
    assert_allclose(scores, SHIFT_BASELINES[name](CONFIG).scores(communities, moved, nodes))
    backwards = baseline.scores(communities, moved, nodes[::-1])
    assert_allclose(backwards[::-1], scores)


@pytest.mark.parametrize("name", ["edge-jaccard", "relation-profile", "surprise", "warm-cosine"])
def test_a_node_whose_relations_changed_goes_furthest(name, communities, moved):
    scores = SHIFT_BASELINES[name](CONFIG).scores(communities, moved, np.arange(30))
    assert scores.argmax() == 5


def test_own_vectors_are_turned_back(communities, moved):
    rng = np.random.default_rng(0)
    names = communities.vocabulary.entities
    one = rng.normal(size=(len(names), 6)).astype(np.float32)
    two = (one @ ortho_group.rvs(6, random_state=1)).astype(np.float32)
    two[5] *= -1
    baseline = OwnVectors(Vectors(names, one), Vectors(names[::-1], two[::-1]))
    scores = baseline.scores(communities, moved, np.array([3, 5]))
    assert_allclose(scores, [0, 2], atol=1e-5)


def test_own_vectors_that_do_not_fit_are_refused(communities, moved):
    names = communities.vocabulary.entities
    wide, narrow = (np.ones((len(names), width), dtype=np.float32) for width in (3, 2))
    with pytest.raises(TrainingError, match="widths 3 and 2"):
        OwnVectors(Vectors(names, wide), Vectors(names, narrow)).scores(
            communities, moved, np.array([1])
        )
    others = Vectors(tuple(f"urn:other{i}" for i in range(len(names))), wide)
    with pytest.raises(TrainingError, match="no node"):
        OwnVectors(Vectors(names, wide), others).scores(communities, moved, np.array([1]))
