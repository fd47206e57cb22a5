"""Terms that curators moved far, against terms that they moved next door, in real histories.

python -m tests.benchmarks.shift_real [--data DIR] [--seeds N] [--json]

A window of a history ends with the first version at which 100 terms have other edges than at its
beginning. Far: a new parent whose distance from the old ones, over the lowest common ancestor, is 3
or more. Near: each new parent is a parent, child or sibling of an old one; or nothing is new and
what went is implied still. The AUROC counts pairs of a far and a near term of one window with as
many edited edges (1, 2, 3 to 4, 5 to 8, more); the interval is a bootstrap over terms. Models see
edges and nothing else. A term without edges afterwards (merged, obsoleted) has no place to compare
and is counted only.
"""

from __future__ import annotations

import argparse
import json
import sys
import tarfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from embeddings.edits import edits_between
from embeddings.shift import shift_tables, trajectory_for
from embeddings.shift_baselines import SHIFT_BASELINES
from embeddings.shift_results import ShiftConfig
from embeddings.tensors import EdgeTable, Vocabulary, read_edges
from graph.vocabulary import SUBCLASS_OF
from ingest.formats import read_bytes
from ingest.obo import OboReader

DATA = Path(__file__).parents[3] / "shared" / "data"
HISTORIES = ("pato", "uo", "eco", "psi-ms-releases-to-2012")
#: Edited terms that end a window, and the distance from which on a parent is far.
ENOUGH, FAR = 100, 3
RESAMPLES = 2_000
OURS = ("shift", "shift, 1 - p")


@dataclass(frozen=True, slots=True)
class Window:
    """Two versions, and the rows of the terms that went far and near between them."""

    name: str
    before: EdgeTable
    after: EdgeTable
    far: tuple[int, ...]
    near: tuple[int, ...]
    gone: int


def versions(data: Path, history: str) -> Iterator[tuple[str, bytes]]:
    """The files of a history, oldest first."""
    if (data / history).is_dir():
        for path in sorted((data / history).glob("*.obo")):
            yield path.stem, path.read_bytes()
        return
    with tarfile.open(data / "full-history" / f"{history}.tar.xz") as tar:
        for member in sorted((m for m in tar.getmembers() if m.isfile()), key=lambda m: m.name):
            stream = tar.extractfile(member)
            if stream is not None:
                yield Path(member.name).stem, stream.read()


def windows(data: Path, history: str) -> Iterator[Window]:
    """The windows of a history; its last may be smaller than the others."""
    reader = OboReader()
    before: EdgeTable | None = None
    after: EdgeTable | None = None
    begun = last = ""
    for name, content in versions(data, history):
        snapshot = read_bytes(content, source=f"{name}.obo", reader=reader).snapshot()
        if before is None:
            before, begun = read_edges(snapshot, Vocabulary()), name
            continue
        after, last = read_edges(snapshot, before.vocabulary), name
        both = np.intersect1d(before.live(), after.live())
        if edits_between(before, after).direct[both].sum() >= ENOUGH:
            yield _window(f"{history} {begun} to {last}", before, after)
            # Rows of a vocabulary are by age; a window begins with one of its own.
            before, begun, after = read_edges(snapshot, Vocabulary()), name, None
    if before is not None and after is not None and len(after):
        yield _window(f"{history} {begun} to {last}", before, after)


def _window(name: str, before: EdgeTable, after: EdgeTable) -> Window:
    old, new = _parents(before), _parents(after)
    union: dict[int, set[int]] = defaultdict(set)
    for parents in (old, new):
        for child, above in parents.items():
            union[child] |= above
    live = set(np.intersect1d(before.live(), after.live()).tolist())
    edited = edits_between(before, after).direct
    far, near = [], []
    for term in sorted(v for v in live if edited[v]):
        came = new.get(term, set()) - old.get(term, set())
        went = old.get(term, set()) - new.get(term, set())
        if came and old.get(term):
            distances = [min(_distance(union, n, g) for g in old[term]) for n in came]
            if max(distances) >= FAR:
                far.append(term)
            elif went or max(distances) <= 2:
                near.append(term)
        elif went and not came and went <= _above(new, term).keys():
            near.append(term)
    gone = len(set(before.live().tolist()) - set(after.live().tolist()))
    return Window(name, before, after, tuple(far), tuple(near), gone)


