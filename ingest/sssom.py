"""SSSOM/TSV in: a mapping is a statement, what is said about it are its qualifiers.

The metadata of the set are statements on its node, the CURIE map declares prefixes. A slot of the
set that holds for every mapping is brought to each of them, as the format wants readers to do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import IO, Any, Final

from graph.model import Literal, Node, Object, Qualifier, Statement
from graph.prefixes import PrefixMap, encode_local, ontology_iri
from graph.statement_json import decode_statement
from graph.vocabulary import DEFAULT_ONTOLOGY, NAMESPACE, PREFIX, RDF, RDF_TYPE, XSD, XSD_DATE
from ingest.document import Document, ReadOptions
from ingest.errors import IngestError
from ingest.line_reading import numbered_lines
from ingest.quoted_rows import quoted_rows
from ingest.reporting import Report, collect
from ingest.sssom_header import read_header, take_list, unquoted
from ingest.sssom_slots import (
    ADDRESSES,
    BUILT_IN,
    DATES,
    ENTITIES,
    LITERAL_NODE,
    MAPPING_SET,
    MATCH_TYPES,
    MULTIVALUED,
    NUMBERS,
    OWN_SLOT,
    PROPAGATABLE,
    predicate_of,
)

#: The key of our own in the metadata: statements as JSON, and that nothing is left unsaid.
EXTENSION: Final = "kgdelta"
HEADER_LINE: Final = OWN_SLOT + "header"
_ENDS: Final = ("subject_id", "predicate_id", "object_id")
_BAR: Final = re.compile(r"(?<!\\)\|")
_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DOUBLE: Final = XSD + "double"
_JSON: Final = RDF + "JSON"


def read_sssom(stream: IO[bytes], source: str, options: ReadOptions) -> Document:
    """The document of a mapping set. Raises IngestError where it has no header of SSSOM."""
    report = Report(source, options.strict)
    return collect(stream_sssom(stream, source, options, report), report)


def stream_sssom(
    stream: IO[bytes], source: str, options: ReadOptions, report: Report | None = None
) -> Iterator[Statement]:
    """The statements of a mapping set, row by row. Problems go to ``report``."""
    report = report or Report(source, options.strict)
    lines = numbered_lines(stream, report)
    block: list[tuple[int, str]] = []
    head: tuple[int, str] | None = None
    for number, line in lines:
        if line.startswith("#"):
            block.append((number, line[1:]))
        elif line.strip():
            head = (number, line)
            break
    block = block or _beside(source, report)
    reader = SssomReader(block, options, report)
    yield from reader.set_statements()
    if head is None:
        if not block:
            raise IngestError(source, 0, "empty; a header is expected")
        yield from reader.not_carried(rows=False)
        return
    separator = "\t" if "\t" in head[1] or "," not in head[1] else ","
    rows = quoted_rows(chain([head], lines), separator, report)
    yield from reader.mappings(rows)


def _beside(source: str, report: Report) -> list[tuple[int, str]]:
    """The lines of metadata that a set has in a file of its own."""
    path = Path(source)
    if not path.is_file():
        return []
    for suffix in (".yml", ".yaml"):
        beside = path.with_suffix(suffix)
        if beside.is_file():
            with beside.open("rb") as stream:
                own = Report(str(beside), report.strict)
                found = list(numbered_lines(stream, own))
                report.include(own)
                return found
    return []


class SssomReader:
    """Reads one mapping set; the metadata come first."""

    def __init__(self, block: list[tuple[int, str]], options: ReadOptions, report: Report) -> None:
        self._report = report
        self._block, self._own = take_list(block, EXTENSION)
        slots = read_header(self._block, report)
        self._kept_as_text = slots is None
        self._slots: dict[str, Any] = slots or {}
        curie_map = self._slots.pop("curie_map", None)
        declared = curie_map if isinstance(curie_map, dict) else {}
        self._declared = {k: v for k, v in declared.items() if isinstance(v, str)}
        if len(self._declared) < len(declared) or (curie_map and not declared):
            report.add(0, "curie_map: prefixes and addresses are expected; others are left out")
        given = {} if self.ours else options.prefixes
        self.prefixes = PrefixMap({**BUILT_IN, **given, **self._declared})
        self._known = {*self.prefixes.namespaces}
        self._unknown: set[str] = set()
        self.node = self._set_node(options)

    def _set_node(self, options: ReadOptions) -> Node:
        named = self._slots.pop("mapping_set_id", None)
        if isinstance(named, str) and named:
            return self.prefixes.expand(named)
        return ontology_iri(options.ontology) if options.ontology else DEFAULT_ONTOLOGY

    @property
    def ours(self) -> bool:
        """Whether the set says itself all that it means, because our writer made it so."""
        return self._own is not None

    def set_statements(self) -> Iterator[Statement]:
        """What is said of the set, but for slots that mappings may carry."""
        if self._kept_as_text:
            for _, line in self._block:
                yield Statement(self.node, HEADER_LINE, Literal(line))
        if self.ours:
            yield from self._said()
        else:
            yield Statement(self.node, RDF_TYPE, MAPPING_SET)
            for prefix, namespace in self._declared.items():
                qualifier = Qualifier(NAMESPACE, Literal(namespace))
                yield Statement(self.node, PREFIX, Literal(prefix), (qualifier,))
        for slot, value in self._slots.items():
            if self.ours or slot not in PROPAGATABLE:
                yield from self._of_set(slot, value)

    def _said(self) -> Iterator[Statement]:
        for number, text in self._own or ():
            try:
                yield decode_statement(unquoted(text))
            except (ValueError, RecursionError) as error:
                self._report.add(number, f"{EXTENSION}: damaged and left out: {error}")

    def _of_set(self, slot: str, value: Any) -> Iterator[Statement]:
        predicate = predicate_of(slot, self.prefixes)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str):
                if one:
                    yield Statement(self.node, predicate, self.value(slot, one))
            else:
                text = json.dumps(one, ensure_ascii=False, separators=(",", ":"))
                yield Statement(self.node, predicate, Literal(text, _JSON))

    def not_carried(self, rows: bool, columns: Iterable[str] = ()) -> Iterator[Statement]:
        """Propagatable slots that stay with the set: mappings have their own, or there are none."""
        for slot, value in self._slots.items():
            if not self.ours and slot in PROPAGATABLE and (not rows or slot in columns):
                yield from self._of_set(slot, value)

    def mappings(self, rows: Iterator[tuple[int, list[str]]]) -> Iterator[Statement]:
        """The mappings; the first row is that of the columns. Raises IngestError without one."""
        line, names = next(rows)
        slots = [self._slot(name.strip(), line) for name in names]
        if "predicate_id" not in slots or not {"subject_id", "subject_label"} & set(slots):
            reason = "no header of SSSOM: 'subject_id' and 'predicate_id' are expected"
            raise IngestError(self._report.source, line, reason)
        for slot in sorted({slot for slot in slots if slots.count(slot) > 1}):
            self._report.add(line, f"the column {slot!r} is there {slots.count(slot)} times")
        carried = self._carried(slots)
        any_row = False
        for number, cells in rows:
            if not any(cells):
                continue
            any_row = True
            if len(cells) != len(slots):
                extra = "".join(
                    f"; left out: {cell[:60]!r}" for cell in cells[len(slots) :] if cell
                )
                self._report.add(number, f"{len(cells)} cells instead of {len(slots)}{extra}")
            texts = [(slot, cell) for slot, cell in zip(slots, cells, strict=False) if cell]
            yield from self._mapping(number, texts, carried)
        yield from self.not_carried(any_row, slots)

    def _slot(self, name: str, line: int) -> str:
        if name == "match_type":
            self._report.add(line, "match_type is of SSSOM 0.9; read as mapping_justification")
            return "mapping_justification"
        return name

    def _carried(self, slots: list[str]) -> tuple[Qualifier, ...]:
        """The qualifiers that every mapping gets from the set."""
        if self.ours:
            return ()
        return tuple(
            Qualifier(statement.predicate, statement.object)
            for slot, value in self._slots.items()
            if slot in PROPAGATABLE and slot not in slots
            for statement in self._of_set(slot, value)
        )

    def _mapping(
        self, number: int, texts: list[tuple[str, str]], carried: tuple[Qualifier, ...]
    ) -> Iterator[Statement]:
        cells = dict(texts)
        subject = self._end("subject", cells, number)
        target = self._end("object", cells, number)
        predicate = cells.get("predicate_id", "")
        if subject is None or target is None or not predicate:
            self._report.add(number, "a mapping without subject, predicate or object; left out")
            return
        if "mapping_justification" not in cells and not self.ours:
            self._report.add(number, "a mapping without mapping_justification")
        qualifiers = [
            Qualifier(predicate_of(slot, self.prefixes), value)
            for slot, text in texts
            if slot not in _ENDS
            for value in self.values(slot, text)
        ]
        relation = self.entity(predicate, number)
        yield Statement(subject, relation, target, (*qualifiers, *carried))

    def _end(self, end: str, cells: dict[str, str], number: int) -> Node | None:
        """The node of a subject or an object; a text that is mapped has one of its own."""
        text = cells.get(f"{end}_id", "")
        if text:
            return self.entity(text, number)
        label = cells.get(f"{end}_label", "")
        literal = cells.get(f"{end}_type", self._slots.get(f"{end}_type")) == "rdfs literal"
        return LITERAL_NODE + encode_local(label) if label and literal else None

    def entity(self, text: str, number: int = 0) -> Node:
        """The node of an entity reference; a prefix that nothing declares is reported once."""
        prefix, colon, local = text.partition(":")
        undeclared = colon and prefix not in self._known and not local.startswith("//")
        if undeclared and prefix not in ("urn", "mailto"):
            self._known.add(prefix)
            self._report.add(number, f"the prefix {prefix!r} is not in the curie_map")
        return self.prefixes.expand(text)

    def values(self, slot: str, cell: str) -> list[Object]:
        """The values of a cell; a bar without a backslash parts those of a slot with many."""
        if slot not in MULTIVALUED:
            return [self.value(slot, cell)]
        texts = (text.replace("\\|", "|") for text in _BAR.split(cell))
        return [self.value(slot, text) for text in texts if text]

    def value(self, slot: str, text: str) -> Object:
        """The value that a text is in a slot."""
        if slot == "mapping_justification":
            return self.entity(MATCH_TYPES.get(text, text))
        if slot in ENTITIES:
            return self.entity(text)
        if slot in ADDRESSES:
            return self.prefixes.expand(text)
        if slot in NUMBERS and _NUMBER.fullmatch(text):
            return Literal(text, _DOUBLE)
        if slot in DATES and _DAY.fullmatch(text):
            return Literal(text, XSD_DATE)
        return Literal(text)
