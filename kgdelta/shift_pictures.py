"""Pictures of a shift from what is kept of it: which figure, with what in it, into which file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.prefixes import PrefixMap
from graph.vocabulary import SUBCLASS_OF
from kgdelta.drift_groups import grouped
from kgdelta.figures import draw
from kgdelta.files import replacing
from kgdelta.groupings import Grouping
from kgdelta.shift_figures import Branch, Neighbour, ridge_figure, term_figure
from kgdelta.shift_page import render_shift

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from graph.model import Node
    from graph.snapshot import Snapshot
    from kgdelta.drifting import Shifted
    from kgdelta.shift_files import KeptShift
    from kgdelta.term_paths import TermPath


def draw_shift(path: Path, about: KeptShift, rows: Sequence[Shifted], after: Snapshot) -> None:
    """The drift by branch as .svg or .png, or the page as .html."""
    prefixes = PrefixMap.of(after)
    groups, labels = grouped(Grouping.BRANCH, after, prefixes, rows)
    moved = {row.node: row.movement for row in rows}
    branches = [
        Branch(labels.get(group) or group, tuple(moved[node] for node in nodes))
        for group, nodes in groups.items()
    ]
    if path.suffix.lower() == ".html":
        page = render_shift(about, rows, branches).encode()
        with replacing(path) as stream:
            stream.write(page)
        return
    title = f"Drift by branch, {about.before_name} to {about.after_name}"
    draw(ridge_figure(title, branches), path)


def draw_term(
    path: Path,
    node: Node,
    way: TermPath | None,
    names: tuple[str, str],
    before: Snapshot,
    after: Snapshot,
) -> None:
    """A term's way along the history, and its neighbourhood in two versions."""
    prefixes = PrefixMap.of(after)
    near = [place.name for place in way.neighbours] if way else []
    labels = _labels(near, before, after)
    called = {n: labels.get(n) or prefixes.contract(n) for n in near}
    own = (after.labels([node]) or before.labels([node])).get(node)
    curie = prefixes.contract(node)
    title = f"{own.value} ({curie})" if own else curie
    neighbours = neighbours_of(node, before, after, prefixes)
    draw(term_figure(title, way, called, names, neighbours), path)


def neighbours_of(
    node: Node, before: Snapshot, after: Snapshot, prefixes: PrefixMap
) -> list[Neighbour]:
    """The edges at a term in either of two states, as the models see them, with labels."""
    from embeddings.tensors import read_edges

    held = []
    for snapshot in (before, after):
        table = read_edges(snapshot)
        own = table.vocabulary.entity_rows.get(node, -1)
        near = table.triples[(table.triples[:, 0] == own) | (table.triples[:, 2] == own)]
        entities, relations = table.vocabulary.entities, table.vocabulary.relations
        held.append({(entities[h], relations[r], entities[t]) for h, r, t in near.tolist()})
    every = sorted(held[0] | held[1])
    asked = {part for edge in every for part in edge}
    labels = _labels(asked, before, after)

    def called(name: Node) -> str:
        return "is a" if name == SUBCLASS_OF else labels.get(name) or prefixes.contract(name)

    return [
        Neighbour(
            called(relation),
            called(target if head == node else head),
            head == node,
            (head, relation, target) in held[0],
            (head, relation, target) in held[1],
        )
        for head, relation, target in every
    ]


def _labels(nodes: Collection[Node], before: Snapshot, after: Snapshot) -> dict[Node, str]:
    """What nodes are called, in the later state where it says so."""
    return {
        node: label.value
        for snapshot in (before, after)
        for node, label in snapshot.labels(nodes).items()
    }
