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


def released() -> Iterator[str]:
    """Three releases: some terms get others of their own kind, then one leads elsewhere."""
    rng = np.random.default_rng(0)

    def goals(group: int) -> list[int]:
        chosen = rng.choice(MEMBERS, 6, replace=False)
        return sorted(int(g) + (group + 1) % GROUPS * MEMBERS for g in chosen)

    edges = {node: goals(node // MEMBERS) for node in range(GROUPS * MEMBERS)}
    yield obo(edges)
    for node in range(100, 130):
        edges[node] = sorted({*edges[node][:4], *goals(node // MEMBERS)[:2]})
    yield obo(edges)
    edges[MOVED] = goals(MOVED // MEMBERS + 2)
    edges[BENIGN] = goals(BENIGN // MEMBERS)
    for node in range(200, 240):
        edges[node] = sorted({*edges[node][:4], *goals(node // MEMBERS)[:2]})
    yield obo(edges)
