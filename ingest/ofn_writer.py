"""Graphs as OWL functional syntax, laid out as ROBOT lays it out, so that diffs stay small."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Final

from graph.expression import Expression
from graph.model import Literal, Node
from graph.owl_axioms import Axiom
from graph.prefixes import ontology_node
from graph.vocabulary import LABEL
from ingest.ofn_order import annotation_rank, axiom_rank, name_rank, value_rank
from ingest.ofn_text import TextWriter
from ingest.owl_signature import gather_annotation, signature
from ingest.owl_writing import Contents, contents

if TYPE_CHECKING:
    from graph.snapshot import Snapshot

#: Sections of a file: the kind of their entities, the heading, and the word before each entity.
SECTIONS: Final = (
    ("AnnotationProperty", "Annotation Properties", "Annotation Property"),
    ("ObjectProperty", "Object Properties", "Object Property"),
    ("DataProperty", "Data Properties", "Data Property"),
    ("Datatype", "Datatypes", "Datatype"),
    ("Class", "Classes", "Class"),
    ("NamedIndividual", "Named Individuals", "Individual"),
)
_DECLARED_ORDER: Final = (
    "Class",
    "ObjectProperty",
    "DataProperty",
    "NamedIndividual",
    "AnnotationProperty",
    "Datatype",
)
_FRAME: Final = "#" * 28
#: Axioms whose entity is not the first of their parts, and those that have none.
_SECOND: Final = frozenset(
    {
        "ClassAssertion",
        "ObjectPropertyAssertion",
        "NegativeObjectPropertyAssertion",
        "DataPropertyAssertion",
        "NegativeDataPropertyAssertion",
    }
)
_NOWHERE: Final = frozenset({"DifferentIndividuals", "HasKey", "DLSafeRule"})
_KIND_OF: Final[Mapping[str, str]] = {
    "SubClassOf": "Class",
    "EquivalentClasses": "Class",
    "DisjointClasses": "Class",
    "DisjointUnion": "Class",
    "SameIndividual": "NamedIndividual",
    "DatatypeDefinition": "Datatype",
    **dict.fromkeys(_SECOND, "NamedIndividual"),
}

_NUMBERS: Final = {kind: number for number, (kind, _, _) in enumerate(SECTIONS)}

#: The section and the entity that an axiom stands under.
Place = tuple[int, Node]


def write_ofn(snapshot: Snapshot, stream: IO[bytes]) -> None:
    """Write a state; every statement is read back from it the same."""
    made = contents(snapshot.statements(), ontology_node(snapshot))
    stream.write("\n".join(lines(made)).encode())


def lines(made: Contents) -> Iterator[str]:
    """The lines of a file; literals may have line breaks of their own."""
    text = TextWriter(made.namespaces)
    for prefix in prefix_order(made.namespaces):
        yield prefix_line(prefix, made.namespaces[prefix])
    yield from ("", "", "Ontology(" + (f"<{made.ontology}>" if made.named else ""))
    if made.version:
        yield f"<{made.version}>"
    yield from (import_line(node) for node in sorted(made.imports, key=name_rank))
    yield from (text.annotation(q) for q in sorted(made.header, key=annotation_rank))
    yield ""
    layout = Arrangement(made)
    yield from (text.axiom(axiom) for axiom in layout.declarations)
    for number, (kind, heading, word) in enumerate(SECTIONS):
        entities = layout.sections[number]
        if entities:
            yield from heading_lines(heading)
        for entity in sorted(entities, key=name_rank):
            yield from (f"# {word}: {layout.title(entity, text)}", "")
            yield from map(text.axiom, sorted(entities[entity], key=entity_rank))
            yield ""
        if layout.names[kind]:
            yield ""
    yield from map(text.axiom, sorted(layout.rest, key=axiom_rank))
    yield ")"


def heading_lines(heading: str) -> tuple[str, ...]:
    """The lines that begin a section."""
    return (_FRAME, f"#   {heading}", _FRAME, "")


def prefix_order(prefixes: Iterable[str]) -> list[str]:
    """Prefixes as they are written: the short ones first."""
    return sorted(prefixes, key=lambda prefix: (len(prefix), prefix))


def prefix_line(prefix: str, namespace: str) -> str:
    """The declaration of a prefix."""
    return f"Prefix({prefix}:=<{namespace}>)"


def import_line(node: Node) -> str:
    """An import."""
    return f"Import(<{node}>)"


def entity_rank(axiom: Axiom) -> tuple[object, ...]:
    """The axioms of one entity: annotations first."""
    return (axiom.operator != "AnnotationAssertion", axiom_rank(axiom))


def declared_rank(axiom: Axiom) -> tuple[object, ...]:
    """Declarations by kind, then by name."""
    entity = axiom.arguments[0]
    if not isinstance(entity, Expression):
        return (len(_DECLARED_ORDER),)
    node = entity.arguments[0]
    return (_DECLARED_ORDER.index(entity.operator), value_rank(node), axiom_rank(axiom))


@dataclass(slots=True)
class Arrangement:
    """The axioms of a file under their entities, the first that has a claim."""

    made: Contents
    names: dict[str, set[Node]] = field(init=False)
    declarations: list[Axiom] = field(init=False)
    sections: list[dict[Node, list[Axiom]]] = field(init=False)
    rest: list[Axiom] = field(default_factory=list)
    _labels: dict[Node, Literal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.names = signature(self.made.axioms)
        for qualifier in self.made.header:
            gather_annotation(qualifier, self.names)
        self.sections = [{} for _ in SECTIONS]
        found: list[Axiom] = []
        for axiom in self.made.axioms:
            if axiom.operator == "Declaration":
                found.append(axiom)
                continue
            self._note_label(axiom)
            place = place_of(axiom, self.names)
            if place is None:
                self.rest.append(axiom)
                for number, entity in mentioned(axiom):
                    self.sections[number].setdefault(entity, [])
            else:
                self.sections[place[0]].setdefault(place[1], []).append(axiom)
        self.declarations = sorted(found, key=declared_rank)

    def _note_label(self, axiom: Axiom) -> None:
        if axiom.operator != "AnnotationAssertion" or axiom.arguments[0] != LABEL:
            return
        _, subject, value = axiom.arguments
        if isinstance(value, Literal) and isinstance(subject, str):
            known = self._labels.get(subject)
            if known is None or _label_rank(value) < _label_rank(known):
                self._labels[subject] = value

    def title(self, entity: Node, text: TextWriter) -> str:
        """The name and the label of an entity, as comments have them."""
        name = text.name(entity)
        label = self._labels.get(entity)
        shown = label.value if label is not None else name
        return f"{name} ({shown})".replace("\n", "\n# ")


def _label_rank(label: Literal) -> tuple[bool, str, str]:
    return (bool(label.language), label.value, label.datatype)


def mentioned(axiom: Axiom) -> Iterator[Place]:
    """Entities that have a comment of their own because of an axiom that stands at the end."""
    kind = {"DisjointClasses": "Class", "DifferentIndividuals": "NamedIndividual"}
    if axiom.operator not in kind:
        return
    number = _NUMBERS[kind[axiom.operator]]
    for part in axiom.arguments:
        if isinstance(part, str) and not part.startswith("_:"):
            yield number, part


def place_of(axiom: Axiom, names: Mapping[str, set[Node]]) -> Place | None:
    """The section and entity of an axiom among the names of an ontology; None for the end."""
    operator, parts = axiom.operator, axiom.arguments
    if operator == "AnnotationAssertion":
        subject = parts[1]
        for number, (kind, _, _) in enumerate(SECTIONS):
            if isinstance(subject, str) and subject in names[kind]:
                return number, subject
        return None
    kind = _kind_of(operator)
    if not kind or (operator == "DisjointClasses" and len(parts) > 2):
        return None
    entity = _entity(operator, parts)
    if entity is None:
        return None
    return _NUMBERS[kind], entity


def _kind_of(operator: str) -> str:
    if operator in _NOWHERE:
        return ""
    known = _KIND_OF.get(operator)
    if known is not None:
        return known
    for sort in ("Annotation", "Object", "Data"):
        if f"{sort}Propert" in operator:
            return f"{sort}Property"
    return ""


def _entity(operator: str, parts: Sequence[object]) -> Node | None:
    if operator in _SECOND:
        parts = parts[1:2]
    elif not (operator.startswith(("Equivalent", "Disjoint", "Same", "Inverse"))):
        parts = parts[:1]
    if operator == "DisjointUnion" or operator.startswith("InverseFunctional"):
        parts = parts[:1]
    named = [p for p in parts if isinstance(p, str) and not p.startswith("_:")]
    return min(named, key=name_rank, default=None)
