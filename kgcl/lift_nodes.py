"""Changes in the life of nodes, found in what a diff wants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Final

from graph.model import Literal, Statement
from graph.prefixes import ontology_node
from graph.vocabulary import (
    ALTERNATIVE_ID,
    ANNOTATION_PROPERTY,
    CLASS,
    CONSIDER,
    DEPRECATED,
    LABEL,
    NAMED_INDIVIDUAL,
    OBJECT_PROPERTY,
    RDF_PROPERTY,
    RDF_TYPE,
    RDFS_CLASS,
    REPLACED_BY,
    SUBPROPERTY_OF,
    XSD_STRING,
)
from kgcl.changes import (
    Change,
    ClassCreation,
    LogicalAxiomChange,
    NodeCreation,
    NodeDeletion,
    NodeDirectMerge,
    NodeObsoletion,
    NodeObsoletionWithDirectReplacement,
    NodeObsoletionWithNoDirectReplacement,
    NodeType,
    NodeUnobsoletion,
    ObjectPropertyCreation,
    Ref,
)
from kgcl.lift_edges import axiom_of
from kgcl.rules_axioms import DECLARING
from kgcl.state import TRUE
from kgcl.wanted import added, new_notes

if TYPE_CHECKING:
    from kgcl.wanted import Wanted

_CREATIONS: Final[dict[str, Callable[..., Change]]] = {
    CLASS: ClassCreation,
    RDFS_CLASS: ClassCreation,
    OBJECT_PROPERTY: ObjectPropertyCreation,
    RDF_PROPERTY: ObjectPropertyCreation,
    NAMED_INDIVIDUAL: partial(NodeCreation, owl_type=NodeType.INSTANCE),
    ANNOTATION_PROPERTY: partial(NodeCreation, owl_type=NodeType.ANNOTATION_PROPERTY),
}


#: What is the only declaration of some nodes.
_DECLARED_BY: Final = frozenset({RDF_TYPE, SUBPROPERTY_OF})


def creations(wanted: Wanted) -> Iterator[Change]:
    """A type for a node that is not there yet, together with its label if it gets just one."""
    typed = wanted.coming(lambda s: s.predicate == RDF_TYPE and s.object in _CREATIONS)
    labels: dict[str, list[Statement]] = {}
    for statement in wanted.coming(lambda s: s.predicate == LABEL):
        labels.setdefault(statement.subject, []).append(statement)
    # Classes first: a node that is a class and something else is made as a class.
    for statement in sorted(typed, key=lambda s: s.object != CLASS):
        if wanted.state.exists(statement.subject):
            continue
        make = _CREATIONS[str(statement.object)]
        named = labels.get(statement.subject, [])
        label = named[0].object if len(named) == 1 else None
        if isinstance(label, Literal) and (label.language or label.datatype == XSD_STRING):
            yield make(
                Ref(statement.subject),
                label.value,
                label.language,
                qualifiers=new_notes(named[0]),
            )
        else:
            yield make(Ref(statement.subject))


def introductions(wanted: Wanted) -> Iterator[Change]:
    """The first that is said of a node which no creation makes, so that the rest can follow.

    That is its declaration where OWL has one, its type, or its label.
    """
    first: dict[str, list[Statement]] = {}
    for statement in wanted.coming(lambda s: not wanted.state.exists(s.subject)):
        first.setdefault(statement.subject, []).append(statement)
    ontology = ontology_node(wanted.state.draft)
    for node, frame in first.items():
        for new in frame:
            axiom = axiom_of(new, ontology) if new.predicate in _DECLARED_BY else None
            if axiom is not None and axiom.operator in DECLARING:
                yield LogicalAxiomChange(None, axiom, qualifiers=new_notes(new))
        if len(frame) > 1 and not wanted.state.exists(node):
            yield added(min(frame, key=_first_said))


def _first_said(statement: Statement) -> int:
    return {RDF_TYPE: 0, LABEL: 1}.get(statement.predicate, 2)


def merges(wanted: Wanted) -> Iterator[NodeDirectMerge]:
    """A node that goes while its id becomes an alternative id of another."""
    expand = wanted.state.prefixes.expand
    for statement in wanted.coming(lambda s: s.predicate == ALTERNATIVE_ID):
        value = statement.object
        source = expand(value.value) if isinstance(value, Literal) else value
        if isinstance(source, str) and source in wanted.deleted:
            yield NodeDirectMerge(
                Ref(source), Ref(statement.subject), qualifiers=new_notes(statement)
            )


def obsoletions(wanted: Wanted) -> Iterator[Change]:
    """A flag that comes, with what to use instead where it comes with it."""
    replaced: dict[str, list[Ref]] = {}
    considered: dict[str, list[Ref]] = {}
    for statement in wanted.coming(lambda s: s.predicate in (REPLACED_BY, CONSIDER)):
        if isinstance(statement.object, str) and not statement.qualifiers:
            pointers = replaced if statement.predicate == REPLACED_BY else considered
            pointers.setdefault(statement.subject, []).append(Ref(statement.object))
    for flag in wanted.coming(lambda s: s.predicate == DEPRECATED and s.object == TRUE):
        node, notes = Ref(flag.subject), new_notes(flag)
        direct = replaced.get(flag.subject, [])
        others = tuple(considered.get(flag.subject, ()))
        if len(direct) == 1:
            yield NodeObsoletionWithDirectReplacement(node, direct[0], others, qualifiers=notes)
            if others and flag in wanted.added:
                yield NodeObsoletionWithDirectReplacement(node, direct[0], qualifiers=notes)
        if others and flag in wanted.added:
            yield NodeObsoletionWithNoDirectReplacement(node, others, qualifiers=notes)
        if flag in wanted.added:
            yield NodeObsoletion(node, qualifiers=notes)


def unobsoletions(wanted: Wanted) -> Iterator[NodeUnobsoletion]:
    """A flag that goes."""
    for flag in wanted.going(lambda s: s.predicate == DEPRECATED and s.object == TRUE):
        yield NodeUnobsoletion(Ref(flag.subject))


def deletions(wanted: Wanted) -> Iterator[NodeDeletion]:
    """A node that loses every statement it has."""
    for node in sorted(wanted.deleted):
        yield NodeDeletion(Ref(node))
