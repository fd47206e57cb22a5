"""A graph of groups whose members lead to those of the next, and what happens to two of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

#: The term that gets the edges of another group, and one that gets others of its own kind.
MOVED, BENIGN = 7, 40
GROUPS, MEMBERS = 4, 70


def obo(edges: dict[int, list[int]]) -> str:
    """The groups as an ontology."""
    frames = ["format-version: 1.2\nontology: groups\n"]
    for node, goals in edges.items():
        lines = "".join(f"relationship: R:0 N:{goal:03}\n" for goal in goals)
        frames.append(f"[Term]\nid: N:{node:03}\nname: node {node}\n{lines}")
    frames.append("[Typedef]\nid: R:0\nname: leads to\n")
    return "\n".join(frames)


def goals(rng: np.random.Generator, group: int) -> list[int]:
    """Six members of the group that a group leads to."""
    chosen = rng.choice(MEMBERS, 6, replace=False)
    return sorted(int(g) + (group + 1) % GROUPS * MEMBERS for g in chosen)


def grown(rng: np.random.Generator) -> dict[int, list[int]]:
    """The goals of every node."""
    return {node: goals(rng, node // MEMBERS) for node in range(GROUPS * MEMBERS)}


def released() -> Iterator[str]:
    """Three releases: some terms get others of their own kind, then one leads elsewhere."""
    rng = np.random.default_rng(0)
    edges = grown(rng)
    yield obo(edges)
    for node in range(100, 130):
        edges[node] = sorted({*edges[node][:4], *goals(rng, node // MEMBERS)[:2]})
    yield obo(edges)
    edges[MOVED] = goals(rng, MOVED // MEMBERS + 2)
    edges[BENIGN] = goals(rng, BENIGN // MEMBERS)
    for node in range(200, 240):
        edges[node] = sorted({*edges[node][:4], *goals(rng, node // MEMBERS)[:2]})
    yield obo(edges)
