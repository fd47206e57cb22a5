"""Tables of changes, for people who edit in spreadsheets: TSV or CSV, one change a row.

The law: ``read_table(write_table(changes)).changes == changes``. What columns cannot hold, such as
a set of changes, stands as KGCL in the column ``text``.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, replace
from difflib import get_close_matches
from typing import Any, Final

from kgcl import changes as c
from kgcl.change_cells import (
    UNSAFE,
    CellError,
    guarded,
    read_entities,
    read_entity,
    read_notes,
    read_value,
    read_xrefs,
    unguarded,
    write_entities,
    write_entity,
    write_value,
    write_xrefs,
)
from kgcl.change_columns import (
    COLUMNS,
    CREATIONS,
    META,
    NAMED_VALUES,
    NAMES,
    SETS,
    TYPE_OF_VERB,
    columns_of,
    is_needed,
    kinds,
    word_of,
)
from kgcl.errors import KgclSyntaxError
from kgcl.parser import Command, Parsed, parse_all
from kgcl.render import render
from kgcl.writing import Writer

#: What is said of a label that has no language.
_NO_LANGUAGE: Final = "none"
_BY_EDGE: Final = ("predicate", "object")
_OBSOLETIONS: Final = {
    (True, True): c.NodeObsoletionWithDirectReplacement,
    (True, False): c.NodeObsoletionWithDirectReplacement,
    (False, True): c.NodeObsoletionWithNoDirectReplacement,
}


def is_table(text: str) -> bool:
    """Whether a text begins as a table of changes does, with the names of columns."""
    first = text.lstrip("\ufeff").lstrip("\n").partition("\n")[0]
    names = [_name(cell) for cell in re.split("[\t,]", first)]
    known = [name for name in names if name in COLUMNS]
    return ("change" in known or "text" in known) and len(known) == len(
        [name for name in names if name and not name.startswith("#")]
    )


# --- reading


def read_table(text: str) -> Parsed:
    """The changes of a table; every mistake has its row, as line, and its column.

    The first row names the columns, in any order and case. Columns and rows that begin with ``#``
    are for people, as are empty ones.
    """
    text = text.removeprefix("\ufeff")
    delimiter = "\t" if "\t" in text.partition("\n")[0] or "," not in text else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    commands: list[Command] = []
    errors: list[KgclSyntaxError] = []
    header: list[str] | None = None
    for line, row in _rows(reader, errors):
        if not any(cell.strip() for cell in row) or row[0].lstrip().startswith("#"):
            continue
        if header is None:
            header = [_name(cell) for cell in row]
            errors += _header_mistakes(header, line)
            if errors:
                break
            continue
        try:
            commands.append(_Row(header, [unguarded(cell) for cell in row], line).command())
        except KgclSyntaxError as error:
            errors.append(error)
    if header is None and not errors:
        reason = "a table of changes begins with the names of its columns, such as change, id"
        errors.append(KgclSyntaxError(reason, 1, 1))
    return Parsed(tuple(commands), tuple(errors))


def _rows(reader: Any, errors: list[KgclSyntaxError]) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line on which each begins; a cell may span lines."""
    before = 0
    try:
        for row in reader:
            yield before + 1, row
            before = reader.line_num
    except csv.Error as error:
        errors.append(KgclSyntaxError(f"no table: {error}", before + 1, 1))


def _name(cell: str) -> str:
    return " ".join(cell.strip().lower().replace("_", " ").split())


def _header_mistakes(header: Sequence[str], line: int) -> list[KgclSyntaxError]:
    errors = []
    for number, name in enumerate(header, 1):
        if not name or name.startswith("#"):
            continue
        if name not in COLUMNS:
            near = get_close_matches(name, COLUMNS, 1, 0.6)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            reason = f"there is no column {name!r}{hint} (begin it with # if it is for people)"
            errors.append(KgclSyntaxError(reason, line, number))
        elif name in header[: number - 1]:
            errors.append(KgclSyntaxError(f"the column {name!r} is there twice", line, number))
    return errors