def _parents(table: EdgeTable) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    kind = table.vocabulary.relation_rows.get(SUBCLASS_OF, -1)
    for h, r, t in table.triples.tolist():
        if r == kind and h != t:
            found[h].add(t)
    return found


def _above(parents: dict[int, set[int]], node: int) -> dict[int, int]:
    """Ancestors, and the node itself, by their distance."""
    found, ring, steps = {node: 0}, {node}, 0
    while ring:
        steps += 1
        ring = {p for n in ring for p in parents.get(n, ())} - found.keys()
        found |= dict.fromkeys(ring, steps)
    return found


def _distance(parents: dict[int, set[int]], one: int, other: int) -> float:
    up, over = _above(parents, one), _above(parents, other)
    return min((up[a] + over[a] for a in up.keys() & over.keys()), default=float("inf"))


@dataclass(slots=True)
class Told:
    """Scores of far and near terms of one stratum, by method: (n, 2) of score and 1 if far."""

    rows: list[tuple[dict[str, float], bool]] = field(default_factory=list)


def judged(window: Window, seed: int) -> dict[tuple[str, int], Told]:
    """The scores of every method, by window and number of edits."""
    nodes = np.array((*window.far, *window.near))
    edits = edits_between(window.before, window.after)
    counts = (edits.added + edits.removed)[nodes]
    trajectory = trajectory_for(window.before, seed)
    config = ShiftConfig(seed=seed, checked=0)
    result = shift_tables(window.before, window.after, trajectory, config)
    rows = {row.node: row for row in result.rows}
    names = window.after.vocabulary.entities
    own = [rows[names[v]] for v in nodes.tolist()]
    scores = {
        OURS[0]: np.array([row.score for row in own]),
        OURS[1]: np.array([1 - row.p if row.p is not None else np.nan for row in own]),
    }
    for name, made in SHIFT_BASELINES.items():
        scores[name] = made(trajectory).scores(window.before, window.after, nodes)
    found: dict[tuple[str, int], Told] = defaultdict(Told)
    for i, count in enumerate(counts.tolist()):
        stratum = int(np.searchsorted([1, 2, 4, 8], count))
        told = {name: float(values[i]) for name, values in scores.items()}
        found[window.name, stratum].rows.append((told, i < len(window.far)))
    return found


def auroc(strata: list[Told], method: str, rng: np.random.Generator | None = None) -> float:
    """Pairs of one stratum in the right order, ties half, over all such pairs."""
    right = total = 0.0
    for stratum in strata:
        values = np.array([told[method] for told, _ in stratum.rows])
        far = np.array([is_far for _, is_far in stratum.rows])
        if rng is not None:
            drawn = rng.integers(len(values), size=len(values))
            values, far = values[drawn], far[drawn]
        a, b = values[far & np.isfinite(values)], values[~far & np.isfinite(values)]
        right += float((a[:, None] > b).sum() + 0.5 * (a[:, None] == b).sum())
        total += len(a) * len(b)
    return right / total if total else float("nan")


def interval(strata: list[Told], method: str) -> tuple[float, float]:
    rng = np.random.default_rng(0)
    drawn = [auroc(strata, method, rng) for _ in range(RESAMPLES)]
    low, high = np.nanquantile(drawn, (0.025, 0.975))
    return float(low), float(high)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    every: dict[str, list[Told]] = {}
    for history in HISTORIES:
        strata: list[Told] = []
        for window in windows(options.data, history):
            if not window.far or not window.near:
                continue
            said = f"{len(window.far)} far, {len(window.near)} near, {window.gone} gone"
            sys.stderr.write(f"{window.name}: {said}\n")
            for seed in range(options.seeds):
                strata += judged(window, seed).values()
        every[history] = strata
    every["pooled"] = [stratum for strata in every.values() for stratum in strata]
    for history, strata in every.items():
        far = sum(is_far for stratum in strata for _, is_far in stratum.rows)
        count = sum(len(stratum.rows) for stratum in strata)
        methods = strata[0].rows[0][0] if strata else {}
        for method in methods:
            value, (low, high) = auroc(strata, method), interval(strata, method)
            told = {"history": history, "method": method, "auroc": round(value, 3)}
            told |= {"low": round(low, 3), "high": round(high, 3), "far": far, "near": count - far}
            text = f"{history:<26}{method:<18}{value:.3f} ({low:.3f} to {high:.3f})"
            sys.stdout.write(json.dumps(told) + "\n" if options.json else text + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
