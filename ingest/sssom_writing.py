"""SSSOM/TSV out: canonical order, and a key of ours for what a mapping set has no words for.

A set that says everything by itself is written as it is; it is read back before it is handed out,
and where it would say anything else the metadata get the key ``kgdelta`` with the rest.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from json import loads
from typing import IO, TYPE_CHECKING, Any, Final

from graph.model import Literal, Node, Object, Qualifier, Statement, in_order
from graph.prefixes import PrefixMap, encode_local, is_absolute
from graph.statement_json import encode_statement
from graph.vocabulary import (
    DEFAULT_ONTOLOGY,
    NAMESPACE,
    OBO_IN_OWL,
    OWL,
    PREFIX,
    RDF,
    RDF_TYPE,
    SKOS,
)
from ingest.document import ReadOptions
from ingest.errors import IngestError
from ingest.namespaces import declared_namespaces
from ingest.quoted_rows import quoted_cell
from ingest.reporting import Report
from ingest.sssom import EXTENSION, HEADER_LINE, SssomReader, read_sssom
from ingest.sssom_header import LARGEST, write_header, write_list
from ingest.sssom_slots import (
    ADDRESSES,
    BUILT_IN,
    DATES,
    JUSTIFICATION,
    LITERAL_NODE,
    MAPPING_SET,
    MAPPING_SLOTS,
    MULTIVALUED,
    NUMBERS,
    PROPAGATABLE,
    SET_SLOTS,
    slot_of,
)

if TYPE_CHECKING:
    from graph.snapshot import Snapshot

#: Predicates that say a mapping even without a justification.
MAPPINGS: Final = frozenset(
    {
        *(SKOS + f"{kind}Match" for kind in ("exact", "close", "broad", "narrow", "related")),
        OWL + "sameAs",
        OWL + "equivalentProperty",
        OBO_IN_OWL + "hasDbXref",
    }
)
_LONGEST: Final = LARGEST // 4
_MOST_BRACKETS: Final = 50
_JSON: Final = RDF + "JSON"
_ENDS: Final = ("subject_id", "predicate_id", "object_id")


@dataclass(slots=True)
class _Set:
    """A mapping set on its way out."""

    slots: dict[str, list[Object]] = field(default_factory=dict)
    rows: list[tuple[Statement, dict[str, str]]] = field(default_factory=list)
    said: list[Statement] = field(default_factory=list)
    size: int = 0


def write_sssom(snapshot: Snapshot, stream: IO[bytes]) -> None:
    """A state as a mapping set, the same bytes for equal states."""
    statements = frozenset(snapshot.statements())
    writer = _Writer(snapshot, statements)
    plain = writer.text(marked=False) if writer.is_plain else None
    if plain is None or not _says(plain, statements):
        plain = writer.text(marked=True)
    stream.write(plain)


def _says(content: bytes, statements: frozenset[Statement]) -> bool:
    try:
        options = ReadOptions(strict=True)
        return read_sssom(io.BytesIO(content), "", options).statements == statements
    except IngestError:
        return False


class _Writer:
    def __init__(self, snapshot: Snapshot, statements: frozenset[Statement]) -> None:
        self._declared = declared_namespaces(snapshot)
        self.prefixes = PrefixMap({**BUILT_IN, **self._declared})
        self._statements = in_order(statements)
        self.node = self._set_node()
        self._borrowed: dict[str, str] = {}
        # What is borrowed for the ids of this file is no prefix of the graph.
        self._reader = SssomReader([], ReadOptions(prefixes=self._declared), Report(""))
        self._set = self._divided()

    def _set_node(self) -> Node:
        typed = [
            s.subject
            for s in self._statements
            if s.predicate == RDF_TYPE and s.object == MAPPING_SET
        ]
        return min(typed, default=DEFAULT_ONTOLOGY)

    @property
    def is_plain(self) -> bool:
        """Whether the set may say all of it without a key of ours."""
        return not self._set.said and not self._borrowed

    def _divided(self) -> _Set:
        found = _Set()
        for statement in self._statements:
            if statement.subject == self.node and self._of_set(statement, found):
                continue
            row = self._row(statement)
            if row is None:
                found.said.append(statement)
            else:
                found.rows.append((statement, row))
        return found

    def _of_set(self, statement: Statement, found: _Set) -> bool:
        """Whether the metadata say a statement."""
        value = statement.object
        if statement.key == (self.node, RDF_TYPE, MAPPING_SET) and not statement.qualifiers:
            return True
        if statement.predicate == PREFIX and isinstance(value, Literal):
            namespace = self._declared.get(value.value, "")
            return statement.qualifiers == (Qualifier(NAMESPACE, Literal(namespace)),)
        slot = slot_of(statement.predicate, self.prefixes)
        if slot is None or statement.qualifiers or _is_mapping(statement):
            return False
        text = self._text(slot, value)
        if text is None or (slot in found.slots and slot not in MULTIVALUED | {_DEFINITIONS}):
            return False
        # Metadata that are long or look nested are kept from readers of YAML.
        found.size += len(text)
        if statement.predicate == HEADER_LINE or found.size > _LONGEST or _looks_nested(text):
            return False
        found.slots.setdefault(slot, []).append(value)
        return True

    def _text(self, slot: str, value: Object) -> str | None:
        """A value as text in a slot, None where it would be read as another."""
        if slot == _DEFINITIONS:
            return value.value if isinstance(value, Literal) and _is_mapping_text(value) else None
        if isinstance(value, str):
            text = value if slot in ADDRESSES and is_absolute(value) else self._curie(value)
        elif isinstance(value, Literal):
            text = value.value
        else:
            return None
        return text if text and self._reader.value(slot, text) == value else None

    def _curie(self, node: Node) -> str:
        """An entity as a CURIE; one by OBO's rules needs its prefix in the map of the file."""
        text = self.prefixes.contract(node)
        prefix, colon, local = text.partition(":")
        if colon and text != node and prefix not in self.prefixes.namespaces:
            namespace = node.removesuffix(encode_local(local))
            if self._borrowed.setdefault(prefix, namespace) != namespace:
                return node
        return text

    def _row(self, statement: Statement) -> dict[str, str] | None:
        """The cells of a mapping, None where they cannot say it."""
        if not _is_mapping(statement):
            return None
        cells: dict[str, list[str]] = {}
        ends = (statement.subject, statement.predicate, str(statement.object))
        for slot, node in zip(_ENDS, ends, strict=True):
            if not node.startswith(LITERAL_NODE):
                text = self._curie(node)
                if not text or text.strip() != text or self._reader.prefixes.expand(text) != node:
                    return None
                cells[slot] = [text]
        for qualifier in statement.qualifiers:
            name = slot_of(qualifier.predicate, self.prefixes)
            if name is None or name == _DEFINITIONS or qualifier.qualifiers:
                return None
            said = self._text(name, qualifier.value)
            if said is None:
                return None
            cells.setdefault(name, []).append(said)
        row = {}
        for slot, texts in cells.items():
            if len(texts) > 1 and slot not in MULTIVALUED:
                return None
            barred = [text.replace("|", "\\|") if slot in MULTIVALUED else text for text in texts]
            row[slot] = "|".join(barred)
        read = {slot: set(self._reader.values(slot, text)) for slot, text in row.items()}
        wanted: defaultdict[str, set[Object]] = defaultdict(set)
        for qualifier in statement.qualifiers:
            wanted[str(slot_of(qualifier.predicate, self.prefixes))].add(qualifier.value)
        return row if all(read[slot] == values for slot, values in wanted.items()) else None

    def text(self, marked: bool) -> bytes:
        """The file; ``marked`` with the key of ours, by which it carries and condenses nothing."""
        slots = {slot: list(values) for slot, values in self._set.slots.items()}
        said = list(self._set.said)
        rows = []
        for statement, row in self._set.rows:
            if marked and any(node.startswith(LITERAL_NODE) for node in _nodes(statement)):
                said.append(statement)
            else:
                rows.append((statement, row))
        cells = [row for _, row in rows]
        condensed: dict[str, str] = {} if marked else self._condensed(cells, slots)
        if marked:
            implied = Statement(self.node, RDF_TYPE, MAPPING_SET)
            said += [s for s in self._statements if s == implied or s.predicate == PREFIX]
        header = write_header(self._header(slots, condensed, marked))
        if marked:
            header += write_list(EXTENSION, [encode_statement(s) for s in in_order(set(said))])
        names = self._columns(cells, set(condensed))
        lines = ["\t".join(quoted_cell(name, "\t") for name in names)]
        written = [
            "\t".join(quoted_cell(row.get(name, ""), "\t") for name in names) for row in cells
        ]
        body = "".join(f"{line}\n" for line in [*lines, *sorted(written)])
        return (header + body).encode()

    def _columns(self, rows: Iterable[dict[str, str]], condensed: set[str]) -> list[str]:
        used = {slot for row in rows for slot in row} - condensed
        used |= {*_ENDS, "mapping_justification"}
        standard = [slot for slot in MAPPING_SLOTS if slot in used]
        return standard + sorted(used - set(standard))

    def _condensed(
        self, rows: list[dict[str, str]], slots: dict[str, list[Object]]
    ) -> dict[str, str]:
        """Slots that all mappings have in common, to be said once by the set."""
        if not rows:
            return {}
        shared = {
            slot: text
            for slot, text in rows[0].items()
            if slot in PROPAGATABLE and slot not in slots
        }
        for row in rows[1:]:
            shared = {slot: text for slot, text in shared.items() if row.get(slot) == text}
        return shared

    def _header(
        self,
        slots: dict[str, list[Object]],
        condensed: dict[str, str],
        marked: bool,
    ) -> list[tuple[str, Any, bool]]:
        curie_map = dict(self._declared)
        if marked:
            curie_map |= self._borrowed
        found: list[tuple[str, Any, bool]] = []
        if curie_map:
            found.append(("curie_map", dict(sorted(curie_map.items())), True))
        texts: dict[str, Any] = {
            slot: [self._written(slot, value) for value in values] for slot, values in slots.items()
        }
        for slot, text in condensed.items():
            values = self._reader.values(slot, text)
            texts[slot] = [self._written(slot, value) for value in values]
        if self.node != DEFAULT_ONTOLOGY:
            texts["mapping_set_id"] = [self.node]
        order = [slot for slot in SET_SLOTS if slot in texts]
        for slot in order + sorted(set(texts) - set(order)):
            values = texts[slot]
            listed = slot in MULTIVALUED or slot == _DEFINITIONS
            found.append((slot, values if listed else values[0], slot not in NUMBERS | DATES))
        return found

    def _written(self, slot: str, value: Object) -> Any:
        if slot == _DEFINITIONS and isinstance(value, Literal):
            return loads(value.value)
        return self._text(slot, value)


_DEFINITIONS: Final = "extension_definitions"


def _looks_nested(text: str) -> bool:
    return text.count("[") + text.count("{") > _MOST_BRACKETS


def _is_mapping(statement: Statement) -> bool:
    justified = any(q.predicate == JUSTIFICATION for q in statement.qualifiers)
    return isinstance(statement.object, str) and (justified or statement.predicate in MAPPINGS)


def _is_mapping_text(value: Literal) -> bool:
    """Whether a literal is a JSON object of texts, as our reader makes of a mapping in YAML."""
    try:
        read = loads(value.value)
    except (ValueError, RecursionError):
        return False
    simple = isinstance(read, dict) and all(isinstance(text, str) for text in read.values())
    return value.datatype == _JSON and simple and bool(read)


def _nodes(statement: Statement) -> tuple[Node, Node]:
    return statement.subject, str(statement.object)
