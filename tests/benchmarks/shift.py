"""Planted shifts: easy, hard and control nodes with equal churn, and how well shift tells them.

python -m tests.benchmarks.shift [ARCHIVE] [--seeds N] [--trainings N] [--mixed] [--removed]
    [--json]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from embeddings.shift import shift_tables, trajectory_for
from embeddings.shift_results import ShiftConfig, ShiftResult
from embeddings.tensors import EdgeTable, Indices, edge_keys, table_from_triples
from tests.benchmarks.planted import ENTITY, ckge_table

GROUPS = ("easy", "hard", "control")
PER_GROUP = 120
LEAST_DEGREE = 10


@dataclass(frozen=True, slots=True)
class Planted:
    """Two tables and the planted nodes of each group, with the planted edges."""

    before: EdgeTable
    after: EdgeTable
    groups: dict[str, Indices]
    planted_edges: Indices


def plant(table: EdgeTable, seed: int, mixed: bool = False) -> Planted:
    """Hold out 40% of the edges; replace up to half of each chosen node's edges.

    easy: by edges of a node with another dominant role; hard: by edges of a node with the same
    role and few shared neighbours; control: by the node's own held-out edges. ``mixed`` gives
    easy and hard nodes two of their own held-out edges for three that are planted, too.
    """
    rng = np.random.default_rng(seed)
    held = rng.random(len(table)) < 0.4
    base, out = table.triples[~held], table.triples[held]
    incident = incident_edges(base, table.num_entities)
    held_at = incident_edges(out, table.num_entities)
    able = [v for v in range(table.num_entities) if len(incident[v]) >= LEAST_DEGREE]
    controls = [v for v in able if len(held_at[v]) >= 5]
    chosen_controls = rng.choice(controls, PER_GROUP, replace=False)
    rest = rng.permutation(np.setdiff1d(able, chosen_controls))
    groups = {
        "control": chosen_controls,
        "easy": rest[:PER_GROUP],
        "hard": rest[PER_GROUP : 2 * PER_GROUP],
    }
    roles = {v: _role(base[incident[v]], v) for v in able}
    neighbours = {v: set(base[incident[v]][:, [0, 2]].ravel().tolist()) - {v} for v in able}
    dropped = np.zeros(len(base), dtype=bool)
    added: list[Indices] = []
    planted: list[Indices] = []
    for group in GROUPS:
        for v in groups[group].tolist():
            if group == "control":
                fresh = out[held_at[v]]
            else:
                donor = _donor(v, able, roles, neighbours, group == "hard", rng)
                fresh = _moved(base[incident[donor]], donor, v)
            fresh = fresh[~np.isin(edge_keys(fresh), table.keys())] if group != "control" else fresh
            size = min(len(fresh), len(incident[v]) // 2)
            picked = rng.permutation(fresh)[:size]
            dropped[rng.permutation(incident[v])[:size]] = True
            added.append(picked)
            if group != "control":
                planted.append(picked)
                if mixed:
                    added.append(rng.permutation(out[held_at[v]])[: round(size * 2 / 3)])
    after = np.concatenate((base[~dropped], *added))
    return Planted(
        table_from_triples(base, table.vocabulary),
        table_from_triples(after, table.vocabulary),
        groups,
        np.concatenate(planted),
    )


def backwards(planted: Planted) -> Planted:
    """From the later to the earlier table, so that the planted edges are those removed."""
    return Planted(planted.after, planted.before, planted.groups, planted.planted_edges)


def incident_edges(triples: Indices, size: int) -> list[Indices]:
    """The rows of the edges at each entity."""
    found: list[list[int]] = [[] for _ in range(size)]
    for i, (h, _, t) in enumerate(triples.tolist()):
        found[h].append(i)
        if t != h:
            found[t].append(i)
    return [np.array(rows, dtype=np.int64) for rows in found]


def _role(edges: Indices, node: int) -> int:
    directed = 2 * edges[:, 1] + (edges[:, 0] != node)
    return int(np.bincount(directed).argmax())


def _donor(v, able, roles, neighbours, same_role, rng) -> int:  # type: ignore[no-untyped-def]
    others = [u for u in able if u != v and (roles[u] == roles[v]) == same_role]
    tried = rng.permutation(others or [u for u in able if u != v])[:30]
    if not same_role:
        return int(tried[0])
    share = [len(neighbours[u] & neighbours[v]) / len(neighbours[u] | neighbours[v]) for u in tried]
    return int(tried[int(np.argmin(share))])


def _moved(edges: Indices, donor: int, node: int) -> Indices:
    moved = edges.copy()
    moved[moved[:, 0] == donor, 0] = node
    moved[moved[:, 2] == donor, 2] = node
    return moved


def figures(planted: Planted, result: ShiftResult) -> dict[str, float]:
    """AUROC against the controls, AP over all direct nodes, and the calibration."""
    from sklearn.metrics import average_precision_score, roc_auc_score

    names = planted.before.vocabulary.entities
    rows = {row.node: row for row in result.rows}
    by = {g: [rows[names[v]] for v in vs if names[v] in rows] for g, vs in planted.groups.items()}
    found: dict[str, float] = {}
    for group in ("easy", "hard"):
        scored = [(row.score, 1) for row in by[group]] + [(row.score, 0) for row in by["control"]]
        found[f"auroc_{group}"] = float(
            roc_auc_score([label for _, label in scored], [score for score, _ in scored])
        )
        found[f"power_{group}"] = float(np.mean([row.significant for row in by[group]]))
    positive = {row.node for group in ("easy", "hard") for row in by[group]}
    direct = [row for row in result.rows if row.direct]
    # A neighbour of a planted node carries a planted edge too: it is neither right nor wrong.
    touched = {names[v] for v in planted.planted_edges[:, [0, 2]].ravel()} - positive
    counted = [row for row in direct if row.node not in touched]
    found["ap"] = float(
        average_precision_score(
            [row.node in positive for row in counted], [row.score for row in counted]
        )
    )
    # The same with those neighbours counted as wrong.
    found["ap_neighbours_wrong"] = float(
        average_precision_score(
            [row.node in positive for row in direct], [row.score for row in direct]
        )
    )
    harmless = np.array(
        [row.p for row in counted if row.node not in positive and row.p is not None]
    )
    found["benign_below_05"] = float((harmless < 0.05).mean())
    found["benign_below_01"] = float((harmless < 0.01).mean())
    found["benign_below_001"] = float((harmless < 0.001).mean())
    aside = np.array([row.p for row in result.rows if not row.direct and row.p is not None])
    found["indirect_below_05"] = float((aside < 0.05).mean())
    controls = [row.p for row in by["control"] if row.p is not None]
    found["controls_below_05"] = float(np.mean(np.array(controls) < 0.05))
    flagged = [row for row in direct if row.significant]
    benign = [row for row in flagged if row.node not in positive | touched]
    found["flagged"] = len(flagged)
    found["flagged_benign"] = len(benign) / max(len(flagged), 1)
    found["movement_hard"] = float(
        roc_auc_score(
            [1] * len(by["hard"]) + [0] * len(by["control"]),
            [row.movement for row in by["hard"] + by["control"]],
        )
    )
    found.update(_explanations(planted, by))
    return found


def _explanations(planted: Planted, by) -> dict[str, float]:  # type: ignore[no-untyped-def]
    """How well planted edges are told from benign ones, over nodes that have both."""
    from sklearn.metrics import roc_auc_score

    names = planted.before.vocabulary.entities
    relations = planted.before.vocabulary.relations
    truth = {(names[h], relations[r], names[t]) for h, r, t in planted.planted_edges.tolist()}
    forwards = bool(np.isin(edge_keys(planted.planted_edges), planted.after.keys()).all())
    found: dict[str, float] = {}
    for group in ("easy", "hard"):
        rows = [[e for e in row.effects if e.added is forwards] for row in by[group]]
        rows = [r for r in rows if len({e.statement in truth for e in r}) == 2]
        effects = [e for row in rows for e in row]
        if not effects:
            continue
        labels = [e.statement in truth for e in effects]
        named = [e.statement in truth for e in effects if e.named]
        told = [[e.named for e in row if e.statement in truth] for row in rows]
        found[f"explanation_{group}"] = float(
            roc_auc_score(labels, [e.contribution for e in effects])
        )
        found[f"named_precision_{group}"] = float(np.mean(named))
        found[f"all_precision_{group}"] = float(np.mean(labels))
        found[f"planted_named_{group}"] = float(np.mean([t for row in told for t in row]))
        found[f"node_named_{group}"] = float(np.mean([any(row) for row in told]))
        tried = [row.explained for row in by[group] if row.explained is not None]
        found[f"explained_{group}"] = float(np.median(tried)) if tried else float("nan")
    return found


def measure(
    archive: Path, seed: int, trainings: int = 1, mixed: bool = False, removed: bool = False
) -> dict[str, float]:
    """One seed: plant, train, judge."""
    planted = plant(ckge_table(archive), seed, mixed)
    if removed:
        planted = backwards(planted)
    start = time.process_time()
    trajectory = trajectory_for(planted.before, seed, rank=100)
    config = ShiftConfig(seed=seed, seeds=trainings)
    result = shift_tables(planted.before, planted.after, trajectory, config)
    found = figures(planted, result)
    found["cpu"] = time.process_time() - start
    seconds = result.manifest.seconds
    if seconds is not None:
        found.update({f"seconds_{part}": value for part, value in asdict(seconds).items()})
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path, nargs="?", default=ENTITY)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--trainings", type=int, default=1, help="averaged for one answer")
    parser.add_argument("--mixed", action="store_true", help="benign edits at planted nodes too")
    parser.add_argument("--removed", action="store_true", help="planted edges go, not come")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    for seed in range(options.seeds):
        measured = measure(options.archive, seed, options.trainings, options.mixed, options.removed)
        found = {key: round(value, 4) for key, value in measured.items()}
        text = (
            json.dumps({"seed": seed, **found})
            if options.json
            else f"seed {seed}: " + "  ".join(f"{k} {v}" for k, v in found.items())
        )
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
