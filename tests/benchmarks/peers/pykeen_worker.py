"""What PyKEEN does, in its own environment: trains, ranks, and judges scores that are given.

A request is a line of JSON on standard input, its arrays in an NPZ file; the answer is a line of
JSON. Started by ``tests.benchmarks.peers.pykeen_process``.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from pykeen.evaluation import RankBasedEvaluator
from pykeen.models import ComplEx, DistMult, Model, RotatE, TransE
from pykeen.training import SLCWATrainingLoop
from pykeen.training.callbacks import TrainingCallback
from pykeen.triples import CoreTriplesFactory

#: Its models with 200 floats per entity; two of them have complex dimensions.
MODELS: dict[str, tuple[type[Model], dict[str, int]]] = {
    "complex": (ComplEx, {"embedding_dim": 100}),
    "distmult": (DistMult, {"embedding_dim": 200}),
    "rotate": (RotatE, {"embedding_dim": 100}),
    "transe": (TransE, {"embedding_dim": 200, "scoring_fct_norm": 2}),
}


class Given(Model):
    """A model whose scores are given, of shape (directed relation, entity, candidate)."""

    def __init__(self, triples: CoreTriplesFactory, scores: np.ndarray) -> None:
        super().__init__(triples_factory=triples, random_seed=0)
        self.given = torch.nn.Parameter(torch.from_numpy(scores), requires_grad=False)

    def _reset_parameters_(self) -> None:
        """There is nothing to draw."""

    def _get_entity_len(self, **_: Any) -> int:
        return self.given.shape[1]

    def collect_regularization_term(self) -> float:
        return 0.0

    def score_hrt(self, hrt_batch: torch.Tensor, **_: Any) -> torch.Tensor:
        h, r, t = hrt_batch.unbind(dim=1)
        return self.given[2 * r, h, t][:, None]

    def score_r(self, ht_batch: torch.Tensor, **_: Any) -> torch.Tensor:
        return self.given[0::2, ht_batch[:, 0], ht_batch[:, 1]].t()

    def score_t(self, hr_batch: torch.Tensor, **_: Any) -> torch.Tensor:
        return self.given[2 * hr_batch[:, 1], hr_batch[:, 0]]

    def score_h(self, rt_batch: torch.Tensor, **_: Any) -> torch.Tensor:
        return self.given[2 * rt_batch[:, 0] + 1, rt_batch[:, 1]]


class Marks(TrainingCallback):
    """(wall, CPU) seconds at the end of each epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[tuple[float, float]] = []

    def post_epoch(self, *_: Any, **__: Any) -> None:
        self.times.append(now())


def now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def made(asked: dict[str, Any], arrays: dict[str, np.ndarray]) -> tuple[Model, CoreTriplesFactory]:
    torch.set_num_threads(asked["threads"])
    train = torch.from_numpy(arrays["train"])
    triples = CoreTriplesFactory(train, asked["entities"], asked["relations"])
    kind, options = MODELS[asked["model"]]
    return kind(triples_factory=triples, random_seed=0, **options), triples


def train(asked: dict[str, Any], arrays: dict[str, np.ndarray]) -> list[float]:
    """(wall, CPU) seconds of the second epoch."""
    model, triples = made(asked, arrays)
    loop = SLCWATrainingLoop(
        model=model,
        triples_factory=triples,
        optimizer="adam",
        negative_sampler_kwargs={"num_negs_per_pos": 1},
    )
    marks = Marks()
    loop.train(
        triples_factory=triples,
        num_epochs=2,
        batch_size=asked["batch"],
        use_tqdm=False,
        callbacks=marks,
    )
    return [end - start for start, end in zip(*marks.times, strict=True)]


def rank(asked: dict[str, Any], arrays: dict[str, np.ndarray]) -> list[float]:
    """(wall, CPU) seconds of ranking the test edges in both directions, filtered."""
    model, _ = made(asked, arrays)
    start = now()
    RankBasedEvaluator(filtered=True).evaluate(
        model,
        torch.from_numpy(arrays["test"]),
        batch_size=asked["batch"],
        additional_filter_triples=[torch.from_numpy(arrays["known"])],
        use_tqdm=False,
    )
    return [end - begin for begin, end in zip(start, now(), strict=True)]


def judge(_: dict[str, Any], arrays: dict[str, np.ndarray]) -> dict[str, list[list[float]]]:
    """Ranks by kind, (tails, heads), on the given scores."""
    scores, test = arrays["scores"], torch.from_numpy(arrays["test"])
    known = torch.from_numpy(arrays["known"])
    triples = CoreTriplesFactory(known, scores.shape[1], len(scores) // 2)
    evaluator = RankBasedEvaluator(filtered=True, clear_on_finalize=False)
    evaluator.evaluate(
        Given(triples, scores),
        test,
        batch_size=7,
        additional_filter_triples=[known],
        use_tqdm=False,
    )
    return {
        kind: [
            np.concatenate(evaluator.ranks[side, kind]).astype(float).tolist()
            for side in ("tail", "head")
        ]
        for kind in ("optimistic", "pessimistic", "realistic")
    }


PARTS: dict[str, Callable[[dict[str, Any], dict[str, np.ndarray]], Any]] = {
    "train": train,
    "rank": rank,
    "judge": judge,
}


def main() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        with np.load(asked["arrays"]) as file:
            arrays = dict(file)
        sys.stdout.write(json.dumps(PARTS[asked["do"]](asked, arrays)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
