"""The state that a change is judged against, and what rules ask of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Final

from graph.axioms import HIERARCHY_PREDICATES
from graph.model import Delta, Literal, Node, Object, Qualifier, Statement
from graph.overlay import Draft
from graph.prefixes import PrefixMap
from graph.vocabulary import DEPRECATED, LABEL, OWL, RDF, RDF_TYPE, RDFS, SKOS, XSD_BOOLEAN
from kgcl.frames import Frames
from kgcl.resolve import Resolver

if TYPE_CHECKING:
    from graph.snapshot import Snapshot
    from kgcl.changes import Notes, Ref, Term
    from kgcl.policy import Policy

TRUE: Final = Literal("true", XSD_BOOLEAN)

_BUILT_IN: Final = (RDF, RDFS, OWL, SKOS)
_SPACE: Final = re.compile(r"(.*[#/:_])[^#/:_]*", re.DOTALL)


class RefusedError(Exception):
    """A rule does not allow a change; the text is the reason."""


class UnchangedError(Exception):
    """A change is already true; the text says how."""


class EffectKind(StrEnum):
    """What a change does that its words do not say."""

    AXIOM_DROPPED = "axiom dropped"
    REWIRED = "rewired"
    EDGE_REMOVED = "edge removed"
    RELABELLED = "relabelled"
    LEFT_WITHOUT_PARENT = "left without a parent"
    DANGLING = "points at an obsolete node"
    OUTSIDE = "outside this graph"
    UNDECLARED = "not declared here"
    MOVED = "moved"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Effect:
    """One side effect: what went, what came, or which statement now stands badly."""

    kind: EffectKind
    removed: Statement | None = None
    added: Statement | None = None
    concerns: Statement | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a rule makes of a change: its delta and its side effects."""

    delta: Delta
    effects: tuple[Effect, ...] = ()


class State:
    """A snapshot with the changes so far on top, and the words to judge the next one by.

    One prefix map serves a whole batch: that of the snapshot it starts from.
    """

    def __init__(self, snapshot: Snapshot, policy: Policy) -> None:
        self.frames = Frames(snapshot)
        self.draft = Draft(self.frames)
        self.policy = policy
        self.prefixes = PrefixMap.of(snapshot)
        self.resolver = Resolver(self.draft, self.prefixes, policy.ids)

    def node(self, ref: Ref) -> Node:
        return self.resolver.node(ref)

    def object(self, term: Term) -> Object:
        return self.resolver.object(term)

    def existing(self, ref: Ref) -> Node:
        """The node of a reference, which must have statements of its own."""
        node = self.node(ref)
        if not self.exists(node):
            raise RefusedError(f"no node {self.show(node)}")
        return node

    def exists(self, node: Node) -> bool:
        return any(True for _ in self.draft.statements(subjects={node}))

    def about(self, node: Node, *predicates: Node) -> list[Statement]:
        """Statements with this subject, in canonical order."""
        found = self.draft.statements(subjects={node}, predicates=predicates or None)
        return sorted(found, key=Statement.encode)

    def with_key(self, subject: Node, predicate: Node, value: Object) -> list[Statement]:
        return [s for s in self.about(subject, predicate) if s.object == value]

    def is_obsolete(self, node: Node) -> bool:
        return any(s.object == TRUE for s in self.draft.statements({node}, {DEPRECATED}))

    def is_outside(self, node: Node) -> bool:
        """Whether a node belongs to an id space that this graph defines nothing of."""
        return _space(node) not in self._spaces

    @cached_property
    def _spaces(self) -> frozenset[str]:
        # Judged against the start of the batch; new ids in a space of their own stay outside.
        return frozenset(
            _space(s.subject) for s in self.frames.statements(predicates={RDF_TYPE, LABEL})
        )

    def is_predicate(self, node: Node) -> bool:
        """Whether a node may stand as predicate: built in, described here, or in use already."""
        return (
            node.startswith(_BUILT_IN)
            or self.exists(node)
            or any(True for _ in self.draft.statements(predicates={node}))
            or self.is_outside(node)
        )

    def ancestors(self, node: Node) -> set[Node]:
        return self.draft.reach({node}, HIERARCHY_PREDICATES)

    def qualifiers(
        self, notes: Notes, otherwise: Iterable[Qualifier] = ()
    ) -> tuple[Qualifier, ...]:
        """Qualifiers from notes; where a change says none, the ones that were there."""
        return tuple(otherwise) if notes is None else self.resolver.qualifiers(notes)

    def select(self, found: Iterable[Statement], notes: Notes) -> list[Statement]:
        """The statements that have just these qualifiers; all of them where none are named."""
        if notes is None:
            return list(found)
        wanted = set(self.resolver.qualifiers(notes))
        return [s for s in found if set(s.qualifiers) == wanted]

    def show(self, node: Node) -> str:
        """A node as people read it, with its label where it has one."""
        label = self.draft.labels({node}).get(node)
        text = self.resolver.show(node)
        return f"{text} ({label.value!r})" if label else text


def _space(node: Node) -> str:
    found = _SPACE.fullmatch(node)
    return found[1] if found else node
