"""Every mode of training: its gradients, its rows, its optimisers, early stopping, resuming."""

import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from embeddings.checkpoints import load_trainer, read_about, save_trainer
from embeddings.errors import TrainingError
from embeddings.objectives import _edge_losses, summed_loss
from embeddings.optimisers import BY_NAME as OPTIMISERS
from embeddings.scoring import BY_NAME as MODELS
from embeddings.tensors import table_from_triples
from embeddings.train import TrainConfig, Trainer, Validation, losses
from tests.embeddings import two_processes

SMALL = TrainConfig(rank=4, batch_size=128, initial_scale=0.3, seed=2)


def tensors(trainer):
    return [p.detach().clone() for p in trainer.model.parameters()]


def same(one, two):
    return all(torch.equal(a, b) for a, b in zip(tensors(one), tensors(two), strict=True))


def fitted(config, table, epochs=2, **more):
    trainer = Trainer(config)
    trainer.fit(table, epochs, **more)
    return trainer


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("relation", [0.0, 0.5])
def test_a_batch_of_queries_has_the_gradient_of_its_edges(communities, model, relation):
    config = replace(SMALL, model=model, batch_size=10**6, relation=relation)
    one, two = (fitted(replace(config, grouped=g), communities, 1) for g in (False, True))
    for a, b in zip(tensors(one), tensors(two), strict=True):
        # The first step of Adagrad is the sign: where a gradient is 0, sums may differ in it.
        assert (torch.isclose(a, b, atol=1e-3).float().mean()) > 0.995


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("negatives", [0, 16])
def test_every_model_learns_in_both_modes(communities, model, negatives):
    config = replace(SMALL, model=model, negatives=negatives, n3=0.001)
    trainer = Trainer(config)
    first = trainer.fit(communities, 1)
    assert trainer.fit(communities, 5) < first


def test_shared_negatives_touch_only_rows_of_the_batch(communities):
    few = table_from_triples(communities.triples[:5], communities.vocabulary)
    trainer = Trainer(replace(SMALL, negatives=3, optimiser="adam"))
    trainer.grow(few)
    before, state = tensors(trainer)[0], [s.clone() for s in trainer.optimiser.state[0]]
    trainer.fit(few, 1)
    moved = (tensors(trainer)[0] != before).any(dim=1)
    assert set(few.live().tolist()) <= set(torch.nonzero(moved).ravel().tolist())
    assert int(moved.sum()) <= len(few.live()) + 3
    for old, new in zip(state, trainer.optimiser.state[0], strict=True):
        assert torch.equal(old[~moved], new[~moved])


@pytest.mark.parametrize("name", OPTIMISERS)
def test_optimisers_are_those_of_torch(name):
    theirs = {"adagrad": torch.optim.Adagrad, "adam": torch.optim.Adam}[name]
    generator = torch.Generator().manual_seed(0)
    ours = torch.randn(5, 3, generator=generator)
    parameter = torch.nn.Parameter(ours.clone())
    reference = theirs([parameter], lr=0.1)
    optimiser = OPTIMISERS[name]([ours], 0.1)
    for _ in range(4):
        gradient = torch.randn(5, 3, generator=generator)
        parameter.grad = gradient.clone()
        reference.step()
        optimiser.steps += 1
        optimiser.rows(0, ours, torch.arange(5), gradient.clone())
    torch.testing.assert_close(ours, parameter.detach(), rtol=1e-5, atol=1e-6)


def test_bfloat16_scores_train_as_well(communities):
    exact, rough = (Trainer(replace(SMALL, rank=16, precision=p)) for p in ("float32", "bfloat16"))
    assert rough.fit(communities, 6) == pytest.approx(exact.fit(communities, 6), rel=0.02)


def split(table):
    held = table.triples[::10]
    rest = np.delete(table.triples, slice(None, None, 10), axis=0)
    return table_from_triples(rest, table.vocabulary), Validation(held, table.triples, 1, 2)


