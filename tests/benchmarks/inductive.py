"""Entities that no training has seen: vectors from neighbours and text, beside simpler ways.

python -m tests.benchmarks.inductive entity [--rank N] [--epochs N] [--layers N] [--json]
python -m tests.benchmarks.inductive text [--folder DIR] [--rank N] [--epochs N] [--json]

``entity``: the first snapshot of ENTITY is trained; the entities of the second get vectors from
their training edges; MRR of the second's tests by which end is new, and of the first's tests, all
among all entities. ``text``: releases one after the other; half of the edges of the terms that a
release brings are ranked before it is trained on. One seed is a try.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from embeddings.evaluate import filtered_ranks, metrics
from embeddings.features import FeatureRule, entity_features
from embeddings.inductive import InductiveEncoder
from embeddings.learner import Learner, Plan
from embeddings.models import Model
from embeddings.scoring import ComplEx, DistMult
from embeddings.tensors import EdgeTable, Indices, read_edges, table_from_triples
from embeddings.train import TrainConfig, Trainer
from ingest.formats import read_bytes
from tests.benchmarks.ckge_data import SetSnapshot, read_set
from tests.benchmarks.ckge_static import DATA

_SCALES = (0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.5, 1.7, 2.0)


class Entity:
    """Two snapshots: what is trained, what is given then, and what is asked."""

    def __init__(self, first: SetSnapshot, second: SetSnapshot) -> None:
        self.old = table_from_triples(first.train, first.vocabulary)
        both = np.concatenate((first.train, second.train))
        self.given = table_from_triples(both, second.vocabulary)
        self.new_edges = second.train
        self.known = np.concatenate((first.every, second.every))
        self.tests = first.test, second.test

    def judged(self, model: Model) -> dict[str, float]:
        """MRR by which end is new; ``all`` is the mean over the tests of both snapshots."""
        first, second = self.tests
        known = self.old.num_entities
        ranks = filtered_ranks(model, second, self.known)
        target = np.stack((second[:, 2], second[:, 0])) >= known
        query = target[::-1]
        old = filtered_ranks(model, first, self.known)
        parts = {
            "old to new": ranks[~query & target],
            "new to old": ranks[query & ~target],
            "new to new": ranks[query & target],
            "second": ranks,
            "first": old,
            "all": np.concatenate((ranks.ravel(), old.ravel())),
        }
        found = {name: round(metrics(part).mrr, 4) for name, part in parts.items()}
        return {**found, **self._top(model)}

    @torch.no_grad()
    def _top(self, model: Model) -> dict[str, float]:
        """How many of the ten best of a query are new; and the norms of new and old vectors."""
        some = np.random.default_rng(0).permutation(self.tests[1])[:1000]
        heads, relations, tails = torch.from_numpy(some).unbind(dim=1)
        vectors = model.embed()
        ends, kinds = torch.cat((heads, tails)), torch.cat((2 * relations, 2 * relations + 1))
        scores = model.match(model.query(vectors[ends], kinds), vectors)
        new = scores.topk(10, dim=1).indices >= self.old.num_entities
        norms = vectors.norm(dim=1)
        return {
            "new in top 10": round(float(new.float().mean()), 3),
            "norm of new": round(float(norms[self.old.num_entities :].mean()), 2),
            "norm of old": round(float(norms[: self.old.num_entities].mean()), 2),
        }


def held(model: Model, vectors: torch.Tensor) -> ComplEx:
    """A table model with these vectors and the relations of another."""
    found = ComplEx(len(vectors), model.num_relations, rank=vectors.shape[1] // 2)
    with torch.no_grad():
        found.entities.copy_(vectors)
        found.relations.copy_(model.relations)
    return found


def scaled(model: Model, known: int, scale: float | None = None) -> ComplEx:
    """New vectors times a scale; None: so that their mean norm is that of the old ones."""
    with torch.no_grad():
        vectors = model.embed().clone()
        norms = vectors.norm(dim=1)
        scale = float(norms[:known].mean() / norms[known:].mean()) if scale is None else scale
        vectors[known:] *= scale
    return held(model, vectors)


@torch.no_grad()
def likeliest(model: InductiveEncoder, edges: Indices, known: int) -> float:
    """The scale of new vectors under which the edges that came with them are most probable.

    A batch's own edges send no messages, so that each is told as if it was not there.
    """
    masked, model.masked = model.masked, 0.0
    total = np.zeros(len(_SCALES))
    generator = torch.Generator()
    order = torch.randperm(len(edges), generator=torch.Generator().manual_seed(0))[:8000]
    for part in torch.split(torch.from_numpy(edges)[order], 1000):
        h, r, t = part.unbind(dim=1)
        vectors = model.embed_for(h, t, generator)
        for i, scale in enumerate(_SCALES):
            every = vectors.clone()
            every[known:] *= scale
            for own, kind, other in ((h, 2 * r, t), (t, 2 * r + 1, h)):
                scores = model.match(model.query(every[own], kind), every)
                total[i] += float(torch.nn.functional.cross_entropy(scores, other))
    model.masked = masked
    return _SCALES[int(total.argmin())]


def neighbours(model: ComplEx, task: Entity, random: bool) -> ComplEx:
    """New vectors: the mean of what old neighbours look for, or random; norms as the old ones."""
    known = task.old.num_entities
    generator = torch.Generator().manual_seed(0)
    h, r, t = torch.from_numpy(task.new_edges).unbind(dim=1)
    with torch.no_grad():
        vectors = model.embed().clone()
        if random:
            vectors[known:] = torch.randn(vectors[known:].shape, generator=generator)
        else:
            sums = torch.zeros_like(vectors)
            for own, kind, other in ((h, 2 * r, t), (t, 2 * r + 1, h)):
                old = own < known
                sums.index_add_(0, other[old], model.query(vectors[own[old]], kind[old]))
            vectors[known:] = sums[known:]
        new = vectors[known:]
        size = vectors[:known].norm(dim=1).mean()
        vectors[known:] = new / new.norm(dim=1, keepdim=True).clamp_min(1e-9) * size
    return held(model, vectors)


def entity(config: TrainConfig, epochs: int) -> Iterator[dict[str, Any]]:
    """Every way in turn, with the seconds that it took beyond the training of the first."""
    task = Entity(*read_set(DATA / "ckge" / "ENTITY.tar.xz")[:2])
    known = task.old.num_entities

    def told(way: str, model: Model, seconds: float) -> dict[str, Any]:
        return {"way": way, **task.judged(model), "seconds": round(seconds, 2)}

    start = time.perf_counter()
    plain = Learner(Plan(config, first_epochs=epochs))
    plain.learn(task.old)
    trained = time.perf_counter() - start
    table = plain.trainer.copy()
    table.grow(task.given)
    model = table.model
    assert isinstance(model, ComplEx)
    yield told(
        f"random vectors (first trained in {trained:.0f} s)", neighbours(model, task, True), 0
    )
    yield told("mean of what neighbours look for", neighbours(model, task, False), 0)
    for masked in (0.0, 0.3):
        start = time.perf_counter()
        trainer = Trainer(replace(config, encoder="inductive"))
        encoder = trainer.model
        assert isinstance(encoder, InductiveEncoder)
        encoder.masked = masked
        trainer.fit(task.old, epochs)
        trained = time.perf_counter() - start
        start = time.perf_counter()
        trainer.see(task.given)
        trainer.model.embed()
        seeing = time.perf_counter() - start
        name = "episodes" if masked else "no episodes"
        yield told(f"inductive, {name} (first trained in {trained:.0f} s)", trainer.model, seeing)
        yield told(f"the same, {name}, norms matched", scaled(trainer.model, known), seeing)
        found = trainer.model
        assert isinstance(found, InductiveEncoder)
        scale = likeliest(found, task.new_edges, known)
        spent = time.perf_counter() - start
        yield told(f"the same, {name}, scale {scale} fitted", scaled(found, known, scale), spent)
    start = time.perf_counter()
    trainer.fit(task.given, 4)
    yield told("the same, episodes, 4 epochs on", trainer.model, time.perf_counter() - start)
    start = time.perf_counter()
    plain.learn(task.given)
    yield told("a row each, 4 epochs on", plain.trainer.model, time.perf_counter() - start)


class Release:
    """A release as edges: those given, and half of those of the terms that it brings."""

    def __init__(self, path: Path, before: EdgeTable | None, width: int) -> None:
        snapshot = read_bytes(path.read_bytes(), path.name, "obo", path.parent.name).snapshot()
        self.table = read_edges(snapshot, before.vocabulary if before else None)
        features = entity_features(snapshot, self.table, FeatureRule(width=width))
        triples = self.table.triples
        self.asked = triples[:0]
        given = triples
        if before is not None:
            new = (triples[:, [0, 2]] >= before.num_entities).any(axis=1)
            ends = np.sort(triples[:, [0, 2]], axis=1)
            pair = ends[:, 0] << 32 | ends[:, 1]
            drawn = np.random.default_rng(0).permutation(np.unique(pair[new]))
            out = np.isin(pair, drawn[: len(drawn) // 2])
            self.asked, given = triples[out], triples[~out]
        self.old = before.num_entities if before else self.table.num_entities
        self.features = features
        self.table = replace(self.table, features=features)
        self.given = replace(table_from_triples(given, self.table.vocabulary), features=features)
        past = triples[(triples[:, [0, 2]] < self.old).all(axis=1)]
        self.bare = replace(table_from_triples(past, self.table.vocabulary), features=features)


def text(folder: Path, config: TrainConfig, epochs: int, width: int) -> Iterator[dict[str, Any]]:
    """Each way's MRR over the new terms of all releases: as a query, and as the answer."""
    releases: list[Release] = []
    for path in sorted(folder.glob("*.obo")):
        releases.append(Release(path, releases[-1].table if releases else None, width))
    if not releases:
        raise SystemExit(f"{folder}: no .obo in it")
    inductive = replace(config, encoder="inductive")
    texts = replace(inductive, text=width)
    for way, chosen, given, episodes in (
        ("neighbourhood", inductive, "given", True),
        ("text", texts, "bare", True),
        ("text and neighbourhood", texts, "given", True),
        ("the same, no episodes", texts, "given", False),
    ):
        trainer = Trainer(chosen)
        if not episodes:
            assert isinstance(trainer.model, InductiveEncoder)
            trainer.model.masked = 0.0
        start = time.perf_counter()
        trainer.fit(releases[0].table, epochs)
        ranks = []
        for release in releases[1:]:
            look = trainer.copy()
            look.see(getattr(release, given))
            ranks.append(_ranks(look.model, release))
            trainer.fit(release.table, 4)
        yield _told(way, ranks, time.perf_counter() - start)
    ranks = []
    for release in releases[1:]:
        lexical = DistMult(*release.features.shape[:1], release.table.num_relations, rank=width)
        with torch.no_grad():
            lexical.entities.copy_(torch.from_numpy(release.features))
            lexical.relations.fill_(1)
        ranks.append(_ranks(lexical, release))
    yield _told("cosine of the texts", ranks, 0)


