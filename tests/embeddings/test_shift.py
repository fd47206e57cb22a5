"""Shift: nothing where nothing changed, and what was planted where it was."""

from dataclasses import replace

import numpy as np
import pytest

from embeddings.continual import Stage, Trajectory, TrajectoryConfig
from embeddings.edits import edits_between
from embeddings.errors import TrainingError
from embeddings.null import NullConfig, Tail, benign_edits, benjamini_hochberg, usual_at
from embeddings.shift import shift, shift_along, shift_tables
from embeddings.shift_results import ShiftConfig
from embeddings.tensors import Vocabulary, table_from_triples
from embeddings.train import TrainConfig, Trainer
from graph.memory import MemorySnapshot
from graph.model import Statement
from tests.embeddings.conftest import moved_between_communities

CONFIG = TrajectoryConfig(TrainConfig(rank=16, batch_size=128), 10, 4)
NEAR = TrajectoryConfig(TrainConfig(rank=16, batch_size=128), 10, 4, near=True)
PLANTED = (5, 47, 92, 140)
CONTROLS = (12, 61, 100, 155)


def replaced(table):
    return moved_between_communities(table, PLANTED, CONTROLS, seed=5)


@pytest.fixture(scope="module")
def trained(communities):
    trainer = Trainer(CONFIG.train)
    trainer.fit(communities, CONFIG.first_epochs)
    return Stage(communities, trainer)


def onward(stage, table):
    trainer = stage.trainer.copy()
    trainer.fit(table, CONFIG.next_epochs)
    return Trajectory(CONFIG, (stage, Stage(table, trainer)))


@pytest.fixture(scope="module")
def found(trained):
    return shift_along(onward(trained, replaced(trained.table)))


def test_planted_shifts_rank_above_controls_with_equal_churn(found, communities):
    names = communities.vocabulary.entities
    place = {row.node: i for i, row in enumerate(found.rows)}
    planted = [place[names[v]] for v in PLANTED]
    controls = [place[names[v]] for v in CONTROLS]
    assert max(planted) < min(controls)
    rows = {row.node: row for row in found.rows}
    assert max(rows[names[v]].p for v in PLANTED) < 0.05
    assert {row.node for row in found.significant} & {names[v] for v in PLANTED}
    assert not {row.node for row in found.significant} & {names[v] for v in CONTROLS}
    assert found.manifest.null_nodes > 60


def test_sizes_say_how_many_times_as_far_as_benign_edits(found, communities):
    rows = {row.node: row for row in found.rows if row.direct}
    assert all(0 < row.size.low <= row.size.times <= row.size.high for row in rows.values())
    names = communities.vocabulary.entities
    planted = [rows[names[v]].size.times for v in PLANTED]
    controls = [rows[names[v]].size.times for v in CONTROLS]
    assert min(planted) > 1.5 > np.median(controls) > 0.5
    assert all(row.size is None for row in found.rows if not row.direct)


def test_the_effects_name_the_edited_statements(found, communities):
    names = communities.vocabulary.entities
    row = next(row for row in found.rows if row.node == names[PLANTED[0]])
    assert row.direct
    assert sum(e.added for e in row.effects) == row.added > 0
    assert sum(not e.added for e in row.effects) == row.removed > 0
    assert all(-1.001 <= e.contribution <= 1.001 for e in row.effects)
    assert all(row.node in e.statement for e in row.effects)
    contributions = [e.contribution for e in row.effects]
    assert contributions == sorted(contributions, reverse=True)


def test_indirect_nodes_are_told_apart(found):
    indirect = [row for row in found.rows if not row.direct]
    assert indirect
    assert not any(row.significant or row.effects or row.added or row.removed for row in indirect)


def test_nothing_is_significant_where_nothing_changed(trained):
    result = shift_along(onward(trained, trained.table))
    assert result.significant == ()
    assert not any(row.direct for row in result.rows)
    low = np.mean([row.p < 0.05 for row in result.rows])
    assert 0.03 <= low <= 0.06


def test_training_near_what_changed_finds_them_too(trained):
    after = replaced(trained.table)
    result = shift_tables(trained.table, after, NEAR)
    names = after.vocabulary.entities
    place = {row.node: i for i, row in enumerate(result.rows)}
    planted = sorted(place[names[v]] for v in PLANTED)
    controls = sorted(place[names[v]] for v in CONTROLS)
    assert planted[2] < controls[0]
    assert len({row.node for row in result.significant} & {names[v] for v in PLANTED}) >= 2


