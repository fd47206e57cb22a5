"""Nodes that have another id and are the same in all else, found in what a diff wants."""

from __future__ import annotations

from collections import ChainMap, Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, TypeAlias

from graph.model import Literal, Node, Object, Statement
from graph.vocabulary import ALTERNATIVE_ID, LABEL
from kgcl.changes import NodeIdChange, Ref
from kgcl.plan import renamed

if TYPE_CHECKING:
    from kgcl.wanted import Wanted

Frames: TypeAlias = dict[Node, list[Statement]]

#: What stands for a node whose other id is not known, and for the node itself.
_SOME: Final = "urn:kgdelta:some-node"
_ITSELF: Final = "urn:kgdelta:this-node"
#: Each round tells nodes apart by those that the rounds before have found.
_ROUNDS: Final = 8


def id_changes(wanted: Wanted) -> Iterator[NodeIdChange]:
    """A node that goes and a new one with the same label, and with all else the same.

    Frames are compared as they are under all changes of ids at once, so that nodes which lead to
    each other may change together. What has no label or fits several nodes is left to others.
    """
    coming = _coming(wanted)
    gone, come = _candidates(wanted, coming)
    if not gone:
        return
    masks: dict[Node, Node] = dict.fromkeys((*wanted.deleted, *coming), _SOME)
    found = _pairs(gone, come, masks)
    names, kept = _names(found, masks), _still_mentioned(found, wanted)
    for old, new in sorted(found.items()):
        if old not in kept and _shape(old, gone[old], names) == _shape(new, come[new], names):
            yield NodeIdChange(Ref(old), Ref(new))


def _still_mentioned(nodes: Iterable[Node], wanted: Wanted) -> frozenset[Node]:
    """Nodes that something will go on to lead to."""
    staying = (s for s in wanted.state.draft.mentioning(set(nodes)) if s not in wanted.removed)
    return frozenset(node for statement in staying for node in statement.mentions())


def _coming(wanted: Wanted) -> Frames:
    """The frames of nodes that are not there yet."""
    coming: defaultdict[Node, list[Statement]] = defaultdict(list)
    for statement in wanted.added:
        coming[statement.subject].append(statement)
    return {n: frame for n, frame in coming.items() if not wanted.state.exists(n)}


def _candidates(wanted: Wanted, coming: Frames) -> tuple[Frames, Frames]:
    """The frames of nodes that go and of new ones, where a label is on both sides.

    That one of them is an alternative id is left out: it is said beside, or by policy.
    """
    gone = {node: wanted.state.about(node) for node in wanted.deleted}
    labels = {label for frame in gone.values() if (label := _labels(frame))}
    come = {node: frame for node, frame in coming.items() if _labels(frame) in labels}
    labels = {_labels(frame) for frame in come.values()}
    gone = {node: frame for node, frame in gone.items() if _labels(frame) in labels}
    moving = gone.keys() | come.keys()

    def without_ids(frame: Iterable[Statement]) -> list[Statement]:
        return [s for s in frame if _alternative(s, wanted) not in moving]

    return (
        {node: without_ids(frame) for node, frame in gone.items()},
        {node: without_ids(frame) for node, frame in come.items()},
    )


def _labels(frame: Iterable[Statement]) -> frozenset[Object]:
    return frozenset(s.object for s in frame if s.predicate == LABEL)


def _alternative(statement: Statement, wanted: Wanted) -> Node | None:
    """The node that a statement names as alternative id."""
    value = statement.object
    if statement.predicate != ALTERNATIVE_ID or not isinstance(value, Literal):
        return None
    return wanted.state.prefixes.expand(value.value)


def _pairs(gone: Frames, come: Frames, masks: dict[Node, Node]) -> dict[Node, Node]:
    """Nodes whose frames are alike and unlike all others, in a few rounds."""
    found: dict[Node, Node] = {}
    for _ in range(_ROUNDS):
        names, taken = _names(found, masks), set(found.values())
        olds = _by_shape({n: f for n, f in gone.items() if n not in found}, names)
        news = _by_shape({n: f for n, f in come.items() if n not in taken}, names)
        more = {
            nodes[0]: news[shape][0]
            for shape, nodes in olds.items()
            if len(nodes) == 1 == len(news.get(shape, ()))
        }
        if not more:
            break
        found |= more
    return found


def _names(found: dict[Node, Node], masks: dict[Node, Node]) -> dict[Node, Node]:
    """What nodes are called to be compared: by their new id, or alike where it is not known."""
    return masks | found | {new: new for new in found.values()}


def _by_shape(frames: Frames, names: dict[Node, Node]) -> dict[object, list[Node]]:
    shapes: defaultdict[object, list[Node]] = defaultdict(list)
    for node, frame in frames.items():
        shapes[_shape(node, frame, names)].append(node)
    return shapes


def _shape(node: Node, frame: Iterable[Statement], names: dict[Node, Node]) -> object:
    """What is said of a node, whatever it and others are called."""
    here = ChainMap({node: _ITSELF}, names)
    return frozenset(Counter(renamed(statement, here, _ITSELF) for statement in frame).items())
