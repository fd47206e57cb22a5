"""Repairs: the right parent is found again; supporters, reliability and kept folds by hand."""

import numpy as np
import pytest
from scipy import sparse

from embeddings.batches import batches, confusions
from embeddings.denoise import Denoising, denoise_table
from embeddings.denoise_results import DenoiseConfig
from embeddings.kernels import Kernel, came_together
from embeddings.reliability import reliability
from embeddings.repairs import Repairs
from embeddings.resolvent import Dense
from embeddings.supporters import Supporters
from embeddings.tensors import read_edges
from embeddings.texts import read_texts
from embeddings.train import TrainConfig, Trainer, losses
from tests.embeddings.test_lexical import taxonomy


@pytest.fixture(scope="module")
def misplaced():
    snapshot, wrong = taxonomy(wrong=8)
    table = read_edges(snapshot)
    return Denoising(table, DenoiseConfig(folds=3), read_texts(snapshot, table)), wrong


def test_members_in_the_wrong_place_are_moved_to_the_right_one(misplaced):
    judgement, wrong = misplaced
    doubted = [row for row in judgement.result.rows[:12] if row.key in wrong]
    assert len(doubted) >= 6
    found = Repairs(judgement).of(doubted)
    assert [(r.subject, r.predicate) for r in found] == [(d.subject, d.predicate) for d in doubted]
    right = [r.object == d.subject.rpartition("m")[0] for r, d in zip(found, doubted, strict=True)]
    assert sum(right) >= len(right) - 1
    for repair in found:
        assert repair.object is None or repair.odds <= repair.before


def test_nothing_asked_is_nothing_repaired(misplaced):
    assert Repairs(misplaced[0]).of([]) == []


def test_supporters_by_hand():
    # 0 and 1 have 3 and 4 by relation 0; 2 has 3. 5 has 6 by relation 1.
    rows = np.array([(0, 0, 3), (0, 0, 4), (1, 0, 3), (1, 0, 4), (2, 0, 3), (5, 1, 6)])
    size = 7
    cells = np.zeros((size, 4 * size))
    for h, r, t in rows.tolist():
        cells[h, 2 * r * size + t] = 2.0
        cells[t, (2 * r + 1) * size + h] = 1.0
    like = np.eye(size, dtype=np.float32)
    like[0, 1] = like[1, 0] = 0.5
    like[0, 2] = like[2, 0] = like[3, 4] = like[4, 3] = 0.25
    supporters = Supporters(rows, size, 2, sparse.csr_matrix(cells), Dense(like))
    asked, nobody = supporters.features(np.array([(0, 0, 3), (5, 1, 3)]))
    # Of 1 and 2, 1 is most alike: two thirds of all; both have one cell in common with 0 beside.
    assert asked[0] == pytest.approx(0.5)
    assert asked[1] == pytest.approx(2 / 3)
    assert asked[2] == pytest.approx(2 / 1)
    # The other filler of 0 is 4, which is a quarter like 3.
    assert asked[5:7] == pytest.approx([0.25, 1])
    assert (nobody[:5] == 0).all()
    assert nobody[5:7] == pytest.approx([0, 1])


def test_batches_have_a_hub_and_confusions_a_giver(communities):
    rng = np.random.default_rng(0)
    rows, origins = batches(communities.triples, rng, 200)
    assert len(rows) == len(origins) >= 200
    for origin in np.unique(origins):
        own = rows[origins == origin]
        same = (own[:, [0, 2]] == communities.triples[origin, [0, 2]]).all(axis=0)
        assert same.any()
        assert (own[:, 1] == communities.triples[origin, 1]).all()
    rows, origins = confusions(communities.triples, rng, 200)
    assert len(rows) >= 200
    changed = (rows != communities.triples[origins])[:, [0, 2]].sum(axis=1)
    assert (changed >= 1).all()
    assert (rows[:, 1] == communities.triples[origins, 1]).all()


def test_what_stands_together_is_judged_where_it_stands(communities):
    config = DenoiseConfig((Kernel.TYPED, Kernel.BATCH), folds=2)
    judgement = Denoising(communities, config)
    assert judgement.trial.passes == 2
    beside = judgement.features.beside[Kernel.BATCH]
    assert beside.shape == judgement.features.observed.shape
    assert not np.array_equal(beside, judgement.features.observed)
    told = []
    denoise_table(communities, config, lambda done, of: told.append((done, of)))
    assert told == [(i, 4) for i in range(1, 5)]


def test_an_interrupted_judgement_goes_on(communities, tmp_path):
    class StopError(Exception):
        pass

    def stop(done, _of):
        if done == 3:
            raise StopError

    folder = tmp_path / "part"
    with pytest.raises(StopError):
        Denoising(communities, DenoiseConfig(), None, None, stop, folder)
    assert len(list(folder.glob("*.npy"))) == 3
    kept = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    found = Denoising(communities, DenoiseConfig(), folder=folder)
    assert {p.name: p.stat().st_mtime_ns for p in folder.iterdir() if p.name in kept} == kept
    assert found.result == denoise_table(communities, DenoiseConfig())


def test_held_out_losses_are_kept_too(communities, tmp_path):
    config = DenoiseConfig(folds=2, epochs=1, train=TrainConfig(rank=4))
    first = Denoising(communities, config, folder=tmp_path).result
    path = tmp_path / "losses.npy"
    made = path.stat().st_mtime_ns
    assert Denoising(communities, config, folder=tmp_path).result == first
    assert path.stat().st_mtime_ns == made


def test_reliability_counts_what_was_planted(communities):
    found = reliability(communities, DenoiseConfig(folds=2))
    assert sum(one.edges for one in found.bins) == found.edges > len(communities)
    assert sum(one.planted for one in found.bins) == found.planted
    assert found.planted == pytest.approx(0.03 * len(communities), rel=0.2)
    assert all(0 <= one.said <= 1 and one.planted <= one.edges for one in found.bins)
    assert found.expected == pytest.approx(sum(one.edges * one.said for one in found.bins))


def test_edges_that_are_not_believed_are_not_learnt(communities):
    def trained(beliefs):
        trainer = Trainer(TrainConfig(rank=8, batch_size=64))
        trainer.fit(communities, 6, beliefs=beliefs)
        return losses(trainer.model, communities.triples).sum(axis=1)

    everything = trained(np.ones(len(communities)))
    assert np.array_equal(everything, trained(None))
    rng = np.random.default_rng(0)
    doubted = rng.random(len(communities)) < 0.2
    without = trained(np.where(doubted, 0.0, 1.0))
    lost = without - everything
    assert lost[doubted].mean() > lost[~doubted].mean() + 0.1
    # One edge at least is trained on, whatever is believed.
    assert np.isfinite(trained(np.zeros(len(communities)))).all()


def test_trees_do_not_judge_what_came_with_what_they_learnt(communities):
    config = DenoiseConfig((Kernel.TYPED, Kernel.BATCH, Kernel.ENTITY), folds=3)
    trial = Denoising(communities, config).trial
    for kernel in (Kernel.BATCH, Kernel.ENTITY):
        own = trial.plants[kernel]
        were = communities.triples[own.origins]
        together = came_together(kernel, own.triples, were)
        assert len(np.unique(together)) < len(together) / 2
        for group in np.unique(together):
            assert len(np.unique(own.dealt[together == group])) == 1
        assert {0, 1, 2} == set(own.dealt.tolist()) == set(own.folds.tolist())
    assert (trial.plants[Kernel.TYPED].dealt == trial.plants[Kernel.TYPED].folds).all()