class _Row:
    """One row: its cells by column, and the change that they say."""

    def __init__(self, header: Sequence[str], row: Sequence[str], line: int) -> None:
        self.header = header
        self.line = line
        self.snippet = "\t".join(row)
        self.cells = {
            name: cell
            for name, cell in zip(header, row, strict=False)
            if cell.strip() and name and not name.startswith("#")
        }
        more = [cell for cell in row[len(header) :] if cell.strip()]
        if more:
            raise self.error("", f"{len(more)} more cells than there are columns", len(header) + 1)

    def error(self, column: str, reason: str, number: int = 0) -> KgclSyntaxError:
        place = number or (self.header.index(column) + 1 if column in self.header else 1)
        words = f"column {column!r}: {reason}" if column else reason
        return KgclSyntaxError(words, self.line, place, (), self.snippet)

    def command(self) -> Command:
        change = self._from_text() if "text" in self.cells else self._from_cells()
        position = c.Position(self.line, 1)
        change = replace(change, position=position)
        try:
            return Command(position, render(change), change)
        except ValueError as error:
            raise self.error("change", str(error)) from None

    def _from_text(self) -> c.Change:
        others = [name for name in self.cells if name not in ("change", "text")]
        if others:
            raise self.error(others[0], "'text' says all of the change: leave this empty")
        parsed = parse_all(self.cells["text"])
        if parsed.errors:
            raise self.error("text", parsed.errors[0].reason)
        if len(parsed.changes) != 1:
            raise self.error("text", f"{len(parsed.changes)} changes: a row has one")
        if "change" in self.cells and self._kind()[0] is not type(parsed.changes[0]):
            found = type(parsed.changes[0]).__name__
            raise self.error("change", f"the column 'text' says another change, a {found}")
        return parsed.changes[0]

    def _kind(self) -> tuple[type[c.Change], str]:
        verb = _name(self.cells.get("change", ""))
        if not verb:
            raise self.error("change", "what kind of change is this? Name a class or a verb")
        kind = kinds().get(verb) or kinds().get(verb.replace(" ", ""))
        if kind is None:
            near = get_close_matches(verb, kinds(), 1, 0.6)
            hint = f"; did you mean {word_of(near[0])!r}?" if near else ""
            raise self.error("change", f"there is no change {verb!r}{hint}")
        if verb == "obsolete":
            said = "replacement" in self.cells, "alternatives" in self.cells
            kind = _OBSOLETIONS.get(said, kind)
        return kind, verb

    def _from_cells(self) -> c.Change:
        kind, verb = self._kind()
        if kind in SETS:
            raise self.error("change", "a set of changes is said in the column 'text'")
        used = columns_of(kind)
        edge = "id" in used and used["id"].name == "about_edge"
        terms = [n for n, f in used.items() if str(f.type).startswith("Term")]
        fitting = {*used, "change", "xrefs", "qualifiers", *META, *(_BY_EDGE if edge else ())}
        fitting |= {"language", "datatype"} if terms else set()
        for name in self.cells:
            if name not in fitting:
                raise self.error(name, f"a {kind.__name__} has none of this")
        values: dict[str, Any] = {}
        for name, field in used.items():
            if name in self.cells:
                values[field.name] = self._read(kind, name, field)
            elif is_needed(field):
                reason = f"a {kind.__name__} needs it"
                raise self.error(name, reason if name in self.header else f"missing: {reason}")
            elif field.default is MISSING:
                values[field.name] = None
        if verb in TYPE_OF_VERB:
            values["owl_type"] = TYPE_OF_VERB[verb]
        return kind(**values, qualifiers=self._notes(), meta=self._meta())

    def _read(self, of: type[c.Change], name: str, field: Field[object]) -> Any:
        cell, kind = self.cells[name], str(field.type)
        try:
            if kind == "Edge":
                return self._edge()
            if kind.startswith("Term"):
                language, datatype = self.cells.get("language", ""), self.cells.get("datatype", "")
                return read_value(cell, language.strip(), datatype.strip())
            if kind.startswith("tuple[Ref"):
                return read_entities(cell)
            if kind.startswith("Ref"):
                return read_entity(cell, _has_names(of, name))
        except CellError as error:
            raise self.error(name, str(error)) from None
        if kind.startswith("Scope"):
            return self._scope(name, cell, "Ref" in kind)
        if kind == "NodeType":
            return self._word(name, cell, list(c.NodeType))
        if of is c.SetLanguageForName and name != "id":
            return "" if cell.strip() == _NO_LANGUAGE else cell.strip().removeprefix("@")
        if "language" in name:
            return cell.strip().removeprefix("@")
        return cell

    def _edge(self) -> c.Edge:
        parts = {name: self.cells.get(name) for name in ("id", *_BY_EDGE)}
        refs = {
            name: read_entity(cell, name in NAMES) if cell else None for name, cell in parts.items()
        }
        subject = refs["id"]
        if subject is None:
            raise CellError("an edge has a subject")
        return c.Edge(subject, refs["predicate"], refs["object"])

    def _scope(self, name: str, cell: str, other: bool) -> c.Scope | c.Ref:
        word = cell.strip().lower()
        if word in list(c.Scope):
            return c.Scope(word)
        if other:
            return read_entity(cell, names=True)
        found = self._word(name, cell, list(c.Scope))
        return c.Scope(found)

    def _word(self, name: str, cell: str, words: Sequence[Any]) -> Any:
        text = _name(cell)
        if text not in words:
            known = ", ".join(f"{word.value!r}" for word in words)
            raise self.error(name, f"one of {known} is wanted, not {cell.strip()!r}")
        return next(word for word in words if word == text)

    def _notes(self) -> c.Notes:
        try:
            notes = read_notes(self.cells["qualifiers"]) if "qualifiers" in self.cells else None
            if "xrefs" in self.cells:
                return (*(notes or ()), *read_xrefs(self.cells["xrefs"]))
        except CellError as error:
            raise self.error("qualifiers", str(error)) from None
        return notes

    def _meta(self) -> c.Meta | None:
        said: dict[str, Any] = {
            field: self.cells[name] for name, field in META.items() if name in self.cells
        }
        return c.Meta(**said) if said else None