def test_early_stopping_keeps_the_best_state(communities):
    train, validation = split(communities)
    seen = []
    trainer = Trainer(replace(SMALL, rank=16, n3=0))
    trainer.fit(
        train,
        40,
        validation=validation,
        after_epoch=lambda t: seen.append((t.best.mrr, t.best.stalls, tensors(t))),
    )
    assert len(seen) < 40
    assert [stalls for _, stalls, _ in seen[-3:]] == [0, 1, 2]
    assert all(map(torch.equal, tensors(trainer), seen[-3][2]))
    assert trainer.best.parameters is None


@pytest.mark.parametrize(
    "config",
    [
        SMALL,
        replace(SMALL, negatives=8, optimiser="adam", model="rotate"),
        replace(SMALL, negatives=8, optimiser="adam", rank=16, seed=0),
    ],
    ids=["softmax", "negatives, stalled by then", "negatives"],
)
def test_resuming_from_a_file_equals_never_stopping(communities, config, tmp_path):
    train, validation = split(communities)
    path = tmp_path / "run.safetensors"
    whole = fitted(config, train, 6, validation=validation)

    def stop(trainer):
        if trainer.epochs_done == 3:
            save_trainer(trainer, path, {"epoch": 3})
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fitted(config, train, 6, validation=validation, after_epoch=stop)
    resumed = load_trainer(path)
    assert read_about(path)["about"] == {"epoch": 3}
    resumed.fit(train, 3, validation=validation)
    assert same(whole, resumed)
    assert resumed.epochs_done == whole.epochs_done


def test_a_damaged_model_file_is_refused(communities, tmp_path):
    path = tmp_path / "model.safetensors"
    save_trainer(fitted(SMALL, communities, 1), path)
    content = path.read_bytes()
    for wrong in (content[:50], b"nothing", content[:-100]):
        path.write_bytes(wrong)
        with pytest.raises(TrainingError, match="model file"):
            load_trainer(path)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.long
def test_two_processes_train_the_model_of_one(tmp_path):
    root = Path(__file__).parents[2]
    run = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    command = [*run, "-m", "tests.embeddings.two_processes", str(tmp_path)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    alone = tmp_path / "alone"
    alone.mkdir()
    two_processes.train(alone)
    for name in ("0.safetensors", "16.safetensors"):
        both, one = load_trainer(tmp_path / name), load_trainer(alone / name)
        for a, b in zip(tensors(both), tensors(one), strict=True):
            torch.testing.assert_close(a, b, rtol=1e-2, atol=1e-3)


def test_settings_that_are_not_there_are_refused():
    for wrong in ({"model": "abacus"}, {"optimiser": "luck"}, {"precision": "int3"}):
        with pytest.raises(TrainingError, match="say "):
            TrainConfig(**wrong)
    with pytest.raises(TrainingError, match="relation"):
        TrainConfig(relation=1, negatives=4)
    with pytest.raises(TrainingError, match="weights"):
        TrainConfig(l2=-1)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("negatives", [0, 16])
def test_denied_edges_lose_their_probability_and_true_ones_keep_theirs(
    communities, model, negatives
):
    config = replace(SMALL, rank=16, model=model, negatives=negatives, n3=0.0, grouped=True)
    trainer = fitted(config, communities, 8)
    wrong, rest = communities.triples[::40], np.delete(communities.triples, slice(0, None, 40), 0)
    right = rest[::20]
    before = [losses(trainer.model, part).mean() for part in (wrong, right)]
    trainer.fit(table_from_triples(rest, communities.vocabulary), 4, denied=wrong)
    after = [losses(trainer.model, part).mean() for part in (wrong, right)]
    assert after[0] - after[1] > before[0] - before[1] + 0.05
    assert after[1] < before[1] + 0.2


def test_the_loss_of_a_denied_edge_by_hand():
    log_p = torch.tensor([0.25, 0.5, 0.25]).log()
    denied = torch.tensor([False, True, True])
    loss, slope = _edge_losses(log_p, denied)
    assert float(loss) == pytest.approx(-math.log(0.25) - math.log(0.5) - math.log(0.75))
    assert slope.tolist() == pytest.approx([-1, 1, 1 / 3])
    log_p.requires_grad_()
    (found,) = torch.autograd.grad(summed_loss(log_p, denied), log_p)
    assert found.tolist() == pytest.approx(slope.tolist())