def _ranks(model: Model, release: Release) -> tuple[np.ndarray, np.ndarray]:
    """(ranks of old answers to new terms, ranks of new terms as answers)."""
    ranks = filtered_ranks(model, release.asked, release.table.triples)
    target = np.stack((release.asked[:, 2], release.asked[:, 0])) >= release.old
    return ranks[~target], ranks[target]


def _told(way: str, ranks: list[tuple[np.ndarray, np.ndarray]], seconds: float) -> dict[str, Any]:
    old, new = (metrics(np.concatenate(part)) for part in zip(*ranks, strict=True))
    return {
        "way": way,
        "old answers": round(old.mrr, 4),
        "old hits@10": round(old.hits_at_10, 4),
        "new answers": round(new.mrr, 4),
        "new hits@10": round(new.hits_at_10, 4),
        "ranks": old.count + new.count,
        "seconds": round(seconds, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=("entity", "text"))
    parser.add_argument("--folder", type=Path, default=DATA / "pato")
    parser.add_argument("--rank", type=int)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--layers", type=int, default=1)
    parser.add_argument("--width", type=int, default=512)
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    config = TrainConfig(
        rank=options.rank or (64 if options.part == "entity" else 32),
        seed=options.seed,
        batch_size=options.batch,
        grouped=True,
        layers=options.layers,
    )
    if options.part == "entity":
        found = entity(replace(config, precision="bfloat16"), options.epochs or 12)
    else:
        found = text(options.folder, config, options.epochs or 30, options.width)
    for row in found:
        sys.stdout.write((json.dumps(row) if options.json else str(row)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
