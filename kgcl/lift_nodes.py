"""Changes in the life of nodes, found in what a diff wants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Final

from graph.model import Literal, Statement
from graph.vocabulary import (
    ANNOTATION_PROPERTY,
    CLASS,
    DEPRECATED,
    LABEL,
    NAMED_INDIVIDUAL,
    OBJECT_PROPERTY,
    RDF_TYPE,
    REPLACED_BY,
    XSD_STRING,
)
from kgcl.changes import (
    Change,
    ClassCreation,
    NodeCreation,
    NodeDeletion,
    NodeObsoletion,
    NodeObsoletionWithDirectReplacement,
    NodeType,
    NodeUnobsoletion,
    ObjectPropertyCreation,
    Ref,
)
from kgcl.state import TRUE
from kgcl.wanted import new_notes

if TYPE_CHECKING:
    from kgcl.wanted import Wanted

_CREATIONS: Final[dict[str, Callable[..., Change]]] = {
    CLASS: ClassCreation,
    OBJECT_PROPERTY: ObjectPropertyCreation,
    NAMED_INDIVIDUAL: partial(NodeCreation, owl_type=NodeType.INSTANCE),
    ANNOTATION_PROPERTY: partial(NodeCreation, owl_type=NodeType.ANNOTATION_PROPERTY),
}


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


def obsoletions(wanted: Wanted) -> Iterator[Change]:
    """A flag that comes, with the replacement where just one comes with it."""
    replacements: dict[str, list[str]] = {}
    for statement in wanted.coming(lambda s: s.predicate == REPLACED_BY):
        if isinstance(statement.object, str):
            replacements.setdefault(statement.subject, []).append(statement.object)
    for flag in wanted.coming(lambda s: s.predicate == DEPRECATED and s.object == TRUE):
        pointers = replacements.get(flag.subject, [])
        if len(pointers) == 1:
            yield NodeObsoletionWithDirectReplacement(Ref(flag.subject), Ref(pointers[0]))
        if flag in wanted.added:
            yield NodeObsoletion(Ref(flag.subject))


def unobsoletions(wanted: Wanted) -> Iterator[NodeUnobsoletion]:
    """A flag that goes."""
    for flag in wanted.going(lambda s: s.predicate == DEPRECATED and s.object == TRUE):
        yield NodeUnobsoletion(Ref(flag.subject))


def deletions(wanted: Wanted) -> Iterator[NodeDeletion]:
    """A node that loses every statement it has."""
    for node in sorted(wanted.deleted):
        yield NodeDeletion(Ref(node))
