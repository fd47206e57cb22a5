"""Rows of KGX on their way to statements: what TSV, JSON Lines and other tables share."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from graph.decoding import decode_qualifiers
from graph.encoding import encode_text
from graph.model import (
    Literal,
    Node,
    Object,
    Qualifier,
    Statement,
    canonical_qualifiers,
    encode_qualifiers,
)
from graph.prefixes import PrefixMap, ontology_iri
from graph.statement_json import decode_statements
from graph.vocabulary import (
    DEFAULT_ONTOLOGY,
    NAMESPACE,
    ONTOLOGY,
    PREFIX,
    RDF_TYPE,
    VALID_FROM,
    VALID_TO,
)
from ingest.document import ReadOptions
from ingest.errors import IngestError
from ingest.kgx_columns import (
    BIOLINK,
    EDGE_HASH,
    EDGE_ID,
    EXTENSION,
    Column,
    predicate_of,
    shown,
)
from ingest.reporting import Report

#: Subject, predicate and object of one statement, and the canonical bytes of its qualifiers.
Parts: TypeAlias = tuple[Node, Node, Object, bytes]
NO_GROUP: Final = encode_qualifiers(())

#: Texts whose meaning is remembered; a source with more of them is read with a fresh memory.
_REMEMBERED: Final = 1 << 18
#: Cells of a column whose meaning is remembered. Most columns have few, the others new ones.
_CELLS: Final = 1 << 13
_BOUNDS: Final = frozenset({VALID_FROM, VALID_TO})


class RowReader:
    """Reads rows of one source, one after the other; keeps which prefixes they used.

    A source that our writer made names its prefixes itself, and says everything it means. For
    any other one, a prefix that expands an id is stated on the ontology node.
    """

    def __init__(self, options: ReadOptions, report: Report) -> None:
        self.options = options
        self.report = report
        self.ours = False
        self._given = {"biolink": BIOLINK, **options.prefixes}
        self._used: set[str] = set()
        self.prefixes = PrefixMap(self._given)
        self._nodes: dict[str, Node] = {}
        self._columns: dict[str, Column] = {}

    def declare(self, header: Mapping[str, Any], line: int) -> dict[str, str]:
        """Take over what a header of ours declares; gives the datatypes of columns.

        Raises IngestError where it is not of the form that our writer gives it.
        """
        prefixes, types = header.get("prefixes", {}), header.get("types", {})
        for mapping in (prefixes, types):
            if not isinstance(mapping, dict) or not all(
                isinstance(text, str) for text in mapping.values()
            ):
                reason = f"the header of the column {EXTENSION} is damaged"
                raise IngestError(self.report.source, line, reason)
        if not self.ours:
            self.ours = True
            self._given = {}
        self._given.update(prefixes)
        self.prefixes = PrefixMap(self._given)
        self._nodes.clear()
        self._columns.clear()
        return dict(types)

    def node(self, text: str) -> Node:
        """The node that an id stands for."""
        known = self._nodes.get(text)
        if known is None:
            if len(self._nodes) >= _REMEMBERED:
                self._nodes.clear()
            prefix, colon, _ = text.partition(":")
            if colon and prefix in self._given:
                self._used.add(prefix)
            known = self._nodes[text] = self.prefixes.expand(text)
        return known

    def column(self, name: str, datatype: str = "") -> Column:
        """The column of a name."""
        known = self._columns.get(name)
        if known is None:
            known = Column(name, predicate_of(name, self.prefixes), datatype)
            self._columns[name] = known
        return known

    def values(self, column: Column, cell: str) -> list[Object]:
        """The values of a cell that is plain text."""
        if column.is_node:
            return [self.node(text) for text in column.texts(cell)]
        return [column.literal(text) for text in column.texts(cell)]

    def of_cell(self, column: Column, cell: str) -> tuple[bytes, ...]:
        """The qualifiers of a cell that is text, encoded, in canonical order; remembered."""
        if len(column.known) >= _CELLS:
            column.known.clear()
        if column.is_node:
            found = [column.encoded(self.node(text)) for text in column.texts(cell)]
        else:
            found = column.encoded_literals(column.texts(cell) if "|" in cell else (cell,))
        known = tuple(sorted(set(found)) if len(found) > 1 else found)
        column.known[cell] = known
        return known

    def of_string(self, column: Column, text: str) -> tuple[bytes, ...]:
        """The qualifier, encoded, of a text in a format that has lists and types; remembered."""
        if len(column.known) >= _CELLS:
            column.known.clear()
        value = self.node(text) if column.is_node else column.string(text)
        known = column.known[text] = (column.encoded(value),) if text else ()
        return known

    @property
    def keeps_ids(self) -> bool:
        """Whether an edge may keep the id it has; see ``ReadOptions.stable_edge_ids``."""
        return self.ours or not self.options.stable_edge_ids

    def of_id(self, edge_id: str) -> list[bytes]:
        """The qualifier, encoded, that an edge has for its id, if it keeps it.

        In a file of ours, an id that is no hash was kept.
        """
        dropped = edge_id.startswith(EDGE_HASH) if self.ours else self.options.stable_edge_ids
        if dropped or not edge_id:
            return []
        return [Qualifier(EDGE_ID, Literal(edge_id)).encode()]

    def about(
        self,
        node: Node,
        values: Iterable[tuple[Column, Object]],
        said: Sequence[Statement],
        line: int,
    ) -> Iterator[Parts]:
        """The statements of a node's row, those in the cell of ours included.

        What that cell says is not said a second time by the cell that only shows its text.
        """
        covered = {(s.predicate, shown(s.object, self.prefixes)) for s in said}
        bounds: list[Qualifier] = []
        plain: list[tuple[Node, Object]] = []
        for column, value in values:
            if column.predicate in _BOUNDS:
                bounds.append(Qualifier(column.predicate, value))
            elif not covered or (column.predicate, shown(value, self.prefixes)) not in covered:
                plain.append((column.predicate, value))
        if not (plain or said):
            self.report.add(line, "a node of which nothing is said; left out")
        qualifiers = encode_qualifiers(canonical_qualifiers(bounds))
        for predicate, value in dict.fromkeys(plain):
            yield node, predicate, value, qualifiers
        for statement in said:
            yield parts_of(statement)

    def extension(self, text: str, line: int) -> list[Statement]:
        """The statements in a cell of ours; none, and a problem, where it is damaged."""
        try:
            read = json.loads(text)
            said = decode_statements([json.dumps(one) for one in read])
            if "\\ud" in text.lower():
                # Half a surrogate pair can only come in by an escape; no encoding of text has it.
                for statement in said:
                    statement.encode()
            return said
        except (ValueError, TypeError) as error:
            reason = str(error)
        except RecursionError:
            reason = "nested too deeply"
        self.report.add(line, f"the cell {EXTENSION} is damaged and left out: {reason}")
        return []

    def named(self) -> Iterator[Parts]:
        """What a source does not say itself: the ontology it was read as, and prefixes used."""
        if self.ours:
            return
        ontology = self.options.ontology
        node = ontology_iri(ontology) if ontology else DEFAULT_ONTOLOGY
        if ontology:
            yield node, RDF_TYPE, ONTOLOGY, NO_GROUP
        for prefix in sorted(self._used):
            namespace = (Qualifier(NAMESPACE, Literal(self._given[prefix])),)
            yield node, PREFIX, Literal(prefix), encode_qualifiers(namespace)


def joined(qualifiers: Collection[bytes]) -> bytes:
    """Encoded qualifiers in canonical order as the canonical bytes of their set."""
    return len(qualifiers).to_bytes(4, "big") + b"".join(qualifiers)


def in_order(columns: Iterable[tuple[int, Column]]) -> list[tuple[int, Column]]:
    """Columns and their places in the order in which canonical qualifiers want them."""
    return sorted(columns, key=lambda pair: encode_text(pair[1].predicate))


def parts_of(statement: Statement) -> Parts:
    """The four parts of a statement."""
    qualifiers = encode_qualifiers(statement.qualifiers)
    return statement.subject, statement.predicate, statement.object, qualifiers


def statements_of(rows: Iterable[Parts]) -> Iterator[Statement]:
    """Parts as statements; sets of qualifiers that come again are made once."""
    known: dict[bytes, tuple[Qualifier, ...]] = {NO_GROUP: ()}
    for subject, predicate, value, encoded in rows:
        group = known.get(encoded)
        if group is None:
            if len(known) >= _CELLS:
                known = {NO_GROUP: ()}
            group = known[encoded] = decode_qualifiers(encoded)
        yield Statement(subject, predicate, value, group)
