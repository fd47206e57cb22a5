"""A graph laid out as KGX rows: what goes into which cell, and what no cell can say.

A row that says more than its cells can has the whole statements in the column of ours; its other
cells then only show what they can, for other tools.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from graph.model import Literal, Node, Object, Qualifier, Statement, in_order
from graph.prefixes import PrefixMap, encode_local
from graph.statement_json import encode_statement
from graph.vocabulary import RDF_TYPE, VALID_FROM, VALID_TO, XSD_STRING
from ingest.kgx_columns import EDGE_HASH, EDGE_ID, STRUCTURE, Column, column_of, shown
from ingest.namespaces import declared_namespaces

if TYPE_CHECKING:
    from graph.snapshot import Snapshot

#: Columns of one table; the rarest predicates beyond them are said in the column of ours.
MOST_COLUMNS: Final = 500
_FIRST_OF_NODES: Final = ("category", "name", "description", "xref", "synonym", "provided_by")
_FIRST_OF_EDGES: Final = ("knowledge_level", "agent_type", "primary_knowledge_source")


@dataclass(frozen=True, slots=True)
class Row:
    """A node, or an edge with its three ends; ``said`` are statements that its cells cannot say."""

    id: str
    ends: tuple[str, str, str] | None
    cells: dict[str, list[Object]]
    said: tuple[Statement, ...]

    @property
    def extension(self) -> str:
        """The statements as the text of a cell, or nothing."""
        return f"[{','.join(map(encode_statement, self.said))}]" if self.said else ""


class Dialect(ABC):
    """What the cells of a format can hold."""

    @abstractmethod
    def holds(self, column: Column, value: Object, prefixes: PrefixMap) -> bool:
        """Whether a value in this column is read as itself again."""

    @abstractmethod
    def repeats(self, column: Column) -> bool:
        """Whether a cell of this column can have several values."""

    @abstractmethod
    def names(self, text: str) -> bool:
        """Whether a text can stand as an id."""

    def heads(self, name: str, others: set[str]) -> bool:
        """Whether a column can have this name beside the others."""
        return name not in others


class Layout:
    """The tables of a snapshot in one dialect."""

    def __init__(self, snapshot: Snapshot, dialect: Dialect) -> None:
        self._dialect = dialect
        self.namespaces = declared_namespaces(snapshot)
        self.prefixes = PrefixMap(self.namespaces)
        self._about: defaultdict[Node, list[Statement]] = defaultdict(list)
        edges: list[Statement] = []
        for statement in snapshot.statements():
            if isinstance(statement.object, str) and statement.predicate != RDF_TYPE:
                edges.append(statement)
            else:
                self._about[statement.subject].append(statement)
        self._edges = in_order(edges)
        self.node_columns = self._columns(
            ((s.predicate, s.object) for about in self._about.values() for s in about),
            {VALID_FROM, VALID_TO},
            _FIRST_OF_NODES,
        )
        self.edge_columns = self._columns(
            ((q.predicate, q.value) for s in self._edges for q in s.qualifiers),
            {EDGE_ID},
            _FIRST_OF_EDGES,
        )

    def _columns(
        self, values: Iterable[tuple[Node, Object]], without: set[Node], first: tuple[str, ...]
    ) -> dict[Node, Column]:
        """The columns of a table by predicate; a datatype that all values share is declared."""
        counts: Counter[Node] = Counter()
        types: defaultdict[Node, set[str]] = defaultdict(set)
        for predicate, value in values:
            counts[predicate] += 1
            if isinstance(value, Literal):
                types[predicate].add(value.datatype if not value.language else "")
        found: dict[Node, Column] = {}
        taken = set(STRUCTURE)
        for predicate, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
            name = None if predicate in without else column_of(predicate, self.prefixes)
            fits = name is not None and self._dialect.heads(name, taken)
            if name is not None and fits and len(found) < MOST_COLUMNS:
                taken.add(name)
                shared = types[predicate]
                datatype = next(iter(shared)) if len(shared) == 1 else ""
                found[predicate] = _typed(Column(name, predicate), datatype)
        rank = {name: place for place, name in enumerate(first)}
        ordered = sorted(found.items(), key=lambda p: (rank.get(p[1].name, len(rank)), p[1].name))
        return dict(ordered)

    def nodes(self) -> Iterator[Row]:
        """A row for each node of which something but edges is said, by IRI."""
        for node in sorted(self._about):
            yield self._node_row(node, in_order(self._about[node]))

    def _node_row(self, node: Node, about: list[Statement]) -> Row:
        name = self._name(node)
        said: list[Statement] = []
        plain: list[Statement] = []
        taken: set[str] = set()
        for statement in about:
            column = self.node_columns.get(statement.predicate)
            if name is not None and column is not None and not statement.qualifiers:
                fits = column.name not in taken or self._dialect.repeats(column)
                if fits and self._dialect.holds(column, statement.object, self.prefixes):
                    taken.add(column.name)
                    plain.append(statement)
                    continue
            said.append(statement)
        shadowed = {self._shadow(s) for s in said}
        said += [s for s in plain if self._shadow(s) in shadowed]
        cells: dict[str, list[Object]] = {}
        for statement in plain:
            cells.setdefault(self.node_columns[statement.predicate].name, []).append(
                statement.object
            )
        if name is not None:
            self._show(cells, said)
        return Row(name or encode_local(node) or "_", None, cells, tuple(in_order(said)))

    def _shadow(self, statement: Statement) -> tuple[Node, str | None]:
        """What the reader takes two sayings of one value by."""
        return statement.predicate, shown(statement.object, self.prefixes)

    def _show(self, cells: dict[str, list[Object]], said: list[Statement]) -> None:
        """Put the bare value of qualified or tagged statements into cells, where they fit."""
        for statement in in_order(said):
            column = self.node_columns.get(statement.predicate)
            text = shown(statement.object, self.prefixes)
            if column is None or text is None:
                continue
            bare = statement.object if column.is_node else column.literal(text)
            values = cells.setdefault(column.name, [])
            free = not values or self._dialect.repeats(column)
            if free and bare not in values and self._dialect.holds(column, bare, self.prefixes):
                values.append(bare)

    def edges(self) -> Iterator[Row]:
        """A row for each statement between nodes, in canonical order."""
        for statement in self._edges:
            yield self._edge_row(statement)

    def _edge_row(self, statement: Statement) -> Row:
        cells: dict[str, list[Object]] = {}
        whole = True
        edge_id = ""
        for qualifier in statement.qualifiers:
            if not edge_id and qualifier.predicate == EDGE_ID and self._is_id(qualifier):
                edge_id = str(shown(qualifier.value, self.prefixes))
            elif not self._place(qualifier, cells):
                whole = False
        names = [self._name(n) for n in (statement.subject, statement.predicate)]
        names.append(self._name(str(statement.object)))
        whole &= None not in names
        ends = (statement.subject, statement.predicate, str(statement.object))
        spelled = [name or encode_local(end) or "_" for name, end in zip(names, ends, strict=True)]
        return Row(
            edge_id or EDGE_HASH + statement.digest().hex()[:32],
            (spelled[0], spelled[1], spelled[2]),
            cells,
            () if whole else (statement,),
        )

    def _place(self, qualifier: Qualifier, cells: dict[str, list[Object]]) -> bool:
        """Put a qualifier into its cell; whether that says all of it."""
        column = self.edge_columns.get(qualifier.predicate)
        if column is None or not self._dialect.holds(column, qualifier.value, self.prefixes):
            return False
        values = cells.setdefault(column.name, [])
        if values and (qualifier.value in values or not self._dialect.repeats(column)):
            return False
        values.append(qualifier.value)
        return not qualifier.qualifiers

    def _is_id(self, qualifier: Qualifier) -> bool:
        value = qualifier.value
        return (
            isinstance(value, Literal)
            and value == Literal(value.value)
            and not qualifier.qualifiers
            and not value.value.startswith(EDGE_HASH)
            and self._dialect.names(value.value)
        )

    def _name(self, node: Node) -> str | None:
        """The id of a node, None where none would be read as this node."""
        text = self.prefixes.contract(node)
        right = self._dialect.names(text) and self.prefixes.expand(text) == node
        return text if right else None

    def types(self, columns: dict[Node, Column]) -> dict[str, str]:
        """The datatypes that a header has to declare."""
        return {column.name: column.datatype for column in columns.values() if column.datatype}

    def header(self, columns: dict[Node, Column]) -> dict[str, Any]:
        """What a table of ours declares of itself."""
        parts = {"prefixes": self.namespaces, "types": self.types(columns)}
        return {name: part for name, part in parts.items() if part}


def _typed(column: Column, datatype: str) -> Column:
    """A column with a datatype, where its values have one that their text does not tell."""
    if column.is_node or not datatype or datatype == XSD_STRING:
        return column
    return Column(column.name, column.predicate, datatype)