def test_several_trainings_are_averaged(trained):
    after = replaced(trained.table)
    config = ShiftConfig(NullConfig(nodes=60, shuffles=50), seeds=2, checked=3)
    both = shift_tables(trained.table, after, CONFIG, config)
    one = shift_tables(trained.table, after, CONFIG, replace(config, seeds=1))
    other = replace(CONFIG, train=replace(CONFIG.train, seed=1))
    second = shift_tables(trained.table, after, other, replace(config, seeds=1))
    by_node = [{row.node: row for row in result.rows} for result in (one, second)]
    for row in both.rows:
        assert row.movements == tuple(rows[row.node].movement for rows in by_node)
        assert row.scores == tuple(rows[row.node].score for rows in by_node)
        assert row.movement == pytest.approx(np.mean(row.movements))
    assert sum(row.explained is not None for row in both.rows) == 3
    with pytest.raises(TrainingError, match="one seed"):
        shift_along(onward(trained, after), config=config)


def test_without_the_named_edits_a_moved_node_moves_less(found, communities):
    names = communities.vocabulary.entities
    rows = {row.node: row for row in found.rows}
    planted = [rows[names[v]] for v in PLANTED]
    assert all(row.explained is not None and 0.3 < row.explained <= 1 for row in planted)
    assert all(any(effect.named for effect in row.effects) for row in planted)
    assert sum(row.explained is not None for row in found.rows) == ShiftConfig().checked


def test_usual_movement_is_that_of_unedited_nodes_of_the_degree():
    degrees = np.repeat([1.0, 2.0, 3.0], 100)
    logs = np.concatenate([np.full(100, -4.0), np.full(100, -3.0), np.full(100, -2.0)])
    found = usual_at(np.array([0.0, 1.0, 1.5, 2.0, 9.0]), degrees, logs)
    assert found.tolist() == pytest.approx([-4, -4, -3.5, -3, -2], abs=0.35)
    assert found[0] == found[1] < found[2] < found[3] < found[4]
    assert np.isnan(usual_at(degrees, degrees[:59], logs[:59])).all()


def test_the_answer_is_the_same_again(trained, found):
    assert shift_along(onward(trained, replaced(trained.table))) == found


def test_a_graph_too_small_for_a_null_has_no_p_values():
    def graph(*edges):
        return MemorySnapshot(Statement(f"urn:{a}", "urn:p", f"urn:{b}") for a, b in edges)

    result = shift(graph("ab", "bc", "ca", "cd"), graph("ab", "bc", "cd", "de"), CONFIG)
    assert {row.p for row in result.rows} == {None}
    assert result.significant == ()
    assert "no p-values" in result.manifest.note
    assert {row.node for row in result.rows} == {"urn:a", "urn:b", "urn:c", "urn:d"}


def test_a_graph_without_edges_and_stages_out_of_order_are_refused(trained):
    with pytest.raises(TrainingError, match="no edges"):
        shift(MemorySnapshot([]), MemorySnapshot([]), CONFIG)
    with pytest.raises(TrainingError, match="order"):
        shift_along(onward(trained, trained.table), 1, 0)
    with pytest.raises(TrainingError, match="order"):
        shift_along(Trajectory(CONFIG, ()), 0, 1)


def test_edits_are_counted_at_both_ends_and_a_loop_once():
    vocabulary = Vocabulary(("a", "b", "c"), ("r",))
    before = table_from_triples(np.array([[0, 0, 1], [1, 0, 1]]), vocabulary)
    after = table_from_triples(np.array([[0, 0, 1], [0, 0, 2]]), vocabulary)
    edits = edits_between(before, after)
    assert edits.kept.tolist() == [1, 1, 0]
    assert edits.removed.tolist() == [0, 1, 0]
    assert edits.added.tolist() == [1, 0, 1]
    assert edits.direct.tolist() == [True, True, True]


def test_benign_edits_only_use_edges_of_the_graph(communities):
    benign = benign_edits(communities, NullConfig(), seed=0)
    for table in (benign.before, benign.after):
        assert np.isin(table.keys(), communities.keys()).all()
        assert len(table) < len(communities)
    assert not np.isin(benign.after.keys(), benign.before.keys()).all()
    assert not np.isin(benign.before.keys(), benign.after.keys()).all()


def test_benjamini_hochberg_by_hand():
    q = benjamini_hochberg(np.array([0.04, 0.01, 0.02, 0.9]))
    assert q.tolist() == pytest.approx([0.04 * 4 / 3, 0.04, 0.04, 0.9])


def test_p_values_of_the_null_itself_are_uniform():
    null = np.random.default_rng(0).normal(size=4000)
    fresh = np.random.default_rng(1).normal(size=4000)
    p = Tail(null).p(fresh)
    for level in (0.5, 0.1, 0.05, 0.01):
        assert (p < level).mean() == pytest.approx(level, rel=0.35)
    assert (np.diff(Tail(null).p(np.linspace(-3, 9, 500))) <= 1e-3).all()


def test_configuration_is_in_the_manifest(found):
    assert found.manifest.config == ShiftConfig()
    assert found.manifest.trajectory == CONFIG
