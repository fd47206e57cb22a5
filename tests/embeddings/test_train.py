"""The loop: by hand, deterministic, resumable, interruptible; ranks by hand; trajectories."""

import math

import numpy as np
import pytest
import torch

from embeddings.continual import TrajectoryConfig, train_trajectory
from embeddings.errors import TrainingError
from embeddings.evaluate import filtered_ranks, metrics
from embeddings.scoring import ComplEx
from embeddings.tensors import Vocabulary, table_from_triples
from embeddings.train import TrainConfig, Trainer, losses
from graph.errors import KgdeltaError
from graph.memory import MemorySnapshot
from graph.model import Statement

CONFIG = TrainConfig(rank=8, batch_size=64, seed=3)


def state(trainer):
    return [p.detach().clone() for p in trainer.model.parameters()]


def same(a, b):
    return all(torch.equal(x, y) for x, y in zip(state(a), state(b), strict=True))


def two_entities():
    vocabulary = Vocabulary(("urn:a", "urn:b"), ("urn:r",))
    table = table_from_triples(np.array([[0, 0, 1]]), vocabulary)
    model = ComplEx(2, 1, rank=1)
    with torch.no_grad():
        model.entities.copy_(torch.tensor([[1.0, 2.0], [3.0, -1.0]]))
        model.relations.copy_(torch.tensor([[2.0, 1.0], [0.0, 1.0]]))
    return table, model


def test_the_loss_of_an_edge_by_hand():
    table, model = two_entities()
    # Tails score 10 and -5 (the true one), heads 7 (the true one) and 0.
    tail, head = losses(model, table.triples)[0]
    assert tail == pytest.approx(15 + math.log1p(math.exp(-15)), rel=1e-6)
    assert head == pytest.approx(math.log1p(math.exp(-7)), rel=1e-4)
    loss = Trainer(TrainConfig(rank=1, n3=0, batch_size=2), model).fit(table, 1)
    assert loss == pytest.approx((tail + head) / 2, rel=1e-6)


def test_filtered_ranks_by_hand():
    model = ComplEx(4, 1, rank=1)
    with torch.no_grad():
        # Everything is real: the score of (h, r, t) is h * t.
        model.entities.copy_(torch.tensor([[1.0, 0], [4.0, 0], [3.0, 0], [3.0, 0]]))
        model.relations.copy_(torch.tensor([[1.0, 0], [1.0, 0]]))
    test, known = np.array([[0, 0, 2]]), np.array([[0, 0, 1]])
    # Tails 1, 4, 3, 3: entity 1 is known, entity 3 ties: rank 1.5. Heads 3, 12, 9, 9: rank 4.
    ranks = filtered_ranks(model, test, known)
    assert ranks.tolist() == [[1.5], [4.0]]
    found = metrics(ranks)
    assert found.mrr == pytest.approx((1 / 1.5 + 1 / 4) / 2)
    assert (found.hits_at_1, found.hits_at_3, found.hits_at_10, found.count) == (0, 0.5, 1, 2)
    assert filtered_ranks(model, test, test).tolist() == [[2.5], [4.0]]
    assert metrics(np.zeros((2, 0))).count == 0


def test_training_learns(communities):
    trainer = Trainer(TrainConfig(rank=16, batch_size=128))
    held = communities.triples[::10]
    rest = np.delete(communities.triples, slice(None, None, 10), axis=0)
    trainer.grow(communities)
    before = metrics(filtered_ranks(trainer.model, held, communities.triples)).hits_at_10
    trainer.fit(table_from_triples(rest, communities.vocabulary), 8)
    after = metrics(filtered_ranks(trainer.model, held, communities.triples)).hits_at_10
    assert after > 2 * before


def test_a_seed_decides_everything(communities):
    one, two, other = (Trainer(TrainConfig(rank=8, seed=seed)) for seed in (3, 3, 4))
    for trainer in (one, two, other):
        trainer.fit(communities, 2)
    assert same(one, two)
    assert not same(one, other)


def test_a_copy_that_goes_on_equals_one_that_never_stopped(communities):
    whole = Trainer(CONFIG)
    whole.fit(communities, 5)
    part = Trainer(CONFIG)
    part.fit(communities, 2)
    resumed = part.copy()
    part.fit(communities, 1)
    resumed.fit(communities, 3)
    assert same(whole, resumed)
    assert not same(whole, part)


def test_an_interruption_leaves_the_trainer_as_it_was(communities):
    trainer = Trainer(CONFIG)
    trainer.fit(communities, 1)
    untouched = trainer.copy()

    def interrupt(done, of, loss):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trainer.fit(communities, 3, interrupt)
    assert same(trainer, untouched)
    trainer.fit(communities, 2)
    untouched.fit(communities, 2)
    assert same(trainer, untouched)


def test_progress_is_told_after_each_epoch(communities):
    told = []
    Trainer(CONFIG).fit(communities, 2, lambda done, of, loss: told.append((done, of)))
    assert told == [(1, 2), (2, 2)]


def test_what_cannot_be_trained_is_refused(communities):
    trainer = Trainer(CONFIG)
    with pytest.raises(TrainingError, match="no edges"):
        trainer.fit(table_from_triples(np.zeros((0, 3), dtype=np.int64), Vocabulary()), 1)
    trainer.fit(communities, 1)
    with pytest.raises(KgdeltaError, match="older"):
        trainer.fit(table_from_triples(np.array([[0, 0, 1]]), Vocabulary(("a", "b"), ("r",))), 1)
    with pytest.raises(TrainingError, match="device"):
        Trainer(TrainConfig(device="abacus"))
    with pytest.raises(TrainingError, match="rank"):
        TrainConfig(rank=0)


def snapshots():
    def graph(*edges):
        return MemorySnapshot(Statement(f"urn:{a}", "urn:p", f"urn:{b}") for a, b in edges)

    return [graph("xy", "yz"), graph("xy", "ya"), graph("xy", "ya", "bx")]


def test_a_trajectory_keeps_rows_and_earlier_stages():
    config = TrajectoryConfig(TrainConfig(rank=4), 2, 1)
    trajectory = train_trajectory(snapshots(), config)
    assert [len(stage.vectors) for stage in trajectory.stages] == [3, 4, 5]
    assert trajectory.vocabulary.entities == ("urn:x", "urn:y", "urn:z", "urn:a", "urn:b")
    assert [stage.trainer.epochs_done for stage in trajectory.stages] == [2, 3, 4]
    shorter = train_trajectory(snapshots()[:2], config)
    assert np.array_equal(shorter.stages[1].vectors, trajectory.stages[1].vectors)
    longer = shorter.extended(snapshots()[2])
    assert np.array_equal(longer.stages[2].vectors, trajectory.stages[2].vectors)
    assert len(shorter.stages) == 2


def test_numbers_do_not_depend_on_the_number_of_threads():
    random = np.random.default_rng(0)
    triples = np.unique(random.integers(0, (400, 3, 400), size=(3000, 3)), axis=0)
    names = tuple(f"urn:{i:03}" for i in range(400))
    table = table_from_triples(triples, Vocabulary(names, ("urn:r", "urn:s", "urn:t")))
    threads = torch.get_num_threads()
    found = []
    try:
        for count in (1, 2, 2):
            torch.set_num_threads(count)
            trainer = Trainer(TrainConfig(rank=16, batch_size=256))
            trainer.fit(table, 2)
            found.append(trainer)
    finally:
        torch.set_num_threads(threads)
    assert same(found[0], found[1])
    assert same(found[1], found[2])
    assert not torch.are_deterministic_algorithms_enabled()
