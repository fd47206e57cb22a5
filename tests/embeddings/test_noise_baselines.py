"""One contract for every simple score of noise, and two of them by hand."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from embeddings.noise_baselines import CommonNeighbours, SlotCounts, noise_baselines
from embeddings.row_diffusion import RowDiffusion
from embeddings.tensors import Vocabulary, table_from_triples

BASELINES = noise_baselines(rank=16, epochs=8)


@pytest.fixture(scope="module")
def noisy(communities):
    """The communities with edges that lead anywhere, and which those are."""
    rng = np.random.default_rng(1)
    size, relations = communities.num_entities, communities.num_relations
    wrong = np.stack([rng.integers(0, n, 70) for n in (size, relations, size)], axis=1)
    wrong = wrong[~np.isin(table_from_triples(wrong, communities.vocabulary).keys(),
                           communities.keys())]  # fmt: skip
    table = table_from_triples(np.concatenate((communities.triples, wrong)), communities.vocabulary)
    labels = np.isin(table.keys(), table_from_triples(wrong, communities.vocabulary).keys())
    return table, labels


@pytest.mark.parametrize("name", BASELINES)
def test_every_baseline_scores_each_edge_and_the_same_again(name, noisy):
    table, labels = noisy
    scores = BASELINES[name].scores(table)
    assert scores.shape == (len(table),)
    assert np.isfinite(scores).all()
    assert np.array_equal(scores, BASELINES[name].scores(table))
    # Shared neighbours are rare where relations lead to other communities, and a network that is
    # wider than the graph learns its rows by heart.
    weak = name in ("common neighbours", "row diffusion")
    assert roc_auc_score(labels, scores) > (0.5 if weak else 0.6)


def table_of(*edges):
    return table_from_triples(np.array(edges), Vocabulary(tuple("abcd"), ("r", "s")))


def test_counts_leave_the_edge_itself_out():
    table = table_of((0, 0, 1), (0, 0, 2), (3, 0, 1), (3, 1, 1))
    by_key = dict(zip(map(tuple, table.triples.tolist()), SlotCounts().scores(table), strict=True))
    assert by_key[0, 0, 1] == pytest.approx(-2 * np.log(2))
    assert by_key[0, 0, 2] == pytest.approx(-np.log(2))
    assert by_key[3, 0, 1] == pytest.approx(-np.log(2))
    assert by_key[3, 1, 1] == 0


def test_common_neighbours_are_counted_once_whatever_the_relations():
    table = table_of((0, 0, 1), (0, 0, 2), (0, 1, 2), (1, 0, 2), (2, 0, 3))
    scores = CommonNeighbours().scores(table)
    by_key = dict(zip(map(tuple, table.triples.tolist()), scores, strict=True))
    assert by_key[0, 0, 1] == by_key[0, 0, 2] == by_key[1, 0, 2] == -1
    assert by_key[2, 0, 3] == 0


def test_the_diffusion_is_blind_to_relations(communities):
    other = communities.triples.copy()
    other[:, 1] = 0
    few = RowDiffusion(updates=5)
    merged = table_from_triples(np.unique(other, axis=0), communities.vocabulary)
    by_pair = {
        (h, t): score
        for (h, _, t), score in zip(merged.triples.tolist(), few.scores(merged), strict=True)
    }
    for (h, _, t), score in zip(communities.triples.tolist(), few.scores(communities), strict=True):
        assert score == pytest.approx(by_pair[h, t])
