"""Turns are found where they were planted, and nowhere else."""

import numpy as np
import pytest
import torch

from embeddings.change_points import Drift, TurnRule, courses
from embeddings.continual import Stage, Trajectory, TrajectoryConfig
from embeddings.errors import TrainingError
from embeddings.tensors import table_from_triples
from embeddings.train import TrainConfig, Trainer
from tests.embeddings.conftest import GROUPS, MEMBERS, goal

CONFIG = TrajectoryConfig(TrainConfig(rank=16, batch_size=128), 10, 4)
VERSIONS = 6
#: When each node turns; the others only swap an edge for one like it now and then.
TURNS = {5: 2, 47: 3, 92: 4, 140: 5}


def changed(triples, rng, version):
    """Some nodes get another edge like one of theirs; those that turn get another home."""
    triples = triples.copy()
    for node in rng.choice(MEMBERS * GROUPS, 40, replace=False):
        own = rng.choice(np.flatnonzero(triples[:, 0] == node))
        first = triples[own, 2] // MEMBERS * MEMBERS
        triples[own, 2] = first + rng.integers(MEMBERS)
    for node in (node for node, when in TURNS.items() if when == version):
        for i in np.flatnonzero(triples[:, 0] == node):
            first = goal((node // MEMBERS + 1) % GROUPS, triples[i, 1]) * MEMBERS
            triples[i, 2] = first + rng.integers(MEMBERS)
    return triples


@pytest.fixture(scope="module")
def trajectory(communities):
    rng = np.random.default_rng(3)
    found, triples = Trajectory(CONFIG, ()).continued(communities), communities.triples
    for version in range(1, VERSIONS):
        triples = changed(triples, rng, version)
        table = table_from_triples(np.unique(triples, axis=0), communities.vocabulary)
        found = found.continued(table)
    return found


def test_turns_are_found_when_they_were_planted_and_hardly_elsewhere(trajectory):
    found = courses(trajectory, np.arange(MEMBERS * GROUPS))
    for node, when in TURNS.items():
        assert when in found[node].turns
        assert found[node].drift is Drift.ABRUPT
    others = [course for node, course in found.items() if node not in TURNS]
    assert np.mean([bool(course.turns) for course in others]) < 0.1


def test_a_course_holds_its_steps_and_lengths(trajectory):
    (course,) = courses(trajectory, np.array([5])).values()
    vectors = np.stack([stage.vectors[5] for stage in trajectory.stages]).astype(float)
    norms = np.linalg.norm(vectors, axis=1)
    cosines = (vectors[1:] * vectors[:-1]).sum(axis=1) / norms[1:] / norms[:-1]
    assert course.norms == pytest.approx(norms)
    assert np.cos(course.steps) == pytest.approx(cosines, abs=1e-6)
    # It turned at the second version, and was quieter from there on.
    assert course.settled is True


def test_a_drift_in_one_direction_is_gradual_and_steps_that_lead_anywhere_are_none(trajectory):
    size, rng = MEMBERS * GROUPS, np.random.default_rng(0)
    vectors = np.ones((size, 8))
    stages = []
    for version, stage in enumerate(trajectory.stages):
        vectors = vectors + 0.12 * rng.normal(size=vectors.shape)
        vectors[0] = np.cos(0.1 * version), np.sin(0.1 * version), *np.zeros(6)
        trainer = Trainer(TrainConfig(rank=8, model="distmult"))
        trainer.grow(stage.table)
        with torch.no_grad():
            trainer.model.entities.copy_(torch.from_numpy(vectors))
        stages.append(Stage(stage.table, trainer))
    found = courses(Trajectory(CONFIG, tuple(stages)), np.arange(size))
    assert found[0].drift is Drift.GRADUAL
    assert found[0].turns == ()
    assert found[0].steps == pytest.approx(0.1)
    others = [found[node].drift for node in range(1, size)]
    assert others.count(Drift.STILL) > 0.9 * len(others)


def test_a_stricter_rule_finds_fewer(trajectory):
    nodes = np.arange(MEMBERS * GROUPS)
    counts = [
        sum(len(course.turns) for course in courses(trajectory, nodes, TurnRule(s)).values())
        for s in (1.0, 2.5, 6.0)
    ]
    assert counts[0] > counts[1] > counts[2]


def test_too_little_to_compare_with_is_refused(trajectory):
    two = Trajectory(CONFIG, trajectory.stages[:2])
    with pytest.raises(TrainingError, match="2 versions"):
        courses(two, np.array([5]))
    same = Trajectory(CONFIG, (trajectory.stages[0],) * 4)
    with pytest.raises(TrainingError, match="0 steps with edits"):
        courses(same, np.array([5]))
    with pytest.raises(TrainingError, match="strictness"):
        TurnRule(strictness=0)