def _has_names(kind: type[c.Change], column: str) -> bool:
    """Whether a single word in a column is a name and not a label."""
    if column in ("old value", "new value"):
        return issubclass(kind, NAMED_VALUES)
    return column in NAMES or (column == "id" and issubclass(kind, CREATIONS))


# --- writing


def write_table(changes: Iterable[c.Change], delimiter: str = "\t") -> str:
    """Changes as a table, with the columns that they need. Raises ValueError where render does."""
    rows = [_cells(change) for change in changes]
    used = [name for name in COLUMNS if name == "change" or any(name in row for row in rows)]
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
    writer.writerow(used)
    writer.writerows([guarded(row.get(name, "")) for name in used] for row in rows)
    return stream.getvalue()


def _cells(change: c.Change) -> Mapping[str, str]:
    """The row of a change by columns where these read back as it is, else as text."""
    name = type(change).__name__
    try:
        cells = {"change": name, **_columns(change)}
        if not any(UNSAFE.search(cell) for cell in cells.values()):
            read = _Row(list(cells), list(cells.values()), 1).command().change
            if read == change:
                return cells
    except (ValueError, KgclSyntaxError, CellError):
        pass
    return {"change": name, "text": render(change)}


def _columns(change: c.Change) -> Mapping[str, str]:
    if isinstance(change, SETS):
        raise ValueError("a set of changes has no columns")
    cells: dict[str, str] = {}
    for name, field in columns_of(type(change)).items():
        value = getattr(change, field.name)
        if value == "" and isinstance(change, c.SetLanguageForName):
            value = _NO_LANGUAGE
        if value is None or value in ("", ()):
            continue
        if isinstance(value, c.Edge):
            parts = {"id": value.subject, "predicate": value.predicate, "object": value.object}
            cells |= {n: write_entity(r, n in NAMES) for n, r in parts.items() if r}
        elif isinstance(value, tuple):
            cells[name] = write_entities(value)
        elif isinstance(value, c.Ref) and not str(field.type).startswith("Term"):
            cells[name] = write_entity(value, _has_names(type(change), name))
        elif isinstance(value, c.Ref | c.Text | c.Compound):
            cells[name] = write_value(value)
        elif value is not c.NodeType.NODE:
            cells[name] = str(value)
    if change.qualifiers is not None:
        xrefs = write_xrefs(change.qualifiers)
        column = "xrefs" if xrefs else "qualifiers"
        cells[column] = xrefs or Writer(None).notes(change.qualifiers)
    if change.meta is not None:
        if change.meta.associated_change_set:
            raise ValueError("changes that come with one have no columns")
        said = {name: getattr(change.meta, field) for name, field in META.items()}
        cells |= {name: text for name, text in said.items() if text}
    return cells
