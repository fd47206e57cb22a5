"""What a batch of changes will ask of a snapshot, read in a few reads before it is judged.

On a server each read costs a round trip, so that a batch reads sets: the frames of the nodes that
it names, of those above them where edges come, and what mentions the nodes that go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Final

from graph.axioms import HIERARCHY_PREDICATES
from kgcl import changes as c
from kgcl.policy import Judgement
from kgcl.resolve import is_placeholder

if TYPE_CHECKING:
    from graph.model import Node
    from kgcl.state import State

#: Changes after which statements about other nodes may have to go elsewhere.
_LEAVING: Final = (*c.OBSOLETIONS, c.NodeDeletion, c.NodeIdChange)
#: Changes whose new edges may close a cycle.
_JOINING: Final = (
    c.ClassCreation,
    c.EdgeCreation,
    c.EdgeRewiring,
    c.LogicalAxiomChange,
    c.NodeDirectMerge,
    c.NodeMove,
    c.NodeObsoletionWithDirectReplacement,
    c.PlaceUnder,
    c.PredicateChange,
)


def read_ahead(batch: Iterable[c.Change], state: State) -> None:
    """Read what the changes of a batch name, in sets."""
    named: set[Node] = set()
    leaving: set[Node] = set()
    joining: set[Node] = set()
    labels: set[str] = set()
    apart = state.policy.same_label is not Judgement.ALLOW
    for change in _single(batch):
        if apart:
            labels.update(_new_labels(change))
        for ref in _refs(change):
            if ref.kind is c.RefKind.LABEL:
                labels.add(ref.text)
            elif not is_placeholder(ref):
                node = state.node(ref)
                named.add(node)
                if isinstance(change, _JOINING):
                    joining.add(node)
        if isinstance(change, _LEAVING):
            about = change.about_node
            if about.kind is not c.RefKind.LABEL and not is_placeholder(about):
                leaving.add(state.node(about))
    if labels:
        state.draft.prefetch_names(labels)
    state.draft.prefetch(named, leaving)
    state.draft.prefetch_above(joining, HIERARCHY_PREDICATES)


def _new_labels(change: c.Change) -> Iterator[str]:
    """The label that a change gives, which no other node should have."""
    label = None
    if isinstance(change, c.NodeCreation | c.ClassCreation | c.ObjectPropertyCreation):
        label = change.name
    elif isinstance(change, c.NodeRename | c.NameBecomesSynonym):
        label = change.new_value
    if label is not None:
        yield label


def _single(changes: Iterable[c.Change]) -> Iterator[c.Change]:
    """The changes of a batch, those of sets one by one."""
    for change in changes:
        if isinstance(change, c.Transaction | c.MultiNodeObsoletion):
            yield from _single(change.change_set)
        else:
            yield change


def _refs(value: object) -> Iterator[c.Ref]:
    """References in a change; what is said about the change itself is left out."""
    if isinstance(value, c.Ref):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _refs(item)
    else:
        for name in _names().get(type(value), ()):
            part = getattr(value, name)
            if part is not None and not isinstance(part, str):
                yield from _refs(part)


@cache
def _names() -> Mapping[type[object], tuple[str, ...]]:
    """For each class that may hold references, the fields that may."""
    kinds = (*c.ALL, c.Edge, c.Text, c.Compound, c.Note)
    return {
        kind: tuple(f.name for f in fields(kind) if f.name not in ("meta", "position"))
        for kind in kinds
    }
