"""Shift over the contract of a model: any of them may stand where ComplEx does."""

import numpy as np
import pytest
import torch

from embeddings.continual import Stage, Trajectory, TrajectoryConfig
from embeddings.gradients import edge_gradients
from embeddings.null import NullConfig
from embeddings.scoring import BY_NAME
from embeddings.shift import shift_along
from embeddings.shift_results import ShiftConfig
from embeddings.train import TrainConfig, Trainer
from tests.embeddings.conftest import moved_between_communities

MODELS = sorted(BY_NAME)


def by_autograd(model, triples):
    """The loss written out: the end is query and target, and held still as a candidate."""
    held = model.embed().detach()
    heads, tails = [], []
    for h, r, t in triples.tolist():
        head, tail = (held[v].clone().requires_grad_() for v in (h, t))
        loss = torch.zeros(())
        for one, directed, other, row in ((head, 2 * r, tail, t), (tail, 2 * r + 1, head, h)):
            query = model.query(one[None], torch.tensor([directed]))
            own = model.match_pairs(query, other[None])
            scores = model.match(query, held).scatter(1, torch.tensor([[row]]), own[:, None])
            loss = loss + torch.logsumexp(scores, dim=1)[0] - own[0]
        at_head, at_tail = torch.autograd.grad(loss, (head, tail))
        heads.append(at_head)
        tails.append(at_tail)
    return torch.stack(heads).numpy(), torch.stack(tails).numpy()


@pytest.fixture(scope="module", params=MODELS)
def trained(request, communities):
    train = TrainConfig(rank=16, batch_size=128, grouped=True, model=request.param)
    config = TrajectoryConfig(train, 6, 3)
    trainer = Trainer(config.train)
    trainer.fit(communities, config.first_epochs)
    return config, Stage(communities, trainer)


def test_gradients_are_those_of_the_loss(trained, communities):
    model = trained[1].trainer.model
    triples = communities.triples[::97]
    for found, told in zip(
        edge_gradients(model, triples, batch_size=5), by_autograd(model, triples), strict=True
    ):
        assert found.shape == (len(triples), model.embed().shape[1])
        np.testing.assert_allclose(found, told, rtol=1e-3, atol=1e-4 * np.abs(told).max())


def test_no_edges_have_no_gradients(trained):
    model = trained[1].trainer.model
    for found in edge_gradients(model, np.zeros((0, 3), dtype=np.int64)):
        assert found.shape == (0, model.embed().shape[1])


PLANTED, CONTROLS = range(0, 180, 15), range(7, 180, 15)


def test_nodes_that_change_community_rank_above_those_with_equal_churn(trained, communities):
    config, stage = trained
    after = stage.onward(moved_between_communities(communities, PLANTED, CONTROLS, seed=3), config)
    judge = ShiftConfig(NullConfig(nodes=60, shuffles=100))
    result = shift_along(Trajectory(config, (stage, after)), 0, 1, judge)
    names = communities.vocabulary.entities
    rows = {row.node: row for row in result.rows if row.direct}
    assert all(0 < row.p <= 1 and np.isfinite(row.score) for row in rows.values())
    scores = ([rows[names[v]].score for v in group] for group in (PLANTED, CONTROLS))
    planted, controls = map(np.array, scores)
    # Twelve against twelve: chance alone gives .7 once in twenty times.
    assert (planted[:, None] > controls).mean() > 0.7
