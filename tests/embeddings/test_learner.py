"""One contract for every strategy, and learners put together of them."""

import inspect
from dataclasses import replace

import numpy as np
import pytest
import torch

from embeddings import strategies
from embeddings.errors import TrainingError
from embeddings.evaluate import filtered_ranks, metrics
from embeddings.learner import Learner, Plan
from embeddings.strategies import (
    AllEdges,
    Always,
    BestStart,
    Change,
    Elastic,
    Latest,
    Nearby,
    Never,
    NewEdges,
    OnBudget,
    OnDrift,
    Periodic,
    Replay,
    Spent,
)
from embeddings.tensors import Vocabulary, edge_keys, table_from_triples
from embeddings.train import TrainConfig, Trainer, Validation

TRAIN = TrainConfig(rank=8, batch_size=128, grouped=True, n3=0.01)
PLAN = Plan(TRAIN, first_epochs=8, next_epochs=3)


def every(base):
    kinds = vars(strategies).values()
    return [kind for kind in kinds if inspect.isclass(kind) and issubclass(kind, base)]


def concrete(base):
    return [kind() for kind in every(base) if not inspect.isabstract(kind)]


def name(value):
    return type(value).__name__


@pytest.fixture(scope="module")
def history(communities):
    """Three snapshots: entities come, then edges are withdrawn."""
    triples, words = communities.triples, communities.vocabulary
    early = (triples[:, [0, 2]] < 150).all(axis=1)
    first = table_from_triples(triples[early], Vocabulary(words.entities[:150], words.relations))
    second = table_from_triples(triples[~np.isin(np.arange(len(triples)) % 20, 7)], words)
    third = table_from_triples(np.delete(second.triples, slice(0, None, 25), 0), words)
    return first, second, third


@pytest.fixture(scope="module")
def change(history):
    return Change.between(history[1], history[2])


class TestSelections:
    @pytest.mark.parametrize("selection", concrete(strategies.Selection), ids=name)
    def test_edges_are_of_the_snapshot_and_depend_on_the_draw_alone(self, selection, change):
        one, two = (selection.choose(change, np.random.default_rng(3)) for _ in range(2))
        assert (one == two).all()
        assert np.isin(edge_keys(one), change.table.keys()).all()
        assert not np.isin(edge_keys(one), edge_keys(change.removed)).any()

    @pytest.mark.parametrize("selection", concrete(strategies.Selection), ids=name)
    def test_everything_new_is_selected(self, selection, history):
        change = Change.between(history[0], history[1])
        chosen = selection.choose(change, np.random.default_rng(0))
        assert np.isin(edge_keys(change.new), edge_keys(chosen)).all()


class TestPolicies:
    @pytest.mark.parametrize("policy", concrete(strategies.Policy), ids=name)
    def test_the_answer_is_yes_or_no(self, policy):
        assert policy.retrains(Spent(1, 10, 100, 1e4, 1e3, 1e3)) in (True, False)


class TestStarts:
    @pytest.mark.parametrize("start", concrete(strategies.Start), ids=name)
    def test_the_place_is_one_of_the_earlier(self, start, history, change):
        trainer = Trainer(TRAIN)
        trainer.fit(history[0], 1)
        for count in (1, 3):
            assert start.choose([trainer] * count, change) == count - 1


class TestConsolidations:
    @pytest.mark.parametrize("kind", concrete(strategies.Consolidation), ids=name)
    def test_nothing_pulls_where_nothing_moved_or_is_new(self, kind, history):
        trainer = Trainer(TRAIN)
        trainer.fit(history[0], 1)
        anchor = kind.anchored(trainer)
        trainer.grow(history[1])
        for i, parameter in enumerate(trainer.model.parameters()):
            if anchor is not None:
                pull = anchor.pull(i, parameter.detach() + 1)
                assert not anchor.pull(i, parameter.detach()).any()
                assert pull.shape == parameter.shape
                assert not pull[len(anchor.values[i]) :].any()
                assert pull.any()


def test_the_rows_of_an_edge_change_by_hand():
    words = Vocabulary(("a", "b", "c", "d"), ("r",))
    before = table_from_triples(np.array([[0, 0, 1], [0, 0, 2], [3, 0, 3]]), words)
    after = table_from_triples(np.array([[0, 0, 2], [1, 0, 3], [3, 0, 3]]), words)
    change = Change.between(before, after)
    assert change.old.tolist() == [[0, 0, 2], [3, 0, 3]]
    assert change.new.tolist() == [[1, 0, 3]]
    assert change.removed.tolist() == [[0, 0, 1]]
    chosen = NewEdges().choose(change, np.random.default_rng(0))
    assert sorted(chosen.tolist()) == [[0, 0, 2], [1, 0, 3]]


def test_nearby_takes_what_is_new_and_some_old_edges_at_each_edited_node(change):
    chosen = Nearby(ratio=1.0, least=3).choose(change, np.random.default_rng(0))
    keys = edge_keys(chosen)
    assert len(np.unique(keys)) == len(keys)
    assert np.isin(edge_keys(change.new), keys).all()
    edited = np.zeros(change.table.num_entities, dtype=int)
    for part in (change.new, change.removed):
        np.add.at(edited, part[:, [0, 2]].ravel(), 1)
    kept = chosen[~np.isin(keys, edge_keys(change.new))]
    assert (edited[kept] > 0).any(axis=1).all()
    for node in np.flatnonzero(edited):
        own = (change.old[:, [0, 2]] == node).any(axis=1).sum()
        assert (kept[:, [0, 2]] == node).any(axis=1).sum() >= min(own, max(3, edited[node]))
    assert len(Nearby(ratio=0, least=0).choose(change, np.random.default_rng(0))) == len(change.new)
    with pytest.raises(TrainingError, match="ratio"):
        Nearby(ratio=-1)


