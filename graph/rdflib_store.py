"""A snapshot as a store of rdflib: every pattern becomes one read, nothing is copied.

Nodes are URIRefs. Literals keep text, datatype and language as they are (``xsd:string`` is a
plain literal, as in RDF 1.1); what rdflib itself cannot hold is shown as near as it can: a language
tag that it refuses becomes the datatype ``rdf:langString``, white space in ``xsd:token`` and
``xsd:normalizedString`` is collapsed. An expression is a literal of datatype
``urn:kgdelta:expression`` with its text in OWL functional syntax. Qualifiers are not visible:
statements that differ in them alone are one triple.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NoReturn

from rdflib.store import Store
from rdflib.term import Literal as RdfLiteral
from rdflib.term import URIRef

from graph.errors import ReadOnlyError
from graph.expression import Expression
from graph.model import Key, Literal, Node, Object
from graph.snapshot import Snapshot
from graph.vocabulary import KGDELTA, LABEL, RDF_LANG_STRING, SYNONYMS, XSD, XSD_STRING

if TYPE_CHECKING:
    from rdflib.graph import _ContextType, _TripleType
    from rdflib.term import Identifier

    Found = tuple[_TripleType, Iterator[_ContextType | None]]

#: Datatype of the text of an expression.
EXPRESSION: Final = KGDELTA + "expression"
_NAMING: Final = frozenset({LABEL, *SYNONYMS})
_RESHAPED: Final = frozenset({XSD + "token", XSD + "normalizedString"})
_PREFIXES: Final[Mapping[str, str]] = {"xml": "http://www.w3.org/XML/1998/namespace"}


class SnapshotStore(Store):
    """Shows a snapshot to rdflib; everything that would change it raises ReadOnlyError."""

    def __init__(self, snapshot: Snapshot, namespaces: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.snapshot = snapshot
        self._namespaces: dict[str, URIRef] = {}
        for prefix, namespace in {**_PREFIXES, **(namespaces or {})}.items():
            self.bind(prefix, URIRef(namespace))

    def triples(
        self,
        triple_pattern: tuple[Any, Any, Any],
        context: Any = None,  # noqa: ARG002
    ) -> Iterator[Found]:
        """The triples that fit a pattern, in which None fits everything."""
        return self._matching(*map(_asked, triple_pattern))

    def triples_choices(
        self,
        triple: tuple[Any, Any, Any],
        context: Any = None,  # noqa: ARG002
    ) -> Generator[Found, None, None]:
        """The triples that fit a pattern with lists of terms in it; an empty list fits all."""
        yield from self._matching(*(_asked(term) or None for term in triple))

    def __len__(self, context: Any = None) -> int:
        """The number of triples; reads them all."""
        return sum(1 for _ in self._matching(None, None, None))

    def _matching(
        self,
        subjects: Collection[Identifier] | None,
        predicates: Collection[Identifier] | None,
        values: Collection[Identifier] | None,
    ) -> Iterator[Found]:
        nodes, along = _nodes(subjects), _nodes(predicates)
        for subject, predicate, value in self._keys(nodes, along, values):
            triple = URIRef(subject), URIRef(predicate), to_rdflib(value)
            yield triple, iter(())

    def _keys(
        self,
        subjects: Collection[Node] | None,
        predicates: Collection[Node] | None,
        values: Collection[Identifier] | None,
    ) -> Iterator[Key]:
        if values is None:
            yield from self._distinct(subjects, predicates, None)
            return
        nodes = _nodes(values)
        if nodes:
            yield from self._distinct(subjects, predicates, nodes)
        literals = {value for value in values if isinstance(value, RdfLiteral)}
        if literals:
            wanted = {_plain(literal) for literal in literals}
            if subjects is None and predicates is not None and _NAMING.issuperset(predicates):
                found = self.snapshot.find({literal.value for literal in wanted})
                subjects = {match.node for each in found.values() for match in each}
            for key in self._distinct(subjects, predicates, None):
                if _shown(key[2]) in wanted:
                    yield key

    def _distinct(
        self,
        subjects: Collection[Node] | None,
        predicates: Collection[Node] | None,
        objects: Collection[Node] | None,
    ) -> Iterator[Key]:
        """Keys of statements, each once, with no more of them in memory than have qualifiers."""
        qualified: dict[Key, None] = {}
        for statement in self.snapshot.statements(subjects, predicates, objects):
            if statement.qualifiers:
                qualified[statement.key] = None
            else:
                yield statement.key
        if qualified:
            for plain in self._plain_twins(qualified):
                qualified.pop(plain, None)
            yield from qualified

    def _plain_twins(self, keys: Iterable[Key]) -> Iterator[Key]:
        """Of the same subjects and predicates, the keys that stand without qualifiers too."""
        subjects, predicates = {key[0] for key in keys}, {key[1] for key in keys}
        for statement in self.snapshot.statements(subjects, predicates):
            if not statement.qualifiers:
                yield statement.key

    def bind(self, prefix: str, namespace: URIRef, override: bool = True) -> None:
        """Give a namespace a prefix, for queries; the graph does not change."""
        if override:
            held = self.prefix(namespace)
            if held is not None:
                del self._namespaces[held]
            self._namespaces[prefix] = namespace
        elif self.prefix(namespace) is None:
            self._namespaces.setdefault(prefix, namespace)

    def prefix(self, namespace: URIRef) -> str | None:
        """The prefix of a namespace."""
        return next((p for p, known in self._namespaces.items() if known == namespace), None)

    def namespace(self, prefix: str) -> URIRef | None:
        """The namespace of a prefix."""
        return self._namespaces.get(prefix)

    def namespaces(self) -> Iterator[tuple[str, URIRef]]:
        """All prefixes with their namespaces."""
        yield from list(self._namespaces.items())

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise ReadOnlyError(f"the state at {self.snapshot.version.name or 'no version'}")

    add = addN = remove = update = destroy = add_graph = remove_graph = _refuse  # noqa: N815


def to_rdflib(value: Object) -> URIRef | RdfLiteral:
    """An object as the term that rdflib sees."""
    if isinstance(value, str):
        return URIRef(value)
    if isinstance(value, Expression):
        return RdfLiteral(str(value), datatype=EXPRESSION, normalize=False)
    if value.language:
        try:
            return RdfLiteral(value.value, lang=value.language)
        except ValueError:
            return RdfLiteral(value.value, datatype=RDF_LANG_STRING, normalize=False)
    datatype = None if value.datatype == XSD_STRING else value.datatype
    return RdfLiteral(value.value, datatype=datatype, normalize=False)


def _plain(term: RdfLiteral) -> Literal:
    return Literal(str(term), str(term.datatype or XSD_STRING), term.language or "")


def _shown(value: Object) -> Literal | None:
    """An object as it comes back from rdflib where it is a literal there."""
    if isinstance(value, Literal) and not value.language and value.datatype not in _RESHAPED:
        return value
    term = to_rdflib(value)
    return _plain(term) if isinstance(term, RdfLiteral) else None


def _asked(term: Any) -> Collection[Identifier] | None:
    """A term or a list of terms of a pattern as a list, None for everything."""
    return term if term is None or isinstance(term, list) else [term]


def _nodes(terms: Collection[Identifier] | None) -> Collection[Node] | None:
    """The nodes among terms; there may be none, and then nothing fits."""
    return None if terms is None else {str(term) for term in terms if isinstance(term, URIRef)}
