"""One contract for every model; ComplEx by hand."""

import math

import pytest
import torch

from embeddings.gradients import edge_gradients
from embeddings.models import ComplEx, Model


def subclasses(kind):
    for sub in kind.__subclasses__():
        yield sub
        yield from subclasses(sub)


@pytest.fixture(params=list(subclasses(Model)), ids=lambda kind: kind.__name__)
def model(request):
    generator = torch.Generator().manual_seed(1)
    return request.param(6, 2, rank=3, initial_scale=0.5, generator=generator).double()


H, R, T = (torch.tensor(rows) for rows in ([0, 1, 2, 5], [0, 1, 1, 0], [3, 4, 2, 0]))


class TestContract:
    def test_embed_has_a_row_per_entity(self, model):
        assert model.embed().shape[0] == 6

    def test_a_score_is_its_entry_among_all_tails(self, model):
        all_tails = model.score_tails(H, R)
        assert all_tails.shape == (4, 6)
        torch.testing.assert_close(all_tails[torch.arange(4), T], model.score(H, R, T))

    def test_heads_are_ranked_by_the_reciprocal_relation(self, model):
        torch.testing.assert_close(model.score_heads(R, T), model.score_all(T, 2 * R + 1))

    def test_renaming_entities_renames_the_scores(self, model):
        order = torch.randperm(6, generator=torch.Generator().manual_seed(3))
        place = torch.argsort(order)
        before = model.score_tails(H, R).detach()
        with torch.no_grad():
            table = dict(model.named_parameters())["entities"]
            table.copy_(table[order].clone())
        torch.testing.assert_close(model.score_tails(place[H], R), before[:, order])

    def test_growing_keeps_every_row_bit_for_bit(self, model):
        model.float()
        before = [p.detach().clone() for p in model.parameters()]
        scores = model.score(H, R, T).detach()
        model.grow(9, 3, torch.Generator().manual_seed(0))
        assert model.embed().shape[0] == 9
        for old, new in zip(before, model.parameters(), strict=True):
            assert torch.equal(new[: len(old)], old)
        assert torch.equal(model.score(H, R, T), scores)

    def test_gradients_agree_with_finite_differences(self, model):
        parameters = tuple(model.parameters())

        def total(*values):
            swapped = dict(zip(dict(model.named_parameters()), values, strict=True))
            return torch.func.functional_call(
                _All(model), {f"m.{k}": v for k, v in swapped.items()}, ()
            )

        assert torch.autograd.gradcheck(total, parameters)

    def test_edge_gradients_agree_with_finite_differences(self, model):
        triples = torch.stack((H, R, T), dim=1)[:2]
        at_head, at_tail = edge_gradients(model, triples.numpy())
        candidates = model.embed().detach().clone()
        for row, (h, r, t) in enumerate(triples.tolist()):
            for own, other, directed, back, gradient in (
                (h, t, 2 * r, 2 * r + 1, at_head[row]),
                (t, h, 2 * r + 1, 2 * r, at_tail[row]),
            ):
                for i in range(3):
                    step = torch.zeros(candidates.shape[1], dtype=torch.double)
                    step[i] = 1e-5
                    high, low = (
                        _edge_loss(
                            model, candidates, candidates[own] + s, own, other, directed, back
                        )
                        for s in (step, -step)
                    )
                    assert math.isclose(
                        (high - low) / 2e-5, gradient[i], rel_tol=1e-4, abs_tol=1e-6
                    )


class _All(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.m = model

    def forward(self):
        return self.m.score_all(H, 2 * R).logsumexp(1).sum() + self.m.penalty(H, 2 * R, T)


def _edge_loss(model, candidates, vector, own, other, directed, back):
    """-log p(other | own) - log p(own | other) with the own row held still as a candidate."""
    with torch.no_grad():
        out = model.query(vector[None], torch.tensor([directed]))
        scores = model.match(out, candidates)[0]
        there = torch.logsumexp(scores, 0) - scores[other]
        into = model.query(candidates[other][None], torch.tensor([back]))
        scores = model.match(into, candidates)[0]
        scores[own] = model.match_pairs(into, vector[None])[0]
        return float(there + torch.logsumexp(scores, 0) - scores[own])


def by_hand():
    model = ComplEx(2, 1, rank=1)
    with torch.no_grad():
        model.entities.copy_(torch.tensor([[1.0, 2.0], [3.0, -1.0]]))
        model.relations.copy_(torch.tensor([[2.0, 1.0], [0.0, 1.0]]))
    return model


def test_complex_score_by_hand():
    # (1+2i)(2+i) = 5i; Re(5i * conj(3-i)) = Re(5i(3+i)) = -5; against itself Re(5i(1-2i)) = 10.
    scores = by_hand().score_tails(torch.tensor([0]), torch.tensor([0]))
    assert scores.tolist() == [[10.0, -5.0]]
    # (3-i) i = 1+3i; Re((1+3i) conj(1+2i)) = 7, Re((1+3i)(3+i)) = 0.
    assert by_hand().score_heads(torch.tensor([0]), torch.tensor([1])).tolist() == [[7.0, 0.0]]


def test_n3_by_hand():
    # Cubed moduli: |1+2i|^3 = 5^1.5, |2+i|^3 = 5^1.5, |3-i|^3 = 10^1.5.
    penalty = by_hand().penalty(torch.tensor([0]), torch.tensor([0]), torch.tensor([1]))
    assert float(penalty.detach()) == pytest.approx(2 * 5**1.5 + 10**1.5, rel=1e-6)
