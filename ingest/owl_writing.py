"""What OWL files say of a graph: name, prefixes, header, axioms, and statements carried as text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from graph.model import Literal, Node, Qualifier, Statement
from graph.owl_axioms import Axiom
from graph.owl_grammar import is_iri
from graph.owl_kinds import Kinds
from graph.owl_terms import STATEMENT, VERSION_IRI
from graph.statement_json import encode_statement
from graph.vocabulary import DEFAULT_ONTOLOGY, IMPORTS, ONTOLOGY, RDF_TYPE
from ingest.blank_writing import blank_again
from ingest.ofn_text import is_writable
from ingest.owl_choice import axiom_of
from ingest.owl_prefixes import STANDARD, default_namespace, prefixes_of
from ingest.owl_reading import carried

_PREFIX: Final = re.compile(r"(?:[^\W\d][\w.\-]*)?")
_RARE: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufffe\uffff]")


@dataclass(slots=True)
class Contents:
    """The parts of an ontology file, each statement in one of them."""

    ontology: Node
    named: bool = False
    version: Node | None = None
    namespaces: dict[str, str] = field(default_factory=dict)
    imports: list[Node] = field(default_factory=list)
    header: list[Qualifier] = field(default_factory=list)
    axioms: list[Axiom] = field(default_factory=list)


def contents(
    statements: Iterable[Statement],
    ontology: Node,
    labels: Mapping[Node, str] = MappingProxyType({}),
    holds: Callable[[str], bool] | None = None,
) -> Contents:
    """What a file has to say of statements, so that they are read from it again.

    ``labels`` are those that blank nodes are to have; ``holds`` tells whether the format can hold
    a text at all.
    """
    given = frozenset(statements)
    kinds = Kinds.among(given)
    if not is_iri(ontology) or Statement(ontology, RDF_TYPE, ONTOLOGY) not in given:
        # A file without a name is read as this one.
        ontology = DEFAULT_ONTOLOGY
    made = Contents(ontology, namespaces=dict(STANDARD))
    said = _name(made, given) | _declare(made, given)
    rest = given - said
    pinned: set[Node] = set()
    while True:
        written, ids = blank_again(rest, pinned, labels)
        found = [(statement, _axiom(statement, kinds, ontology, holds)) for statement in written]
        untold = [statement for statement, axiom in found if axiom is None]
        # What is told as text keeps its ids, so that no node there can be blank elsewhere.
        wrong = {ids[n] for s in untold for n in (s.subject, *s.mentions()) if n in ids}
        if not wrong:
            break
        pinned |= wrong
    for statement, axiom in found:
        if axiom is None:
            made.header.append(carrying(statement))
        elif axiom.operator == "AnnotationAssertion" and axiom.arguments[1] == ontology:
            _head(made, statement)
        else:
            made.axioms.append(axiom)
    return made


def carrying(statement: Statement) -> Qualifier:
    """The annotation of an ontology that carries a statement as text."""
    text = encode_statement(statement)
    text = _RARE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return Qualifier(STATEMENT, Literal(text))


def _axiom(
    statement: Statement, kinds: Kinds, ontology: Node, holds: Callable[[str], bool] | None
) -> Axiom | None:
    if carried(statement.predicate, statement.object, ()) is not None:
        return None
    if holds is not None and not holds(str(statement)):
        return None
    axiom = axiom_of(statement, kinds, ontology)
    if axiom is None or not all(map(is_writable, axiom.arguments)):
        return None
    return axiom if _are_writable(axiom.annotations) else None


def _are_writable(qualifiers: Sequence[Qualifier]) -> bool:
    return all(is_writable(q.value) and _are_writable(q.qualifiers) for q in qualifiers)


def _head(made: Contents, statement: Statement) -> None:
    value = statement.object
    if statement.predicate == IMPORTS and is_iri(value) and not statement.qualifiers:
        made.imports.append(str(value))
    else:
        made.header.append(Qualifier(statement.predicate, value, statement.qualifiers))


def _name(made: Contents, given: frozenset[Statement]) -> set[Statement]:
    naming = Statement(made.ontology, RDF_TYPE, ONTOLOGY)
    if naming not in given:
        return set()
    made.named = True
    versions = [s for s in given if s.subject == made.ontology and s.predicate == VERSION_IRI]
    if len(versions) == 1 and is_iri(versions[0].object) and not versions[0].qualifiers:
        made.version = str(versions[0].object)
        return {naming, *versions}
    return {naming}


def _declare(made: Contents, given: frozenset[Statement]) -> set[Statement]:
    """The prefixes of the file, and the statements that it says by them."""
    said = set()
    if made.named:
        made.namespaces[""] = default_namespace(made.ontology)
    about = [s for s in given if s.subject == made.ontology]
    for namespace, statement in prefixes_of(about, made.ontology):
        prefix = statement.object
        if not isinstance(prefix, Literal) or not is_iri(namespace):
            continue
        if _PREFIX.fullmatch(prefix.value):
            made.namespaces[prefix.value] = namespace
            said.add(statement)
    return said
