"""Axioms as RDF triples (OWL 2 Mapping to RDF Graphs, section 2): the inverse of lifting.

A statement whose triples would not be read as the same statement has none here: whoever writes
RDF says it in another way. Blank nodes that are made are labelled ``_:owl1``, ``_:owl2``...,
or otherwise where the statements have such labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

from graph.expression import Expression
from graph.model import Node, Object, Qualifier, Statement, in_order
from graph.owl_axioms import BINARY, CHARACTERISTICS, GROUP, SYMMETRIC, Axiom
from graph.owl_kinds import Kinds
from graph.owl_terms import AXIOM_KIND, DISJOINT_UNION, HAS_KEY, PROPERTY_CHAIN
from graph.vocabulary import DEFAULT_ONTOLOGY, ONTOLOGY, RDF_TYPE
from ingest.lowering_trees import NotSayableError, TreeWriter
from ingest.owl_choice import axiom_of, of_triple, triple_axiom
from ingest.owl_rdf_terms import (
    ALL_DIFFERENT,
    ALL_DISJOINT_CLASSES,
    ALL_DISJOINT_PROPERTIES,
    ANNOTATION_NODE,
    ASSERTION_PROPERTY,
    AXIOM_NODE,
    DISTINCT_MEMBERS,
    MEMBERS,
    NEGATIVE,
    PROPERTY,
    SOURCE,
    SOURCE_INDIVIDUAL,
    TARGET,
    TARGET_INDIVIDUAL,
    TARGET_VALUE,
)
from ingest.triples import Term, Triple

_Annotations: TypeAlias = tuple[Qualifier, ...]

#: Axioms over three or more that RDF says with a node and a list.
MEMBER_LISTS: Final[Mapping[str, tuple[Node, Node]]] = MappingProxyType(
    {
        "DisjointClasses": (ALL_DISJOINT_CLASSES, MEMBERS),
        "DisjointObjectProperties": (ALL_DISJOINT_PROPERTIES, MEMBERS),
        "DisjointDataProperties": (ALL_DISJOINT_PROPERTIES, MEMBERS),
        "DifferentIndividuals": (ALL_DIFFERENT, DISTINCT_MEMBERS),
    }
)
#: Predicates that a node of an axiom has for itself, so that none of them annotates it.
RESERVED: Final = frozenset(
    {
        RDF_TYPE,
        SOURCE,
        PROPERTY,
        TARGET,
        MEMBERS,
        DISTINCT_MEMBERS,
        SOURCE_INDIVIDUAL,
        ASSERTION_PROPERTY,
        TARGET_INDIVIDUAL,
        TARGET_VALUE,
    }
)


def ontology_of(types: Iterable[tuple[str, object]]) -> Node:
    """The node of axioms without a named subject, from (subject, type) pairs."""
    named = (s for s, kind in types if kind == ONTOLOGY and not s.startswith("_:"))
    return min(named, default=DEFAULT_ONTOLOGY)


def lower(statements: Iterable[Statement]) -> Iterator[Triple]:
    """Triples that :func:`ingest.lifting.lift` makes the statements of again."""
    given = in_order(set(statements))
    types = [(s.subject, s.object) for s in given if s.predicate == RDF_TYPE]
    kinds = Kinds.declared((s, kind) for s, kind in types if isinstance(kind, str))
    lowering = _Lowering(kinds, ontology_of(types), _free_stem(given))
    groups: dict[object, list[tuple[Statement, Axiom | None]]] = {}
    for statement in given:
        axiom = axiom_of(statement, kinds, lowering.ontology)
        said = lowering.triple_said(statement, axiom)
        if said is None and axiom is None:
            continue
        key = said.key if said else axiom and (axiom.operator, axiom.arguments)
        groups.setdefault(key, []).append((said or statement, None if said else axiom))
    for group in groups.values():
        yield from lowering.group(group)


def _free_stem(statements: Sequence[Statement]) -> str:
    """What labels may begin with so that no blank node of the statements has one of them."""
    taken = {n for s in statements for n in (s.subject, *s.mentions()) if n.startswith("_:owl")}
    stem = "_:owl"
    while any(label.startswith(stem) for label in taken):
        stem += "-"
    return stem


def is_header(main: Triple, ontology: Node) -> bool:
    """Whether a triple is an annotation of the ontology itself."""
    return main.subject == ontology and main.predicate != RDF_TYPE


@dataclass(slots=True)
class _Lowering:
    kinds: Kinds
    ontology: Node
    stem: str
    count: int = 0

    def triple_said(self, statement: Statement, axiom: Axiom | None) -> Statement | None:
        """The statement with the qualifiers that RDF must say, where it is a triple of terms.

        None for what needs a tree, and for what a triple would say otherwise.
        """
        if isinstance(statement.object, Expression):
            return None
        if axiom is not None and any(
            isinstance(a, Expression) for a in axiom.arguments if axiom.operator == "SubClassOf"
        ):
            return None
        bare = statement.with_qualifiers(())
        implied = of_triple(bare, self.kinds, self.ontology).qualifiers
        named = any(q.predicate == AXIOM_KIND for q in statement.qualifiers)
        if not implied:
            return statement
        if set(implied) <= set(statement.qualifiers):
            return statement.with_qualifiers(set(statement.qualifiers).difference(implied))
        return statement if named else None

    def group(self, group: Sequence[tuple[Statement, Axiom | None]]) -> Iterator[Triple]:
        """The triples of statements that say one thing with several sets of qualifiers."""
        statement, axiom = group[0]
        writer = TreeWriter(self.kinds, count=self.count, stem=self.stem)
        groups = [s.qualifiers if a is None else a.annotations for s, a in group]
        groups = [one for one in groups if _is_sayable(one)]
        if not groups:
            return
        try:
            if axiom is None:
                value = statement.object
                if isinstance(value, Expression):
                    return
                main = Triple(statement.subject, statement.predicate, value)
                writer.triples.append(main)
                self._reify(writer, main, groups, self._node_type(main))
            elif _has_node(axiom):
                for one in groups:
                    self._noded(writer, axiom, one)
            else:
                main = self._main(writer, axiom)
                self._reify(writer, main, groups, AXIOM_NODE)
        except NotSayableError:
            return
        self.count = writer.count
        yield from writer.triples

    def _node_type(self, main: Triple) -> Node:
        """Annotations of an ontology are annotated in a way of their own (table 2, TANN)."""
        return ANNOTATION_NODE if is_header(main, self.ontology) else AXIOM_NODE

    def _main(self, writer: TreeWriter, axiom: Axiom) -> Triple:
        subject, predicate, value = _ends(axiom)
        if axiom.operator == "HasKey":
            groups = [g for g in axiom.arguments[1:] if isinstance(g, Expression)]
            listed = writer.items(_keys(writer, groups))
            main = Triple(_name(writer.term(subject)), predicate, listed)
        elif axiom.operator == "DisjointUnion":
            main = Triple(_name(writer.term(subject)), predicate, writer.items(axiom.arguments[1:]))
        else:
            read = triple_axiom(subject, predicate, value, self.kinds)
            if read is None or read.operator != axiom.operator:
                raise NotSayableError(f"{axiom.operator} would be read as another axiom")
            main = Triple(_name(writer.term(subject)), predicate, writer.term(value))
        writer.triples.append(main)
        return main

    def _noded(self, writer: TreeWriter, axiom: Axiom, annotations: _Annotations) -> None:
        node = writer.blank()
        if axiom.operator in MEMBER_LISTS:
            kind, predicate = MEMBER_LISTS[axiom.operator]
            if kind == ALL_DISJOINT_PROPERTIES:
                _check_members(axiom, self.kinds)
            writer.say(node, RDF_TYPE, kind)
            writer.say(node, predicate, writer.items(axiom.arguments))
        else:
            relation, subject, value = axiom.arguments
            is_data = axiom.operator == "NegativeDataPropertyAssertion"
            writer.say(node, RDF_TYPE, NEGATIVE)
            writer.say(node, SOURCE_INDIVIDUAL, writer.term(subject))
            writer.say(node, ASSERTION_PROPERTY, writer.term(relation))
            writer.say(node, TARGET_VALUE if is_data else TARGET_INDIVIDUAL, writer.term(value))
        self._annotate(writer, node, annotations)

    def _reify(
        self, writer: TreeWriter, main: Triple, groups: Sequence[_Annotations], kind: Node
    ) -> None:
        """A node for each set of annotations; none for a lone empty one."""
        if len(groups) == 1 and not groups[0]:
            return
        for group in groups:
            node = writer.blank()
            writer.say(node, RDF_TYPE, kind)
            writer.say(node, SOURCE, main.subject)
            writer.say(node, PROPERTY, main.predicate)
            writer.say(node, TARGET, main.object)
            self._annotate(writer, node, group)

    def _annotate(self, writer: TreeWriter, node: str, annotations: _Annotations) -> None:
        by_pair: dict[tuple[Node, Object], list[_Annotations]] = {}
        for annotation in annotations:
            pair = (annotation.predicate, annotation.value)
            by_pair.setdefault(pair, []).append(annotation.qualifiers)
        for (predicate, value), nested in by_pair.items():
            said = Triple(node, predicate, writer.term(value))
            writer.triples.append(said)
            self._reify(writer, said, nested, ANNOTATION_NODE)


def _is_sayable(annotations: _Annotations) -> bool:
    return all(
        not isinstance(q.value, Expression)
        and q.predicate not in RESERVED
        and _is_sayable(q.qualifiers)
        for q in annotations
    )


def _name(term: Term) -> str:
    if not isinstance(term, str):
        raise NotSayableError("a literal as subject")
    return term


def _has_node(axiom: Axiom) -> bool:
    if axiom.operator.startswith("Negative"):
        return True
    return axiom.operator in MEMBER_LISTS and len(axiom.arguments) > 2


def _check_members(axiom: Axiom, kinds: Kinds) -> None:
    is_data = axiom.operator == "DisjointDataProperties"
    if are_data_properties(axiom.arguments, kinds) != is_data:
        raise NotSayableError("properties would be read as of another sort")


def are_data_properties(members: Sequence[Object], kinds: Kinds) -> bool:
    """Whether the members of a set of properties are taken for data properties."""
    return any(kinds.property_kind(m) == "Data" for m in members if isinstance(m, str))


def _keys(writer: TreeWriter, groups: Sequence[Expression]) -> list[Object]:
    objects, data = groups
    for sort, group in ((False, objects), (True, data)):
        for key in group.arguments:
            writer.check_key(key, sort)
    return [*objects.arguments, *data.arguments]


def _ends(axiom: Axiom) -> tuple[Object, Node, Object]:
    """Subject, predicate and object of an axiom's main triple. Raises NotSayableError."""
    name, arguments = axiom.operator, axiom.arguments
    if name in CHARACTERISTICS:
        return arguments[0], RDF_TYPE, CHARACTERISTICS[name]
    if name == "ClassAssertion":
        return arguments[1], RDF_TYPE, arguments[0]
    if name == "HasKey":
        return arguments[0], HAS_KEY, GROUP
    if name == "DisjointUnion":
        return arguments[0], DISJOINT_UNION, GROUP
    if name == "SubObjectPropertyOf" and _is_chain(arguments[0]):
        return arguments[1], PROPERTY_CHAIN, arguments[0]
    if len(arguments) == 2 and (name in BINARY or name in SYMMETRIC):
        predicate = BINARY[name][0] if name in BINARY else SYMMETRIC[name][0]
        return arguments[0], predicate, arguments[1]
    raise NotSayableError(f"no triples for {name}")


def _is_chain(value: Object) -> bool:
    return isinstance(value, Expression) and value.operator == "ObjectPropertyChain"
