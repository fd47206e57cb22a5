"""Whether a graph is what it claims: ids and hashes recomputed, relationships against the logs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, Final

from graph.errors import CorruptStoreError, StoreError
from graph.model import Literal, Node, Statement
from graph.neo4j.commits import Commits
from graph.neo4j.ledger import Ledger, Place, Step
from graph.neo4j.naming import CLOSED, MENTIONS, typed
from graph.neo4j.rows import SHAPE, Decoder
from graph.neo4j.said_properties import follows_neo4j, of_node, of_relationship
from graph.neo4j.server import Server
from graph.neo4j.shown_properties import OF_NODE, OF_RELATIONSHIP, Showing, asked_of
from graph.neo4j.states import States, netted
from graph.snapshot import choose_label
from graph.vocabulary import DEFINITION, LABEL, RDF_TYPE, SYNONYMS

_PAGE: Final = 2_000
#: ``<<TYPES>>`` are those of all statements.
_ROWS: Final = f"""MATCH (s:Entity) WHERE s.graph = $graph AND s.id > $last
WITH s ORDER BY s.id LIMIT $page
RETURN s.id, labels(s), s.label, s.definition, s.synonyms, {OF_NODE}, COLLECT {{
    MATCH (s)-[r:<<TYPES>>]->(o)
    RETURN [{SHAPE}, r.since, r.until, r.origin, r.row, {OF_RELATIONSHIP}] }}, COLLECT {{
    MATCH (s)-[m:{MENTIONS}|{MENTIONS}{CLOSED}]->(o)
    RETURN [o.id, m.row, m.since, m.until] }}"""
_STRANGE: Final = """MATCH (s:Entity)-[r]->(o) WHERE s.graph = $graph AND o.graph = $graph
    AND (o:Entity OR o:Value) AND NOT type(r) IN $known RETURN s.id, type(r) ORDER BY s.id"""

#: A statement on the main line: from which entry, to which.
Stand = tuple[int, int | None]


class Verification:
    """One pass over a graph; it reads everything."""

    def __init__(
        self, server: Server, ledger: Ledger, graph: str, commits: Commits, states: States
    ) -> None:
        self._server = server
        self._ledger = ledger
        self._graph = graph
        self._commits = commits
        self._states = states
        self._stands: defaultdict[Statement, list[Stand]] = defaultdict(list)

    def run(self) -> Iterator[str]:
        """One line for each thing that is damaged; nothing where all is well."""
        for part in (self._logs, self._line, self._beside, self._relationships, self._strangers):
            try:
                yield from part()
            except CorruptStoreError as error:
                yield str(error)
            except (TypeError, ValueError, LookupError, AttributeError) as error:
                yield f"{part.__name__.strip('_')}: damaged: {error!r}"

    def _logs(self) -> Iterator[str]:
        """Every commit against its id, and its log against its hash."""
        for place in self._ledger.places():
            try:
                commit = self._commits.one(place.number)
                entry = self._states.entry(place.number)
            except StoreError as error:
                yield str(error)
                continue
            if not commit.adds_up:
                yield f"commit {commit.short}: its record does not match its id"
            if entry.delta.digest() != commit.delta:
                yield f"commit {commit.short}: its log does not match its hash"

    def _line(self) -> Iterator[str]:
        """The main line played again, entry by entry."""
        for seq in range(1, self._ledger.seq + 1):
            delta = self._states.between_entries(seq - 1, seq)
            for statement in delta.removed:
                stands = self._stands[statement]
                if not stands or stands[-1][1] is not None:
                    yield f"entry {seq}: removes what is not there: {statement}"
                    continue
                stands[-1] = (stands[-1][0], seq)
            for statement in delta.added:
                stands = self._stands[statement]
                if stands and stands[-1][1] is None:
                    yield f"entry {seq}: adds what is there already: {statement}"
                    continue
                stands.append((seq, None))

    def _beside(self) -> Iterator[str]:
        """Commits beside the main line against the states before them."""
        for place in map(self._ledger.place, sorted(self._ledger.beside)):
            entry = self._states.entry(place.number)
            before = next(iter(place.parents), None)
            for statement in entry.removed:
                if not self._holds(statement, before):
                    yield f"commit {place.id[:12]}: removes what is not there: {statement}"
            for statement in entry.added:
                if self._holds(statement, before):
                    yield f"commit {place.id[:12]}: adds what is there already: {statement}"
            if place.netted is not None:
                yield from self._difference(place)

    def _difference(self, place: Place) -> Iterator[str]:
        """The difference kept with a commit against the commits that it sums up."""
        numbers = []
        number: int | None = place.number
        while number is not None:
            seq = self._ledger.place(number).seq
            if seq is not None and seq <= (place.netted or 0):
                break
            numbers.append(number)
            number = next(iter(self._ledger.place(number).parents), None)
        entries = self._states.entries([Step(one, False) for one in reversed(numbers)])
        (kept,) = self._states.entries([Step(place.number, True)])
        if netted(entry.delta for entry in entries) != kept.delta:
            yield f"commit {place.id[:12]}: the difference kept with it is not that of its line"

    def _holds(self, statement: Statement, number: int | None) -> bool:
        seq, steps = self._ledger.footing(number)
        for entry in reversed(self._states.entries(steps)):
            if statement in entry.added:
                return True
            if statement in entry.removed:
                return False
        return any(
            since <= seq and (until is None or until > seq)
            for since, until in self._stands.get(statement, ())
        )

    def _relationships(self) -> Iterator[str]:
        """What stands in Neo4j against what the logs say should."""
        if self._ledger.in_place is not None:
            yield "a database is being taken over in place: run the same import again to finish it"
            return
        load = self._ledger.loading
        if load is not None:
            yield f"a load is not finished, {load.pages} pages are written: run it again to go on"
            return
        decoder = Decoder(self._graph, self._ledger.predicate_of)
        expected = Counter(
            (statement, since, until)
            for statement, stands in self._stands.items()
            for since, until in stands
        )
        found: Counter[tuple[Statement, int, int | None]] = Counter()
        follows = follows_neo4j(self._ledger.names.types)
        also = self._ledger.label_property
        for node, labels, label, definition, synonyms, shown, rows, mentions in self._pages(
            follows
        ):
            head: list[Statement] = []
            inner: Counter[tuple[Node, int, int, int | None]] = Counter()
            for shape, since, until, origin, number, properties in rows:
                if since is None:
                    yield f"{node}: a relationship {shape[1]} that no commit made"
                    continue
                (statement,) = decoder.statements([shape])
                found[statement, since, until] += 1
                if follows and isinstance(statement.object, str):
                    shown_here = of_relationship(statement.qualifiers)
                    if not Showing(properties).fits(shown_here):
                        yield f"{node}: {shape[1]} does not show its qualifiers: {statement}"
                if (until is None) == shape[1].endswith(CLOSED):
                    yield f"{node}: {shape[1]} and its end do not fit: {statement}"
                if until is None:
                    head.append(statement)
                if origin is not None and origin > self._ledger.commits:
                    yield f"{node}: set by a commit that is not there: {statement}"
                for mentioned in statement.inner_nodes():
                    inner[mentioned, number, since, until] += 1
            if inner != Counter(tuple(mention) for mention in mentions):
                yield f"{node}: its mentions are not those of its statements"
            yield from self._shown(node, head, labels, [label, definition, synonyms])
            types = {s.object for s in head if s.predicate == RDF_TYPE}
            if follows and typed(labels, self._ledger.names.labels) - types:
                yield f"{node}: it has labels that are no types of it"
            said = {name: native for name, (_, native) in of_node(head, also).items()}
            if follows and not Showing(shown).fits(said):
                yield f"{node}: its properties are not those of its statements"
        for statement, since, until in (expected - found).elements():
            yield f"missing from entry {since} to {until or 'now'}: {statement}"
        for statement, since, until in (found - expected).elements():
            yield f"from entry {since} to {until or 'now'} without a commit: {statement}"

    def _strangers(self) -> Iterator[str]:
        """Relationships of types that no predicate has."""
        own = (*self._ledger.names.types.values(), MENTIONS)
        known = [name + end for name in own for end in ("", CLOSED)]
        for node, name in self._server.rows(_STRANGE, graph=self._graph, known=known):
            yield f"{node}: a relationship {name} that no commit made"

    def _shown(
        self, node: Node, head: list[Statement], labels: list[str], shown: list[Any]
    ) -> Iterator[str]:
        """The properties and labels that people read against the statements."""
        texts: defaultdict[Node, list[Literal]] = defaultdict(list)
        for s in head:
            if isinstance(s.object, Literal):
                texts[s.predicate].append(s.object)
        label = choose_label(texts[LABEL]).value if texts[LABEL] else None
        definition = min((one.value for one in texts[DEFINITION]), default=None)
        synonyms = sorted({one.value for p in SYNONYMS for one in texts[p]}) or None
        if [label, definition, synonyms] != [*shown[:2], sorted(shown[2]) if shown[2] else None]:
            yield f"{node}: label, definition or synonyms are not those of its statements"
        types = {s.object for s in head if s.predicate == RDF_TYPE and isinstance(s.object, str)}
        named = {self._ledger.names.labels.get(one, "") for one in types}
        fixed = set(self._ledger.names.labels.values())
        if named != fixed & set(labels):
            yield f"{node}: its labels are not its types"

    def _pages(self, follows: bool) -> Iterator[list[Any]]:
        types = self._ledger.names.types.values()
        every = "|".join(f"{name}|{name}{CLOSED}" for name in sorted(types)) or "NOTHING"
        query = _ROWS.replace("<<TYPES>>", every)
        asked = asked_of(follows)
        last = ""
        while True:
            page = self._server.rows(query, graph=self._graph, last=last, page=_PAGE, **asked)
            if not page:
                return
            yield from page
            last = page[-1][0]
