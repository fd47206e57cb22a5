"""The state that a change is judged against, and what rules ask of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Final

from graph.axioms import HIERARCHY_PREDICATES, is_annotation_predicate
from graph.model import Delta, Literal, Node, Object, Qualifier, Statement, in_order
from graph.owl_kinds import DATA_PROPERTY
from graph.prefixes import PrefixMap
from graph.vocabulary import (
    ALTERNATIVE_ID,
    ANNOTATION_PROPERTY,
    CLASS,
    DEPRECATED,
    LABEL,
    OBJECT_PROPERTY,
    OWL,
    RDF,
    RDF_PROPERTY,
    RDF_TYPE,
    RDFS,
    RDFS_CLASS,
    SKOS,
    XSD,
    XSD_BOOLEAN,
)
from kgcl.changes import RefKind
from kgcl.frame_cache import FrameCache
from kgcl.resolve import Resolver

if TYPE_CHECKING:
    from collections.abc import Callable

    from graph.snapshot import Snapshot
    from kgcl.changes import Change, Meta, Notes, Ref, Term
    from kgcl.policy import Policy

    #: What an obsoletion of long ago did: the delta that set the flag of a node, None if unknown.
    Recall = Callable[[Node], Delta | None]

TRUE: Final = Literal("true", XSD_BOOLEAN)

_BUILT_IN: Final = (RDF, RDFS, OWL, SKOS, XSD)
_PROPERTIES: Final = frozenset({OBJECT_PROPERTY, ANNOTATION_PROPERTY, DATA_PROPERTY, RDF_PROPERTY})
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
    ALTERNATIVE = "is an alternative id"
    GONE = "mentions a node that is gone"
    MOVED = "moved"
    DROPPED = "dropped"
    DEFINITION_PREFIXED = "definition prefixed"
    LABEL_KEPT = "old label kept"
    SUGGESTED = "suggested instead"
    RECORDED = "recorded"
    RESTORED = "restored"
    NOT_RESTORED = "not restored"
    SAME_LABEL = "another node has this label"
    OUT_OF_RANGE = "outside the domain or range of its relation"


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

    One prefix map serves a whole batch: that of the snapshot it starts from. ``recall`` knows the
    history of the snapshot, where it has one.
    """

    def __init__(self, snapshot: Snapshot, policy: Policy, recall: Recall | None = None) -> None:
        self.draft = FrameCache(snapshot)
        self.policy = policy
        self.recall = recall
        #: What the sets say of themselves that the change being judged is in, outermost first.
        self.around: list[Meta] = []
        self.prefixes = PrefixMap.of(snapshot)
        self.resolver = Resolver(self.draft, self.prefixes, policy.ids)
        self._protecting: dict[Node, str] = {}
        # Each id is expanded once; neither prefixes nor placeholders change their node in a batch.
        self._expanded: dict[str, Node] = {}

    def node(self, ref: Ref) -> Node:
        """The node that a reference means. Raises UnresolvedError."""
        if ref.kind is not RefKind.CURIE:
            return self.resolver.node(ref)
        node = self._expanded.get(ref.text)
        if node is None:
            node = self.resolver.node(ref)
            self._expanded[ref.text] = node
        return node

    def object(self, term: Term) -> Object:
        return self.resolver.object(term)

    def existing(self, ref: Ref) -> Node:
        """The node of a reference, which must have statements of its own."""
        node = self.node(ref)
        if not self.exists(node):
            raise RefusedError(f"no node {self.show(node)}")
        return node

    def exists(self, node: Node) -> bool:
        return bool(self.draft.frame(node))

    def about(self, node: Node, *predicates: Node) -> list[Statement]:
        """Statements with this subject, in canonical order."""
        found = [s for s in self.draft.frame(node) if not predicates or s.predicate in predicates]
        return in_order(found) if len(found) > 1 else found

    def with_key(self, subject: Node, predicate: Node, value: Object) -> list[Statement]:
        """The statements of a key, in canonical order: several where qualifiers differ."""
        found = [s for s in self.draft.about(subject, predicate) if s.object == value]
        return in_order(found) if len(found) > 1 else found

    def is_obsolete(self, node: Node) -> bool:
        return any(s.object == TRUE for s in self.draft.about(node, DEPRECATED))

    def is_property(self, node: Node) -> bool:
        """Whether a node is declared to be a relation or an annotation property."""
        return any(s.object in _PROPERTIES for s in self.draft.about(node, RDF_TYPE))

    def is_outside(self, node: Node) -> bool:
        """Whether a node belongs to an id space that this graph defines nothing of."""
        return _space(node) not in self._spaces

    @cached_property
    def _spaces(self) -> frozenset[str]:
        # Judged against the start of the batch; new ids in a space of their own stay outside.
        return frozenset(
            _space(s.subject) for s in self.draft.base.statements(predicates={RDF_TYPE, LABEL})
        )

    @cached_property
    def alternative_ids(self) -> frozenset[str]:
        """Ids that were merged away before this batch, as they are written."""
        found = self.draft.base.statements(predicates={ALTERNATIVE_ID})
        return frozenset(s.object.value for s in found if isinstance(s.object, Literal))

    @cached_property
    def class_type(self) -> Node:
        """What classes are in this graph: of RDFS where it has such and none of OWL."""
        return RDFS_CLASS if self._has_type(RDFS_CLASS) and not self._has_type(CLASS) else CLASS

    @cached_property
    def relation_type(self) -> Node:
        """What relations are in this graph: properties of RDF where it has such and none of OWL."""
        only = self._has_type(RDF_PROPERTY) and not self._has_type(OBJECT_PROPERTY)
        return RDF_PROPERTY if only else OBJECT_PROPERTY

    def _has_type(self, kind: Node) -> bool:
        # Judged against the start of the batch, so that the order of its changes does not matter.
        found = self.draft.base.statements(predicates={RDF_TYPE}, objects={kind})
        return any(statement.object == kind for statement in found)

    def is_built_in(self, node: Node) -> bool:
        """Whether a node belongs to a standard vocabulary, which no graph has to describe."""
        return node.startswith(_BUILT_IN)

    def is_predicate(self, node: Node) -> bool:
        """Whether a node may stand as predicate: built in, described here, or in use already."""
        return (
            self.is_built_in(node)
            or self.exists(node)
            or any(True for _ in self.draft.statements(predicates={node}))
            or self.is_outside(node)
        )

    def is_annotation(self, predicate: Node) -> bool:
        """Whether a predicate says something of a node's record, by its name or declaration."""
        return is_annotation_predicate(predicate) or any(
            s.object == ANNOTATION_PROPERTY for s in self.draft.about(predicate, RDF_TYPE)
        )

    def said(self, change: Change, field: str) -> str:
        """What a change says of itself by a clause, or the innermost set around it does."""
        for meta in (change.meta, *reversed(self.around)):
            text = getattr(meta, field) if meta else ""
            if text:
                return str(text)
        return ""

    def protecting(self, node: Node) -> str:
        """The pattern by which the policy protects a node, '' for none."""
        found = self._protecting.get(node)
        if found is None:
            short = self.prefixes.contract(node)
            fits = (p for p in self.policy.protected if is_like(short, p) or is_like(node, p))
            found = next(fits, "")
            self._protecting[node] = found
        return found

    def property_of(self, text: str) -> Node:
        """The property that a policy names."""
        return self.prefixes.expand(text)

    def has_parent(self, node: Node, but: Statement | None = None) -> bool:
        """Whether a node has a parent, one edge left out."""
        return any(
            s != but and isinstance(s.object, str)
            for predicate in HIERARCHY_PREDICATES
            for s in self.draft.about(node, predicate)
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


def is_like(text: str, pattern: str) -> bool:
    """Whether a text is what a pattern says, in which ``*`` stands for anything."""
    if "*" not in pattern:
        return text == pattern
    parts = map(re.escape, pattern.split("*"))
    return re.fullmatch(".*".join(parts), text, re.DOTALL) is not None


def _space(node: Node) -> str:
    found = _SPACE.fullmatch(node)
    return found[1] if found else node
