"""Axioms of OWL out of RDF triples, exactly (OWL 2 Mapping to RDF Graphs, section 3).

Blank nodes become an axiom only where the axiom accounts for all that is said of them, and for
every mention of them; whatever is incomplete, shared or circular stays as it is. What a lifted
axiom does not keep is what OWL gives no meaning to: the order of the members of a set, and of two
class expressions that are equivalent or disjoint; ``rdf:type rdf:List``; which predicate gives the
members of ``owl:AllDifferent``; that one axiom is said twice; and whether an annotated
axiom's class expression is in the annotation by itself or as a copy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from graph.expression import Expression
from graph.model import Node, Object, Qualifier, Statement
from graph.owl_axioms import Axiom, is_well_formed, statement_of
from graph.owl_kinds import Kinds, is_data_key
from graph.owl_terms import (
    AXIOM_KIND,
    DISJOINT_UNION,
    HAS_KEY,
    LOGICAL_PREDICATES,
    PROPERTY_CHAIN,
)
from graph.vocabulary import OWL, RDF_TYPE
from ingest.lifting_annotations import Annotating, AnnotationReader, distinct
from ingest.lifting_trees import NoTreeError, Tree, TreeReader, expression
from ingest.lowering import MEMBER_LISTS, are_data_properties, ontology_of
from ingest.owl_choice import axiom_of, marked, of_triple, triple_axiom
from ingest.owl_rdf_terms import (
    ALL_DIFFERENT,
    ALL_DISJOINT_CLASSES,
    ALL_DISJOINT_PROPERTIES,
    ASSERTION_PROPERTY,
    AXIOM_NODE,
    DISTINCT_MEMBERS,
    MEMBERS,
    NEGATIVE,
    RESTRICTION,
    SOURCE_INDIVIDUAL,
    TARGET_INDIVIDUAL,
    TARGET_VALUE,
)
from ingest.triples import Term, Triple, is_blank

_ON_LISTS: Final = frozenset({PROPERTY_CHAIN, HAS_KEY, DISJOINT_UNION})
_NODES: Final = frozenset({ALL_DISJOINT_CLASSES, ALL_DISJOINT_PROPERTIES, ALL_DIFFERENT, NEGATIVE})
#: Types of nodes that are part of an axiom, so that one left over tells of an incomplete axiom.
_TELLING: Final = (*sorted(_NODES), AXIOM_NODE, RESTRICTION)


@dataclass(frozen=True, slots=True)
class Lifted:
    """Statements that triples say, the triples that no statement accounts for, and what is odd.

    ``rest`` are statements as they stand, their blank nodes still to be given ids.
    """

    statements: list[Statement]
    rest: list[Triple]
    problems: list[str] = field(default_factory=list)


def lift(triples: Sequence[Triple]) -> Lifted:
    """The axioms among the triples of one graph; blank nodes keep their labels."""
    unique = list(dict.fromkeys(triples))
    lifting = _Lifting(unique)
    lifting.nodes()
    lifting.trees()
    lifting.plain()
    rest = [t for number, t in enumerate(unique) if number not in lifting.used]
    return Lifted(lifting.statements, rest, list(_odd(rest)))


def _odd(rest: Sequence[Triple]) -> Iterator[str]:
    """Constructs of OWL that are left as triples."""
    left = Counter(t.object for t in rest if t.predicate == RDF_TYPE and is_blank(t.subject))
    for kind in _TELLING:
        if left[kind]:
            name = kind.replace(OWL, "owl:")
            yield f"{left[kind]:,} of {name} are not as OWL wants them; kept as triples"


class _Lifting:
    def __init__(self, triples: Sequence[Triple]) -> None:
        self.triples = triples
        self.statements: list[Statement] = []
        self.used: set[int] = set()
        types = [(t.subject, t.object) for t in triples if t.predicate == RDF_TYPE]
        self.ontology = ontology_of(types)
        self.kinds = Kinds.declared((s, kind) for s, kind in types if isinstance(kind, str))
        about: dict[str, list[int]] = {}
        mentions: Counter[str] = Counter()
        for number, triple in enumerate(triples):
            if triple.subject.startswith("_:"):
                about.setdefault(triple.subject, []).append(number)
            if isinstance(triple.object, str) and triple.object.startswith("_:"):
                mentions[triple.object] += 1
        self.about, self.mentions = about, mentions
        self.reader = TreeReader(triples, self.kinds, about, mentions)
        self.annotations = AnnotationReader(triples, about, mentions, self.ontology)
        self.copies: dict[tuple[Object, str, Object], list[Annotating]] = {}
        self._find_copies()

    def _find_copies(self) -> None:
        """Annotations of axioms that hold a copy of the axiom's class expressions."""
        for label, source, predicate, target in self.annotations.ends():
            tree = Tree("")
            try:
                ends = [self._copy(end, predicate, tree) for end in (source, target)]
            except NoTreeError:
                continue
            made = self.annotations.copied(label, tree.triples)
            if made is not None:
                self.copies.setdefault((ends[0], predicate, ends[1]), []).append(made)

    def _copy(self, end: Term, predicate: str, tree: Tree) -> Object:
        if isinstance(end, str) and end.startswith("_:") and self.mentions[end] != 1:
            raise NoTreeError
        return self._construct(end, predicate, tree)

    def nodes(self) -> None:
        """Axioms that have a node of their own."""
        for triple in self.triples:
            kind = triple.object
            if triple.predicate != RDF_TYPE or kind not in _NODES or not is_blank(triple.subject):
                continue
            try:
                self._node(triple.subject, str(kind))
            except NoTreeError:
                continue

    def _node(self, label: str, kind: Node) -> None:
        said: dict[Node, int] = {}
        beside: list[int] = []
        parts = (RDF_TYPE, MEMBERS, DISTINCT_MEMBERS) if kind != NEGATIVE else _NEGATIVE_PARTS
        for number in self.about[label]:
            predicate = self.triples[number].predicate
            if predicate not in parts:
                beside.append(number)
            elif predicate in said:
                raise NoTreeError
            else:
                said[predicate] = number
        tree = Tree("", list(said.values()))
        axiom = self._negative(said, tree) if kind == NEGATIVE else self._members(kind, said, tree)
        own = self.annotations.own(label, beside)
        if own is None:
            raise NoTreeError
        self._add(axiom, [own], tree.triples)

    def _members(self, kind: Node, said: dict[Node, int], tree: Tree) -> Axiom:
        predicates = said.keys() - {RDF_TYPE}
        if len(predicates) != 1 or (kind != ALL_DIFFERENT and DISTINCT_MEMBERS in predicates):
            raise NoTreeError
        head = self.triples[said[predicates.pop()]].object
        members = self.reader.items(head, tree, 0, individuals=kind == ALL_DIFFERENT)
        if len(members) < 3:
            raise NoTreeError
        names = [name for name, (of, _) in MEMBER_LISTS.items() if of == kind]
        is_data = len(names) > 1 and are_data_properties(members, self.kinds)
        return Axiom(names[is_data], expression(names[is_data], members).arguments)

    def _negative(self, said: dict[Node, int], tree: Tree) -> Axiom:
        terms = {predicate: self.triples[number].object for predicate, number in said.items()}
        value = terms.get(TARGET_INDIVIDUAL, terms.get(TARGET_VALUE))
        relation, subject = terms.get(ASSERTION_PROPERTY), terms.get(SOURCE_INDIVIDUAL)
        if len(terms) != 4 or isinstance(relation, Triple) or isinstance(subject, Triple):
            raise NoTreeError
        if relation is None or subject is None or value is None or isinstance(value, Triple):
            raise NoTreeError
        sort = "Data" if TARGET_VALUE in terms else "Object"
        arguments = (self.reader.part(relation, tree, 0), subject, value)
        return Axiom(f"Negative{sort}PropertyAssertion", arguments)

    def trees(self) -> None:
        """Axioms that have a construct as subject or object."""
        for number, triple in enumerate(self.triples):
            if number in self.used or triple.predicate not in LOGICAL_PREDICATES:
                continue
            if not is_blank(triple.subject) and not is_blank(triple.object):
                continue
            try:
                self._tree(number, triple)
            except NoTreeError:
                continue

    def _tree(self, number: int, triple: Triple) -> None:
        found = self.annotations.of(triple)
        annotating = sum(one.nodes for one in found)
        tree = Tree("", [number])
        subject: Object = triple.subject
        if is_blank(triple.object) and self.mentions[str(triple.object)] != 1 + annotating:
            raise NoTreeError
        value = self._construct(triple.object, triple.predicate, tree)
        if is_blank(triple.subject):
            subject = self._subject(triple, number, tree, annotating)
        if not isinstance(subject, Expression) and not isinstance(value, Expression):
            raise NoTreeError
        axiom = triple_axiom(subject, triple.predicate, value, self.kinds)
        if axiom is None:
            raise NoTreeError
        copies = self.copies.get((subject, triple.predicate, value), [])
        free = [one for one in copies if self.used.isdisjoint(one.triples)]
        self._add(axiom, distinct([*found, *free]), tree.triples)

    def _construct(self, term: Term, predicate: str, tree: Tree) -> Object:
        """A term, or the construct of a blank node whose mentions have been looked at."""
        if isinstance(term, Triple):
            raise NoTreeError
        if not isinstance(term, str) or not term.startswith("_:"):
            return term
        if predicate in _ON_LISTS:
            return self._listed(term, predicate, tree)
        inner = self.reader.tree(term)
        tree.triples += inner.triples
        return inner.value

    def _listed(self, head: str, predicate: str, tree: Tree) -> Expression:
        """The tree of a list that is the object of an axiom."""
        members = self.reader.items(head, tree, 1, owned=True)
        if predicate == PROPERTY_CHAIN:
            return Expression("ObjectPropertyChain", tuple(members))
        if predicate == DISJOINT_UNION:
            return expression("ObjectUnionOf", members)
        if len(set(members)) != len(members):
            raise NoTreeError
        tagged = [
            Expression("DataProperty", (key,)) if is_data_key(self.kinds, key) else key
            for key in members
        ]
        return Expression("HasKey", tuple(tagged))

    def _subject(self, triple: Triple, number: int, tree: Tree, annotated: int) -> Object:
        label = triple.subject
        try:
            if self.mentions[label] != annotated:
                raise NoTreeError
            inner = self.reader.tree(label, apart=number)
        except NoTreeError:
            if triple.predicate != RDF_TYPE:
                raise
            return label
        tree.triples += inner.triples
        return inner.value

    def _add(self, axiom: Axiom, found: Sequence[Annotating], numbers: Sequence[int]) -> None:
        """The statements of an axiom, one for each set of its annotations."""
        if not is_well_formed(axiom):
            raise NoTreeError
        made = []
        for qualifiers in [one.qualifiers for one in found] or [()]:
            whole = Axiom(axiom.operator, axiom.arguments, qualifiers)
            statement = statement_of(whole, self.ontology)
            statement = marked(statement, axiom.operator, self.kinds, self.ontology)
            back = axiom_of(statement, self.kinds, self.ontology)
            if back is None or back.operator != axiom.operator:
                raise NoTreeError
            made.append(statement)
        self.statements += made
        self._use(found, numbers)

    def _use(self, found: Sequence[Annotating], numbers: Sequence[int]) -> None:
        self.used.update(numbers)
        for one in found:
            self.used.update(one.triples)

    def plain(self) -> None:
        """Triples of terms that are annotated, or would be taken for another axiom."""
        for number, triple in enumerate(self.triples):
            value = triple.object
            if number in self.used or isinstance(value, Triple):
                continue
            bare = Statement(triple.subject, triple.predicate, value)
            told = of_triple(bare, self.kinds, self.ontology)
            found = [
                one
                for one in self.annotations.of(triple)
                if self.used.isdisjoint(one.triples) and number not in one.triples
            ]
            if not found and told is bare:
                continue
            for one in found:
                self.statements.append(_told(told, one.qualifiers))
            if not found:
                self.statements.append(told)
            self._use(found, [number])


def _told(told: Statement, qualifiers: tuple[Qualifier, ...]) -> Statement:
    named = any(q.predicate == AXIOM_KIND for q in qualifiers)
    implied = () if named else told.qualifiers
    return told.with_qualifiers((*implied, *qualifiers))


_NEGATIVE_PARTS: Final = (
    RDF_TYPE,
    SOURCE_INDIVIDUAL,
    ASSERTION_PROPERTY,
    TARGET_INDIVIDUAL,
    TARGET_VALUE,
)