def test_a_reservoir_is_uniform_and_does_not_change(change):
    seen = np.concatenate(
        [Replay(1, capacity=80).choose(change, np.random.default_rng(i)) for i in range(30)]
    )
    changed = NewEdges().choose(change, np.random.default_rng(0))
    replayed = np.unique(edge_keys(seen[~np.isin(edge_keys(seen), edge_keys(changed))]))
    assert 20 < len(replayed) <= 80
    assert abs(np.median(replayed >> 39) - 90) < 35
    with pytest.raises(TrainingError, match="capacity"):
        Replay(capacity=0)


def test_rare_relations_are_replayed_more_by_relation():
    rng = np.random.default_rng(0)
    old = np.unique(rng.integers(0, (90, 1, 90), (900, 3)), axis=0)
    rare = old[:20] + np.array([[0, 1, 0]])
    words = Vocabulary(tuple(f"{i:03}" for i in range(91)), ("r", "s"))
    before = table_from_triples(np.concatenate((old, rare)), words)
    fresh = old[:100] + np.array([[0, 0, 1]])
    after = table_from_triples(np.concatenate((old, rare, fresh)), words)
    change = Change.between(before, after)
    even, plain = (
        sum((Replay(1, by_relation=b).choose(change, rng)[:, 1] == 1).sum() for _ in range(20))
        for b in (True, False)
    )
    assert even > 2 * plain


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (Never(), [False] * 5),
        (Always(), [True] * 5),
        (Periodic(2), [False, True, False, True, False]),
        (OnDrift(0.2), [True, False, False, False, False]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_policies_retrain_when_they_say(history, policy, expected):
    learner = Learner(replace(PLAN, policy=policy, first_epochs=2, next_epochs=1))
    learner.learn(history[0])
    for i in range(5):
        learner.learn(history[1 + i % 2])
    assert [step.start is None for step in learner.steps[1:]] == expected


def test_a_budget_is_used_and_kept(history):
    learner = Learner(replace(PLAN, policy=OnBudget(0.6), first_epochs=6, next_epochs=1))
    learner.learn(history[0])
    joint, spent = 6.0 * len(history[0]), 6.0 * len(history[0])
    again = 0
    for i in range(6):
        table = history[1 + i % 2]
        step = learner.learn(table)
        joint, spent = joint + 6 * len(table), spent + step.edges
        if step.start is None:
            again += 1
            assert spent <= 0.6 * joint
    assert 1 <= again < 6


@pytest.fixture(scope="module")
def learnt(history):
    learner = Learner(PLAN)
    for table in history[:2]:
        learner.learn(table)
    return learner


def mrr(trainer, triples, known):
    return metrics(filtered_ranks(trainer.model, triples, known)).mrr


def test_withdrawn_facts_lose_their_rank_and_the_others_keep_theirs(learnt, history, change):
    trainer = learnt.trainer
    before = [mrr(trainer, part, history[1].triples) for part in (change.removed, change.old[::9])]
    learner = Learner(PLAN)
    for table in history:
        learner.learn(table)
    removed, kept = (
        mrr(learner.trainer, part, history[2].triples) for part in (change.removed, change.old[::9])
    )
    assert removed < 0.85 * before[0]
    assert kept > 0.9 * before[1]


def test_learning_again_gives_the_same(learnt, history):
    again = Learner(PLAN)
    for table in history[:2]:
        again.learn(table)
    assert again.steps == learnt.steps
    for a, b in zip(
        again.trainer.model.parameters(), learnt.trainer.model.parameters(), strict=True
    ):
        assert torch.equal(a, b)


def test_replay_forgets_less_than_fine_tuning(history):
    found = {}
    for selection in (NewEdges(), Replay(), AllEdges()):
        learner = Learner(replace(PLAN, selection=selection, next_epochs=6))
        late = table_from_triples(
            history[1].triples[(history[1].triples[:, 0] >= 150)], history[1].vocabulary
        )
        both = np.concatenate((history[0].triples, late.triples))
        learner.learn(history[0])
        learner.learn(table_from_triples(both, history[1].vocabulary))
        found[type(selection)] = mrr(learner.trainer, history[0].triples[::5], both)
    assert found[NewEdges] < found[Replay]
    assert found[NewEdges] < found[AllEdges]


def test_a_revert_starts_from_the_state_before_it(history):
    plan = replace(PLAN, start=BestStart(), checkpoints=3)
    learner = Learner(plan)
    rng = np.random.default_rng(0)
    noise = history[1].triples.copy()
    noise[:, 2] = rng.permutation(noise[:, 2])
    learner.learn(history[1])
    learner.learn(table_from_triples(noise, history[1].vocabulary))
    assert learner.learn(history[1]).start == 0
    assert replace(plan, start=Latest()) != plan


def test_elastic_weights_move_less(history):
    moved = []
    for weight in (0.0, 0.02):
        learner = Learner(replace(PLAN, consolidation=Elastic(weight)))
        learner.learn(history[0])
        old = learner.trainer.model.embed().detach().clone()
        learner.learn(history[1])
        now = learner.trainer.model.embed().detach()[: len(old)]
        moved.append(float((now - old).norm()))
    assert moved[1] < 0.8 * moved[0]


def test_training_from_scratch_stops_when_validation_stalls(history):
    held = history[0].triples[::10]
    learner = Learner(replace(PLAN, first_epochs=60))
    step = learner.learn(history[0], Validation(held, history[0].triples, 1, 1))
    assert step.epochs < 60
