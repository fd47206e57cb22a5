"""Company: a bad commit speaks against its statements, ordinary ones say nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.company import in_company
from embeddings.denoise import FEWEST_IN_ERA, denoise_table
from embeddings.denoise_results import DenoiseConfig, Past
from embeddings.kernels import Kernel, planted
from embeddings.shares import by_era
from embeddings.tensors import table_from_triples


def commits(size, members):
    return np.arange(size) // members


def test_most_of_a_bad_commit_is_doubted_more():
    odds = np.full(400, 0.02)
    odds[:16] = 0.6
    groups = commits(400, 20)
    found, share = in_company(odds, None, (groups,))
    assert (found[:20] > odds[:20]).all()
    assert found[:16].min() > 0.9
    # The few that look right stay below those that do not.
    assert found[16:20].max() < found[:16].min()
    assert share[:20].min() > 0.5
    np.testing.assert_allclose(found[20:], odds[20:], rtol=0.5)


def test_a_statement_does_not_speak_against_itself():
    odds = np.full(400, 0.01)
    odds[0] = 5.0
    _, share = in_company(odds, None, (commits(400, 20),))
    assert share[0] == pytest.approx(share[40], rel=0.05)
    # Beside a commit of one there is nobody.
    alone = np.concatenate(([0], 1 + commits(399, 20)))
    found, share = in_company(odds, None, (alone,))
    assert share[0] < 0.1
    assert found[0] < 2 * odds[0]


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 0.2))
@settings(max_examples=30)
def test_without_groups_the_odds_are_as_they_were(seed, scale):
    odds = np.random.default_rng(seed).exponential(scale, 60)
    nowhere = np.full(60, -1)
    for groups in ((), (nowhere,), (nowhere, nowhere)):
        found, share = in_company(odds, None, groups)
        np.testing.assert_allclose(found, odds, rtol=1e-9)
        assert len(np.unique(share)) == 1


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30)
def test_within_a_group_the_order_of_statements_stays(seed):
    rng = np.random.default_rng(seed)
    odds = rng.exponential(0.2, 200)
    found, _ = in_company(odds, None, (np.zeros(200, dtype=np.int64),))
    # Each leaves itself out, which can turn round only what is next to equal.
    order = np.argsort(odds)
    assert np.all(np.diff(found[order][::10]) > -1e-3)


def test_eras_have_shares_of_their_own():
    rng = np.random.default_rng(0)
    clean, noise = rng.exponential(0.02, 4800), rng.exponential(300, 200)
    observed = np.concatenate((clean, noise))
    eras = np.concatenate((np.zeros(2500), np.ones(2500))).astype(np.int64)
    planted_odds = rng.exponential(300, 2000)
    came = np.arange(2000) % 2
    found = by_era({Kernel.TYPED: (observed, planted_odds)}, eras, {Kernel.TYPED: came})
    assert found.believed
    # One edge is added to what is above each bound of an era of 2,500.
    assert np.clip(found.odds[:2500], 0, 1).sum() < 5
    assert np.clip(found.odds[2500:], 0, 1).sum() == pytest.approx(200, rel=0.3)
    assert 0.01 < found.shares[Kernel.TYPED].share < 0.05


@pytest.fixture(scope="module")
def batch(communities):
    """A few batches of wrong edges, each a commit, true edges in commits of twenty."""
    wrong, _ = planted(Kernel.BATCH, communities.triples, np.random.default_rng(5))
    wrong = wrong[:60]
    noisy = table_from_triples(np.concatenate((communities.triples, wrong)), communities.vocabulary)
    bad = set(table_from_triples(wrong, communities.vocabulary).statements)
    labels = np.array([key in bad for key in noisy.statements])
    groups = commits(len(noisy), 20)
    groups[labels] = len(noisy)
    return noisy, labels, groups


def ranks(result, noisy, labels):
    place = {row.key: i for i, row in enumerate(result.rows)}
    wrong = [key for key, label in zip(noisy.statements, labels, strict=True) if label]
    return np.mean([place[key] for key in wrong]) / len(noisy)


def test_commits_give_a_bad_batch_away(batch):
    noisy, labels, groups = batch
    config = DenoiseConfig(folds=2)
    alone = denoise_table(noisy, config)
    known = denoise_table(noisy, config, past=Past(groups=(groups,)))
    assert ranks(known, noisy, labels) < 0.7 * ranks(alone, noisy, labels)
    assert all(row.company is None for row in alone.rows)
    bad = {key for key, label in zip(noisy.statements, labels, strict=True) if label}
    company = [
        [row.company for row in known.rows if (row.key in bad) is wrong] for wrong in (True, False)
    ]
    assert np.mean(company[0]) > 4 * np.mean(company[1])


def test_eras_without_enough_edges_are_one(communities):
    few = np.arange(len(communities)) < FEWEST_IN_ERA - 1
    config = DenoiseConfig(folds=2)
    same = denoise_table(communities, config, past=Past(eras=few.astype(np.int64)))
    assert same.rows == denoise_table(communities, config).rows


def test_what_was_doubted_before_counts_less(communities):
    config = DenoiseConfig(folds=2)
    doubts = np.full(len(communities), np.nan)
    same = denoise_table(communities, config, past=Past(doubts=doubts))
    assert same.rows == denoise_table(communities, config).rows
    doubts[:200] = 0.99
    other = denoise_table(communities, config, past=Past(doubts=doubts))
    assert other.rows != same.rows
