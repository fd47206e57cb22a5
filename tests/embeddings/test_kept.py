"""Nulls that are kept: found again bit for bit, and only for what they were measured on."""

from dataclasses import replace

import numpy as np
import pytest

from embeddings.continual import Stage, Trajectory, TrajectoryConfig
from embeddings.errors import TrainingError
from embeddings.kept import Kept, null_key
from embeddings.null import NullConfig, NullRun
from embeddings.shift import shift_along
from embeddings.shift_results import ShiftConfig
from embeddings.tensors import table_from_triples
from embeddings.train import TrainConfig, Trainer

CONFIG = TrajectoryConfig(TrainConfig(rank=8, batch_size=128, grouped=True), 4, 2)
SHIFT = ShiftConfig(NullConfig(nodes=60, shuffles=50))
RUN = NullRun(np.arange(3.0), np.arange(3.0) / 7, np.arange(15.0).reshape(3, 5), np.ones(3))


@pytest.fixture(scope="module")
def trajectory(communities):
    trainer = Trainer(CONFIG.train)
    trainer.fit(communities, CONFIG.first_epochs)
    triples = communities.triples.copy()
    triples[::9, 2] = triples[::9, 2][::-1]
    table = table_from_triples(triples, communities.vocabulary)
    stage = Stage(communities, trainer)
    return Trajectory(CONFIG, (stage, stage.onward(table, CONFIG)))


def test_a_run_with_a_stored_null_equals_one_without(trajectory, tmp_path, monkeypatch):
    kept = Kept(tmp_path / "kept")
    plain = shift_along(trajectory, 0, 1, SHIFT)
    assert plain.manifest.null_nodes >= 60
    assert shift_along(trajectory, 0, 1, SHIFT, kept=kept) == plain
    assert len(list(kept.folder.iterdir())) == 1
    monkeypatch.setattr("embeddings.shift.run_null", None)
    again = shift_along(trajectory, 0, 1, SHIFT, kept=kept)
    assert again == plain
    assert again.manifest.seconds.null >= 0


def test_another_graph_setting_or_seed_has_another_null(communities):
    def key(table=communities, trajectory=CONFIG, config=SHIFT.null, seed=0):
        return null_key(table, trajectory, config, seed)

    fewer = table_from_triples(communities.triples[1:], communities.vocabulary)
    names = communities.vocabulary.entities
    other = replace(communities.vocabulary, entities=("urn:other", *names[1:]))
    keys = [
        key(),
        key(table=fewer),
        key(table=table_from_triples(communities.triples, other)),
        key(trajectory=replace(CONFIG, train=replace(CONFIG.train, rank=9))),
        key(trajectory=replace(CONFIG, next_epochs=3)),
        key(trajectory=replace(CONFIG, near=True)),
        key(config=replace(SHIFT.null, shuffles=51)),
        key(seed=1),
    ]
    assert len(set(keys)) == len(keys)
    assert key() == keys[0]


def test_what_is_kept_is_found_bit_for_bit(tmp_path):
    kept = Kept(tmp_path)
    assert kept.null("a" * 64) is None
    kept.keep_null("a" * 64, RUN)
    found = kept.null("a" * 64)
    for name in ("log_movement", "gradient", "features", "usual"):
        assert np.array_equal(getattr(found, name), getattr(RUN, name))


def test_a_damaged_file_or_one_of_another_key_is_refused(tmp_path):
    kept = Kept(tmp_path)
    path = kept.keep_null("b" * 64, RUN)
    path.rename(path.with_name(path.name.replace("b" * 32, "c" * 32)))
    with pytest.raises(TrainingError, match="not what its name"):
        kept.null("c" * 64)
    kept.keep_null("d" * 64, RUN).write_bytes(b"torn")
    with pytest.raises(TrainingError, match="no model file"):
        kept.null("d" * 64)
