"""What stands in Neo4j beside what the logs say should: the difference that others made."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from graph.errors import CorruptStoreError
from graph.model import Delta, Literal, Node, Qualifier, Statement, canonical_qualifiers
from graph.neo4j.foreign_values import NEO4J, literal_of, properties_of
from graph.neo4j.ledger import Asking, Ledger
from graph.neo4j.naming import CLOSED, MENTIONS, typed
from graph.neo4j.native_values import PROPERTY
from graph.neo4j.rows import SHAPE, Decoder
from graph.neo4j.said_properties import (
    OWN_OF_RELATIONSHIPS,
    follows_neo4j,
    name_on_node,
    name_on_relationship,
    of_node,
    of_relationship,
)
from graph.neo4j.shown_properties import OF_NODE, OF_RELATIONSHIP, Showing, asked_of
from graph.neo4j.states import States
from graph.prefixes import encode_local
from graph.snapshot import choose_label
from graph.vocabulary import DEFINITION, LABEL, RDF_TYPE, SYNONYMS, XSD_STRING

_PAGE: Final = 2_000
#: Entries of the main line read in one question.
_ENTRIES: Final = 100
_ROWS: Final = f"""MATCH (s:Entity) WHERE s.graph = $graph AND s.id > $last
WITH s ORDER BY s.id LIMIT $page
RETURN s.id, labels(s), [s.label, s.definition, s.synonyms],
    {OF_NODE}, COLLECT {{
    MATCH (s)-[r]->(o) WHERE NOT type(r) IN $mentions RETURN [elementId(r),
        CASE WHEN o.graph = $graph AND (o:Entity OR o:Value) THEN {SHAPE} END,
        r.since, r.until, r.row,
        CASE WHEN r.since IS NULL THEN {properties_of("r")}
            ELSE {OF_RELATIONSHIP} END] }}, COLLECT {{
    MATCH (s)-[m]->(o) WHERE type(m) IN $mentions
    RETURN [elementId(m), o.id, m.row, m.since, m.until] }}"""
#: Whether all properties of this graph's nodes were ever shown, so that a missing one was taken.
_SHOWS: Final = "MATCH (g:VersionedGraph {name: $graph}) RETURN coalesce(g.shows, false)"

#: A statement of the main line, from which entry on, and up to which.
Stand = tuple[Statement, int, int | None]


@dataclass(slots=True)
class Found:
    """What differs; ``foreign`` counts relationships that lead out of the graph and are left."""

    #: Relationships that no commit made, mentions among them, by their element ids.
    extra: list[str] = field(default_factory=list)
    #: What is not there, with the commit that set it where that is not the one of its entry.
    missing: list[tuple[Stand, int | None]] = field(default_factory=list)
    #: Nodes whose label, definition, synonyms or labels are not those of their statements.
    shown: set[Node] = field(default_factory=set)
    #: What others said and took back.
    delta: Delta = field(default_factory=Delta)
    foreign: int = 0

    def __bool__(self) -> bool:
        return bool(self.extra or self.missing or self.shown)


class Comparing:
    """One pass over a graph; it reads all entries, and all relationships."""

    def __init__(self, asking: Asking, states: States, ledger: Ledger, graph: str) -> None:
        self._asking = asking
        self._states = states
        self._ledger = ledger
        self._graph = graph
        self._decoder = Decoder(graph, ledger.predicate_of)
        self._found = Found()
        self._live: set[Statement] = set()
        self._expected: dict[Stand, int | None] = {}
        self._added: set[Statement] = set()
        self._removed: set[Statement] = set()
        self._follows = follows_neo4j(ledger.names.types)
        self._shows = False
        #: What others said a node has a text or property of: the node, and the predicate.
        self._named: set[tuple[Node, Node]] = set()
        #: Labels, definitions and properties as the logs have them, by subject.
        self._texts: defaultdict[Node, list[Statement]] = defaultdict(list)
        #: What holds, and is made again only for what it mentions.
        self._remade: set[Statement] = set()

    def run(self) -> Found:
        """Compare. Raises CorruptStoreError for logs that cannot be read."""
        self._read_logs()
        self._shows = bool(self._asking.rows(_SHOWS, graph=self._graph)[0][0])
        left = dict(self._expected)
        for node, labels, shown, properties, rows, mentions in self._pages():
            said = self._compare(rows, mentions, left)
            self._compare_shown(node, labels, shown, said)
            if self._follows:
                self._compare_labels(node, set(labels), said)
                self._compare_properties(node, Showing(properties or ()), said)
        self._found.missing = list(left.items())
        gone = {s for (s, _, until), _ in self._found.missing if until is None}
        self._removed |= gone - self._added - self._remade
        self._found.delta = Delta(
            frozenset(self._removed & self._live), frozenset(self._added - self._live)
        )
        return self._found

    def _read_logs(self) -> None:
        """All stands that entries made, in the order of the main line."""
        open_since: dict[Statement, tuple[int, int | None]] = {}
        for start in range(0, self._ledger.seq, _ENTRIES):
            entries = self._states.entered(start, min(start + _ENTRIES, self._ledger.seq))
            for seq, (number, entry) in enumerate(entries, start + 1):
                for statement in entry.removed:
                    stand = open_since.pop(statement, None)
                    if stand is None:
                        reason = f"damaged: entry {seq} removes what is not there: {statement}"
                        raise CorruptStoreError(self._graph, reason)
                    self._expected[statement, stand[0], seq] = stand[1]
                for statement in entry.added:
                    origin = entry.origins.get(statement)
                    open_since[statement] = (seq, None if origin == number else origin)
        for statement, (since, origin) in open_since.items():
            self._expected[statement, since, None] = origin
        self._live = set(open_since)
        for statement in self._live:
            if statement.predicate in (LABEL, DEFINITION) or (
                self._follows
                and (statement.predicate == RDF_TYPE or statement.predicate.startswith(PROPERTY))
            ):
                self._texts[statement.subject].append(statement)

    def _compare(
        self, rows: list[Any], mentions: list[Any], left: dict[Stand, int | None]
    ) -> set[Statement]:
        """Take what is as it should be off what is left; gives what holds of a node."""
        told: list[tuple[str, Stand | None, int | None]] = []
        inner: Counter[tuple[Node, int | None, int, int | None]] = Counter()
        for element, shape, since, until, row, properties in rows:
            if shape is None:
                self._found.foreign += 1
                continue
            stand = None if since is None else self._stand(shape, since, until)
            if stand is None or stand not in left:
                self._take(shape, until, properties)
                self._found.extra.append(element)
                continue
            if self._follows and isinstance(stand[0].object, str):
                said_there = Showing(properties or ())
                if not said_there.fits(of_relationship(stand[0].qualifiers)):
                    self._requalify(stand, said_there)
                    self._found.extra.append(element)
                    continue
            told.append((element, stand, row))
            for node in stand[0].inner_nodes():
                inner[node, row, since, until] += 1
        whole = inner == Counter(tuple(mention[1:]) for mention in mentions)
        if not whole:
            self._found.extra += [mention[0] for mention in mentions]
        said: set[Statement] = set()
        for element, stand, _ in told:
            if stand is None or stand not in left or (not whole and stand[0].inner_nodes()):
                # A second one that says the same, or one whose mentions are made anew.
                self._found.extra.append(element)
                if stand is not None and stand in left:
                    self._remade.add(stand[0])
                    said |= {stand[0]} if stand[2] is None else set()
                continue
            del left[stand]
            if stand[2] is None:
                said.add(stand[0])
        return said

    def _stand(self, shape: list[Any], since: int, until: int | None) -> Stand | None:
        if (until is None) == shape[1].endswith(CLOSED):
            return None
        try:
            (statement,) = self._decoder.statements([shape])
        except CorruptStoreError:
            return None
        return statement, since, until

    def _take(self, shape: list[Any], until: int | None, properties: Any) -> None:
        """Take over what others said, where it says that it holds."""
        subject, kind, value, qualifiers = shape
        if until is not None or kind.endswith(CLOSED):
            return
        known = self._ledger.predicate_of
        predicate = known.get(kind) or NEO4J + "type:" + encode_local(kind)
        with_predicate = Decoder(self._graph, {kind: predicate})
        try:
            (statement,) = with_predicate.statements([[subject, kind, value, qualifiers]])
        except CorruptStoreError:
            return
        if qualifiers is None and properties:
            own = tuple(_qualifiers(properties))
            statement = Statement(statement.subject, predicate, statement.object, own)
        self._add(statement)

    def _add(self, statement: Statement) -> None:
        self._added.add(statement)
        self._named.add((statement.subject, statement.predicate))

    def _requalify(self, stand: Stand, there: Showing) -> None:
        """Take properties that others set on a relationship for a change of its qualifiers."""
        old, _, until = stand
        if until is not None:
            return
        before = of_relationship(old.qualifiers)
        changed = there.changed(before)
        kept = [q for q in old.qualifiers if name_on_relationship(q.predicate) not in changed]
        new = [
            Qualifier(PROPERTY + encode_local(name), there.literals[name])
            for name in sorted(changed & there.literals.keys())
        ]
        self._removed.add(old)
        qualifiers = canonical_qualifiers([*kept, *new])
        self._add(Statement(old.subject, old.predicate, old.object, qualifiers))

    def _compare_labels(self, node: Node, labels: set[str], said: set[Statement]) -> None:
        """Take labels that others gave a node, or took from it, for changes of its types."""
        fixed = self._ledger.names.labels
        told = typed(labels, fixed)
        if told != _typing(said).keys():
            self._found.shown.add(node)
        before = _typing(self._texts.get(node, ()))
        for kind in told - before.keys():
            self._add(Statement(node, RDF_TYPE, kind))
        if self._shows:
            self._removed |= {one for kind, one in before.items() if kind not in told}

    def _compare_properties(self, node: Node, there: Showing, said: set[Statement]) -> None:
        """Compare the properties of a node; what others set or took there counts as said."""
        also = self._ledger.label_property
        if not there.fits({name: native for name, (_, native) in of_node(said, also).items()}):
            self._found.shown.add(node)
        texts = self._texts.get(node, ())
        before = of_node(texts, also)
        for name in sorted(there.changed({name: native for name, (_, native) in before.items()})):
            predicate = PROPERTY + encode_local(name)
            if name in there.literals:
                old = before[name][0] if name in before else None
                value = there.literals[name]
                if name == also and value.datatype == XSD_STRING:
                    predicate = LABEL
                    if old is not None and isinstance(old.object, Literal):
                        value = (
                            old.object.with_value(value.value) if old.predicate == LABEL else value
                        )
                self._rewrite(node, predicate, old, value)
            elif self._shows and (node, predicate) not in self._named:
                self._removed |= {s for s in texts if name_on_node(s.predicate, also) == name}

    def _compare_shown(
        self, node: Node, labels: list[str], shown: list[Any], said: set[Statement]
    ) -> None:
        """Compare what a node shows; a text that others set there counts as said by them."""
        here, before = _Shown(said), _Shown(self._texts.get(node, ()))
        fixed = self._ledger.names.labels
        types = {fixed.get(s.object, "") for s in said if s.predicate == RDF_TYPE}  # type: ignore[arg-type]
        synonyms = sorted(shown[2]) if shown[2] else None
        if [here.text(LABEL), here.text(DEFINITION), here.synonyms] != [
            *shown[:2],
            synonyms,
        ] or types != set(fixed.values()) & set(labels):
            self._found.shown.add(node)
        for predicate, text in ((LABEL, shown[0]), (DEFINITION, shown[1])):
            if isinstance(text, str) and text != before.text(predicate):
                old = before.chosen(predicate)
                value = Literal(text)
                if old is not None and isinstance(old.object, Literal):
                    value = old.object.with_value(text)
                self._rewrite(node, predicate, old, value)

    def _rewrite(self, node: Node, predicate: Node, old: Statement | None, value: Literal) -> None:
        """Take a value that others set on a node for a change of the statement it shows."""
        if (node, predicate) in self._named:
            return
        if old is not None:
            self._removed.add(old)
        self._add(Statement(node, predicate, value, () if old is None else old.qualifiers))

    def _pages(self) -> Iterator[list[Any]]:
        last = ""
        asked: dict[str, Any] = {
            "graph": self._graph,
            "mentions": [MENTIONS, MENTIONS + CLOSED],
            **asked_of(self._follows),
        }
        while True:
            page = self._asking.rows(_ROWS, **asked, last=last, page=_PAGE)
            if not page:
                return
            yield from page
            last = page[-1][0]


class _Shown:
    """What statements about one node make it show."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        self._by_text: defaultdict[Node, dict[Literal, Statement]] = defaultdict(dict)
        for statement in statements:
            if isinstance(statement.object, Literal):
                self._by_text[statement.predicate][statement.object] = statement

    def chosen(self, predicate: Node) -> Statement | None:
        """The statement whose text is shown for a label or a definition."""
        texts = self._by_text[predicate]
        if not texts:
            return None
        if predicate == LABEL:
            return texts[choose_label(texts)]
        return texts[min(texts, key=lambda one: one.value)]

    def text(self, predicate: Node) -> str | None:
        """That text."""
        found = self.chosen(predicate)
        return found.object.value if found and isinstance(found.object, Literal) else None

    @property
    def synonyms(self) -> list[str] | None:
        """The texts of all synonyms."""
        return sorted({one.value for p in SYNONYMS for one in self._by_text[p]}) or None


def _typing(statements: Iterable[Statement]) -> dict[Node, Statement]:
    """What says the types of a node, by type."""
    return {
        statement.object: statement
        for statement in statements
        if statement.predicate == RDF_TYPE and isinstance(statement.object, str)
    }


def _qualifiers(properties: list[list[Any]]) -> Iterator[Qualifier]:
    for name, kind, value in properties:
        literal = None if name in OWN_OF_RELATIONSHIPS else literal_of(kind, value)
        if literal is not None:
            yield Qualifier(NEO4J + "property:" + encode_local(name), literal)
