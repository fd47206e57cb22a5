"""Denoise: planted noise stands above the rest; evidence never sees the edge itself."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from embeddings import held_out, resolvent
from embeddings.denoise import denoise, denoise_table
from embeddings.denoise_results import DenoiseConfig
from embeddings.errors import TrainingError
from embeddings.evidence import Evidence, counts_of
from embeddings.held_out import sampled_losses
from embeddings.kernels import Kernel, nearest, planted
from embeddings.resolvent import Dense, LowRank, resolvents
from embeddings.rivals import Rivals
from embeddings.shares import best_bin_share, mixture
from embeddings.tensors import edge_keys, table_from_triples
from embeddings.train import TrainConfig, Trainer, losses
from embeddings.walks import Walks
from graph.memory import MemorySnapshot
from graph.model import Statement


@pytest.fixture(scope="module")
def noisy(communities):
    rng = np.random.default_rng(1)
    wrong, _ = planted(Kernel.RANDOM, communities.triples, rng)
    wrong = rng.permutation(wrong)[: len(communities) // 20]
    table = table_from_triples(np.concatenate((communities.triples, wrong)), communities.vocabulary)
    return table, set(table_from_triples(wrong, communities.vocabulary).statements)


@pytest.fixture(scope="module")
def result(noisy):
    return denoise_table(noisy[0])


def average_rank(result, wrong):
    keys = [(row.subject, row.predicate, row.object) for row in result.rows]
    return np.mean([i for i, key in enumerate(keys) if key in wrong]) / len(keys)


def test_planted_noise_ranks_above_the_rest(result, noisy):
    table, wrong = noisy
    assert len(result.rows) == len(table)
    assert average_rank(result, wrong) < 0.25
    top = result.rows[: len(wrong) // 2]
    assert np.mean([(r.subject, r.predicate, r.object) in wrong for r in top]) > 0.4


def test_posteriors_are_probabilities_in_the_order_of_the_rows(result):
    odds = [row.odds for row in result.rows]
    assert odds == sorted(odds, reverse=True)
    assert all(0 <= row.posterior <= 1 and row.loss is None for row in result.rows)
    assert 0 < result.expected < 0.3 * len(result.rows)


def test_a_clean_graph_gives_little_to_doubt(communities):
    rows = denoise_table(communities).rows
    assert np.mean([row.posterior > 0.5 for row in rows]) < 0.03


def test_the_answer_is_the_same_again(result, noisy):
    assert denoise_table(noisy[0]) == result


def test_link_prediction_adds_the_held_out_loss(noisy):
    config = DenoiseConfig(epochs=2, folds=2, rounds=1, train=TrainConfig(rank=4))
    told = []
    full = denoise_table(noisy[0], config, lambda done, of: told.append((done, of)))
    assert all(row.loss is not None and row.loss > 0 for row in full.rows)
    if not full.believed:
        losses = [row.loss for row in full.rows]
        assert losses == sorted(losses, reverse=True)
    assert told == [(1, 2), (2, 2)]


def test_evidence_by_hand():
    # Two entities with the same one neighbour: the resolvent of [[1/2, 1/2], [1/2, 1/2]].
    triples = np.array([[0, 0, 2], [1, 0, 2]])
    evidence = Evidence(triples, 3, 1)
    asked = np.array([[0, 0, 2], [2, 0, 0]])
    counts = counts_of(evidence.features(asked))
    assert counts[0].edges_of_relation == 2
    assert counts[0].same_head_and_relation == 1
    assert counts[0].same_relation_and_tail == 2
    assert (counts[0].head_degree, counts[0].tail_degree) == (1, 2)
    assert counts[0].parallel_relations == 1
    assert counts[0].support_tail == pytest.approx(1)
    assert counts[1].same_head_and_relation == 0
    # K = [[s, s, 0], [s, s, 0], [0, 0, 2]] with s = 1/sqrt(2); m = (2 s + 2) / 3; the pair's
    # eigenvalue is 2 s, so H[0, 0] = s / (2 s + 0.3 m) and the support is twice that.
    s = 2**-0.5
    m = (2 * s + 2) / 3
    value = evidence.features(np.array([[0, 0, 2]]))[0, 0]
    assert value == pytest.approx(2 * s / (2 * s + 0.3 * m), rel=1e-4)


#: The columns that each corruption may change.
CHANGED = {
    Kernel.TYPED: ({0}, {2}),
    Kernel.RANDOM: ({0}, {2}),
    Kernel.NEAR: ({0}, {2}),
    Kernel.RELATION: ({1},),
    Kernel.SWAP: ({0, 2},),
    Kernel.BATCH: ({0}, {2}),
    Kernel.ENTITY: ({0}, {2}),
}


@pytest.mark.parametrize("kernel", list(Kernel))
def test_planted_edges_are_new_and_differ_as_the_kernel_says(communities, kernel):
    triples = communities.triples
    wrong, origin = planted(kernel, triples, np.random.default_rng(0))
    assert len(wrong) > len(triples) / 20
    assert not np.isin(edge_keys(wrong), communities.keys()).any()
    changed = wrong != triples[origin]
    assert {frozenset(np.flatnonzero(row).tolist()) for row in changed} == {
        frozenset(columns) for columns in CHANGED[kernel]
    }
    if kernel in (Kernel.TYPED, Kernel.RELATION):
        tails = {(r, t) for _, r, t in triples.tolist()}
        heads = {(h, r) for h, r, _ in triples.tolist()}
        assert all((r, t) in tails and (h, r) in heads for h, r, t in wrong.tolist())
    if kernel is Kernel.SWAP:
        assert (wrong == triples[origin][:, ::-1]).all()


def test_nearest_are_those_with_the_same_typed_neighbours():
    # 0 and 1 have the same neighbours by the same relation; 4 has them by another.
    rows = [(0, 0, 2), (0, 0, 3), (1, 0, 2), (1, 0, 3), (4, 1, 2), (4, 1, 3)]
    near = nearest(np.array(rows), 1)
    assert near[0, 0] == 1
    assert near[1, 0] == 0
    assert {near[2, 0], near[3, 0]} == {2, 3}


def test_rival_relations_by_hand():
    # 0 is like itself and, half as much, like 1; 1 has 2 by relation 1, 0 has 3 by relation 0.
    rows = np.array([(1, 1, 2), (0, 0, 3)])
    like = np.eye(4, dtype=np.float32)
    like[0, 1] = like[1, 0] = 0.5
    rivals = Rivals(rows, 4, 2, Dense(like))
    right, wrong, turned = rivals.features(np.array([(0, 1, 2), (0, 0, 2), (2, 1, 1)]))
    assert right[0] == pytest.approx(1)
    assert right[1] == pytest.approx(np.log(0.501 / 0.001), rel=1e-5)
    assert wrong[0] == 0
    assert wrong[1] == pytest.approx(np.log(0.001 / 0.501), rel=1e-5)
    assert (right[7], turned[7]) == (0, 1)


def test_a_corruption_that_explains_the_edges_leaves_nothing_to_the_next():
    rng = np.random.default_rng(0)
    clean, noise = rng.exponential(0.05, 1900), rng.exponential(200, 100)
    observed = np.concatenate((clean, noise))
    own = rng.exponential(200, 1000)
    found = mixture(
        {
            Kernel.TYPED: (observed, own),
            Kernel.NEAR: (observed * 0.9, own * 0.9),
            Kernel.SWAP: (clean[rng.integers(0, 1900, 2000)], own),
        }
    )
    assert found.believed
    assert found.shares[Kernel.TYPED].share == pytest.approx(0.05, rel=0.4)
    assert found.shares[Kernel.TYPED].resolved > 0.8
    # One edge is added to all that is above a bin, so nothing is less than 1 of 2,000.
    assert 1 / 2000 <= found.shares[Kernel.NEAR].share < 0.001
    assert 1 / 2000 <= found.shares[Kernel.SWAP].share < 0.001
    assert np.clip(found.odds, 0, 1).sum() == pytest.approx(100, rel=0.4)


def test_no_corruption_is_believed_where_none_of_its_edges_is_there():
    rng = np.random.default_rng(0)
    found = mixture({Kernel.TYPED: (rng.exponential(0.05, 40_000), 1 + rng.exponential(9, 1000))})
    assert not found.believed
    assert (found.odds > 0).all()


def test_few_edges_that_stand_out_are_no_kind_of_mistake():
    rng = np.random.default_rng(0)
    own = rng.exponential(300, 400)
    for wrong, believed in ((2, False), (20, True)):
        observed = np.concatenate((rng.exponential(0.02, 480 - wrong), np.full(wrong, 900.0)))
        found = mixture({Kernel.TYPED: (observed, own)})
        assert found.believed is believed
        # The order does not depend on it.
        assert set(np.argsort(-found.odds)[:wrong].tolist()) == set(range(480 - wrong, 480))


def test_the_share_is_bounded_by_the_emptiest_bin():
    wrong = np.arange(1000) / 1000
    observed = np.concatenate((np.full(900, -1.0), np.arange(100) / 100))
    assert best_bin_share(observed, wrong) == pytest.approx(0.1, abs=0.03)
    assert best_bin_share(observed, wrong[:0]) == 0


def test_small_graphs_and_bad_settings_are_refused():
    with pytest.raises(TrainingError, match="at least 100"):
        denoise(MemorySnapshot([Statement("urn:a", "urn:p", "urn:b")]))
    with pytest.raises(TrainingError, match="folds"):
        DenoiseConfig(folds=1)


def test_a_low_rank_of_everything_is_the_dense_resolvent(communities, monkeypatch):
    h, r, t = communities.triples.T
    shape = communities.num_entities, communities.num_relations * communities.num_entities
    described = sparse.csr_matrix(
        (np.ones(len(h), np.float32), (h, r * communities.num_entities + t)), shape
    )
    dense = resolvents(described, (0.3, 3.0))
    monkeypatch.setattr(resolvent, "LARGEST_DENSE", 10)
    low = resolvents(described, (0.3, 3.0), rank=communities.num_entities)
    columns = described[:, :50]
    sources, places = np.array([3, 3, 70, 100]), np.array([0, 49, 7, 7])
    for one, other in zip(dense, low, strict=True):
        assert isinstance(other, LowRank)
        spread = one.spread(sources, columns)
        assert np.abs(spread).max() > 0.01
        np.testing.assert_allclose(other.spread(sources, columns), spread, atol=2e-4)
        np.testing.assert_allclose(one.at(sources, columns, places), spread[range(4), places])
        np.testing.assert_allclose(
            other.at(sources, columns, places), spread[range(4), places], atol=2e-4
        )


def test_walks_by_hand():
    # 0 -0-> 1 -1-> 2 and 3 -0-> 4 -1-> 5, each closed by relation 2; 6 -0-> 7 -1-> 8 is not.
    rows = [(0, 0, 1), (1, 1, 2), (0, 2, 2), (3, 0, 4), (4, 1, 5), (3, 2, 5), (6, 0, 7), (7, 1, 8)]
    # Where relation 3 leads, relation 0 does three times out of three.
    rows += [(0, 3, 1), (3, 3, 4), (6, 3, 7)]
    walks = Walks(np.array(rows), 9, 4)
    closed, open_, back = walks.features(np.array([(6, 2, 8), (6, 2, 1), (7, 2, 8)]))
    assert closed[2] > 0.5
    assert closed[3] == 0
    assert closed[6] == pytest.approx(np.log(3))  # by relation 0 and by relation 3, then 1
    assert open_[6] == 0
    assert back[2] <= 0
    parallel = walks.features(np.array([(0, 0, 1)]))[0]
    assert parallel[0] == pytest.approx(3 / (3 + 5))


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_evidence_does_not_ask_what_entities_are_called(seed):
    rng = np.random.default_rng(seed)
    triples = np.unique(rng.integers(0, 12, (40, 3)) % (12, 3, 12), axis=0)
    names = rng.permutation(12)
    renamed = np.column_stack((names[triples[:, 0]], triples[:, 1], names[triples[:, 2]]))
    resolvent_and_counts = 2 * 2 * 5 + 6
    one = Evidence(triples, 12, 3).features(triples)
    other = Evidence(renamed, 12, 3).features(renamed)
    np.testing.assert_allclose(
        one[:, :resolvent_and_counts], other[:, :resolvent_and_counts], rtol=1e-2, atol=1e-3
    )


def test_a_sample_of_all_entities_gives_the_losses_among_all(communities):
    trainer = Trainer(TrainConfig(rank=8))
    trainer.fit(communities, 3)
    asked = communities.triples[:50]
    everything = np.arange(communities.num_entities)
    whole = losses(trainer.model, asked)
    # The right entity stands in the sample, too, and counts twice.
    twice = np.log(np.exp(whole) + 1)
    np.testing.assert_allclose(sampled_losses(trainer.model, asked, everything), twice, rtol=1e-4)
    fewer = sampled_losses(trainer.model, asked, everything[::9])
    assert (fewer < whole).mean() > 0.9


def test_large_graphs_are_trained_against_a_sample(communities, monkeypatch):
    folds = np.arange(len(communities)) % 2
    train = TrainConfig(rank=4)
    monkeypatch.setattr(held_out, "_MANY", 10)
    monkeypatch.setattr(held_out, "_SAMPLE", 40)
    found = held_out.held_out_losses(communities, communities.triples, folds, train, 2)
    assert found.shape == (len(communities), 2)
    # A guess among 40 and oneself is log 41; what was learnt is better than that.
    assert 0 < found.mean() < np.log(41)
