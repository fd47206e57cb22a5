"""What the items of an OWL file come to: statements, the axiom of each, and problems.

Functional syntax and OWL/XML have the same items; a place is a character of the one and a line of
the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from graph.expression import Expression
from graph.model import Literal, Node, Object, Qualifier, Statement
from graph.owl_axioms import AXIOMS, Axiom, is_well_formed, statement_of
from graph.owl_kinds import Kinds
from graph.owl_terms import AXIOM, STATEMENT, VERSION_IRI
from graph.prefixes import ontology_iri
from graph.statement_json import decode_statement
from graph.vocabulary import DEFAULT_ONTOLOGY, IMPORTS, ONTOLOGY, RDF_TYPE
from ingest.blank_nodes import blanks_in, identify, is_blank_id, rename
from ingest.document import ReadOptions
from ingest.ofn_scan import Item
from ingest.owl_choice import marked
from ingest.owl_prefixes import prefix_statement
from ingest.reporting import Report

_NAMES: Final = frozenset(AXIOMS)


@dataclass(slots=True)
class Reading:
    """What the items of a text came to: for each statement its axiom and its place."""

    ontology: Node = DEFAULT_ONTOLOGY
    said: list[tuple[Statement, str, Item]] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)

    def kinds(self) -> Kinds:
        """The kinds that the text declares."""
        return Kinds.among(statement for statement, _, _ in self.said)

    def statements(self) -> Iterator[tuple[Statement, Item]]:
        """Statements with the qualifiers that name axioms, blank nodes still as labelled."""
        kinds = self.kinds()
        for statement, name, item in self.said:
            yield (marked(statement, name, kinds, self.ontology) if name else statement), item


def identified(statements: Iterable[Statement], report: Report) -> frozenset[Statement]:
    """Statements with ids for their anonymous individuals that no renaming changes."""
    found = frozenset(statements)
    if not any(map(blanks_in, found)):
        return found
    taken = {n for s in found for n in (s.subject, *s.mentions()) if is_blank_id(n)}
    blank = identify(found, taken)
    if blank.doubtful:
        report.add(0, f"{len(blank.doubtful)} anonymous individuals cannot be told apart")
    return frozenset(rename(statement, blank.ids) for statement in found)


def read_items(items: Iterable[Item], options: ReadOptions) -> Reading:
    """The statements of items with their places, the problems with theirs."""
    reading = Reading()
    if options.ontology:
        reading.ontology = ontology_iri(options.ontology)
    names: list[Item] = []
    prefixes: dict[str, Item] = {}
    waiting = True
    for item in items:
        reading.spans.append((item.start, item.end))
        if item.name == "prefix":
            _note_prefix(item, prefixes, reading)
        elif item.name == "problem":
            reading.problems.append((item.start, f"{item.arguments[0]}; not read"))
        elif item.name == "iri":
            names.append(item)
            if len(names) > 2 or not waiting:
                reading.problems.append((item.start, "a name where an axiom is expected; not read"))
        elif item.name == "ontology" and not waiting:
            reading.problems.append((item.start, "a second ontology; read as part of the first"))
        elif item.name not in ("ontology", "end"):
            if waiting:
                _name(reading, names[:2])
                waiting = False
            _read_item(reading, item)
    if waiting:
        _name(reading, names[:2])
    for item in prefixes.values():
        prefix, namespace = item.arguments
        made = prefix_statement(reading.ontology, str(prefix), str(namespace))
        if made is not None:
            reading.said.append((made, "", item))
    return reading


def _note_prefix(item: Item, prefixes: dict[str, Item], reading: Reading) -> None:
    name = str(item.arguments[0])
    if name in prefixes:
        reading.problems.append((item.start, f"the prefix {name}: is declared twice"))
    prefixes.setdefault(name, item)


def _name(reading: Reading, names: list[Item]) -> None:
    """Take the ontology's IRI and version from the header."""
    if not names:
        return
    iri = names[0].arguments[0]
    reading.ontology = str(iri)
    reading.said.append((Statement(reading.ontology, RDF_TYPE, ONTOLOGY), "", names[0]))
    if len(names) > 1:
        version = names[1].arguments[0]
        reading.said.append((Statement(reading.ontology, VERSION_IRI, version), "", names[1]))


def _read_item(reading: Reading, item: Item) -> None:
    node, arguments = reading.ontology, item.arguments
    if item.name == "Import":
        if len(arguments) == 1 and isinstance(arguments[0], str):
            reading.said.append((Statement(node, IMPORTS, arguments[0]), "", item))
        else:
            reading.problems.append((item.start, "an import is one IRI; not read"))
    elif item.name == "Annotation":
        _read_annotation(reading, item)
    else:
        axiom = Axiom(item.name, arguments, item.annotations)
        if is_well_formed(axiom):
            reading.said.append((statement_of(axiom, node), item.name, item))
            return
        reason = "not as OWL wants it" if item.name in _NAMES else "no axiom of OWL"
        reading.problems.append((item.start, f"{item.name} is {reason}; kept as it is"))
        kept = Statement(node, AXIOM, Expression(item.name, arguments), item.annotations)
        reading.said.append((kept, "", item))


def _read_annotation(reading: Reading, item: Item) -> None:
    relation = item.arguments[0] if item.arguments else None
    if len(item.arguments) != 2 or not isinstance(relation, str):
        reading.problems.append((item.start, "an annotation is a property and a value; not read"))
        return
    value = item.arguments[1]
    statement = carried(relation, value, item.annotations)
    if statement is None:
        statement = Statement(reading.ontology, relation, value, item.annotations)
        reading.said.append((statement, "AnnotationAssertion", item))
    else:
        reading.said.append((statement, "", item))


def carried(relation: Node, value: Object, qualifiers: tuple[Qualifier, ...]) -> Statement | None:
    """The statement that an annotation of an ontology carries as text, if it is such a one."""
    if relation != STATEMENT or qualifiers or not isinstance(value, Literal):
        return None
    try:
        return decode_statement(value.value) if value == Literal(value.value) else None
    except ValueError:
        return None
