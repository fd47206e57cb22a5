"""The cells of a table of changes: entities, values, lists and qualifiers as people type them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from kgcl import changes as c
from kgcl.errors import KgclSyntaxError
from kgcl.lexical import OPERATOR, quote
from kgcl.parser import parse
from kgcl.writing import Writer, is_curie, is_name

#: What stands between the items of a list in a cell.
BETWEEN: Final = "|"
XREF: Final = c.Ref("oboInOwl:hasDbXref", c.RefKind.CURIE)
#: What no cell holds: line ends and controls that spreadsheets change, halves of characters.
UNSAFE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
#: What spreadsheets take for a formula; a space before it makes it a text to them.
_FORMULA: Final = re.compile(r" *[=+\-@]")
_GUARDED: Final = re.compile(r" +[=+\-@]")
_WRITER: Final = Writer(None)
_QUOTED: Final = ("'", '"')
_CALL: Final = re.compile(OPERATOR.pattern + r"\(.*\)", re.DOTALL)
#: A text in quotes, as KGCL has it.
_TEXT: Final = re.compile(r"""(['"]).*\1(?:@[\w-]+|\^\^\S+)?""", re.DOTALL)
_ANY: Final = "delete a:b"


class CellError(Exception):
    """A cell does not say what its column is for; the text is the reason."""


def guarded(cell: str) -> str:
    """A cell that no spreadsheet computes: one more space where it would begin a formula."""
    return f" {cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """The inverse of :func:`guarded`; a cell as people type it stays as it is."""
    return cell[1:] if _GUARDED.match(cell) else cell


def read_entity(cell: str, names: bool = False) -> c.Ref:
    """An entity: a CURIE, an IRI (bare or in ``<>``), a label (bare or quoted).

    A single word is a name, such as ``part_of``, where ``names`` are wanted. Raises CellError.
    """
    text = cell.strip()
    if text.startswith(("<", *_QUOTED)):
        found: c.Ref = _parsed(f"delete {text}", lambda x: x.about_node)
        return found
    if "://" in text and not re.search(r"\s", text):
        return read_entity(f"<{text}>")
    if is_curie(text):
        return c.Ref(text, c.RefKind.CURIE)
    if names and is_name(text):
        return c.Ref(text, c.RefKind.NAME)
    return c.Ref(text, c.RefKind.LABEL)


def write_entity(ref: c.Ref, names: bool = False) -> str:
    """A cell that reads back as this entity. Raises ValueError where there is none."""
    if ref.kind is c.RefKind.LABEL:
        bare = ref.text
        return bare if bare == bare.strip() and _reads(bare, ref, names) else quote(bare)
    text = _WRITER.id(ref)
    if not _reads(text, ref, names):
        raise ValueError(f"{text} would be read as a label")
    return text


def _reads(cell: str, ref: c.Ref, names: bool) -> bool:
    try:
        return bool(cell) and read_entity(cell, names) == ref
    except CellError:
        return False


def read_entities(cell: str) -> tuple[c.Ref, ...]:
    """Entities with ``|`` between them."""
    return tuple(read_entity(part) for part in cell.split(BETWEEN) if part.strip())


def write_entities(refs: tuple[c.Ref, ...]) -> str:
    """A cell that reads back as these entities. Raises ValueError where there is none."""
    cells = [write_entity(ref) for ref in refs]
    if any(BETWEEN in cell for cell in cells):
        raise ValueError(f"a list has {BETWEEN} between its entities, not in them")
    return BETWEEN.join(cells)


def read_value(cell: str, language: str = "", datatype: str = "") -> c.Term:
    """A value: a CURIE or an IRI in ``<>`` is an entity, ``F(...)`` an expression, the rest text.

    What is quoted, as in KGCL, is a text whatever it looks like. A language or a datatype that the
    row gives is that of a text without one. Raises CellError.
    """
    text = cell.strip()
    said = bool(language or datatype)
    entity = not said and (text.startswith("<") or is_curie(text) or _CALL.fullmatch(text))
    plain = not entity and not _TEXT.fullmatch(text)
    if not plain:
        found: c.Term = _parsed(f"add statement a:b a:b {text}", lambda x: x.object)
        if not said or not isinstance(found, c.Text) or found.language or found.datatype:
            return found
        cell = found.value
    if language and datatype:
        raise CellError("a text has a language or a datatype, not both")
    kind = read_entity(datatype, names=True) if datatype else None
    return c.Text(cell, language, kind)


def write_value(term: c.Term) -> str:
    """A cell that reads back as this value. Raises ValueError where there is none."""
    for cell in _value_cells(term):
        try:
            if cell and read_value(cell) == term:
                return cell
        except CellError:
            continue
    raise ValueError("the value has no cell that reads back as it is")


def _value_cells(term: c.Term) -> list[str]:
    plain = (
        [term.value] if isinstance(term, c.Text) and not (term.language or term.datatype) else []
    )
    return [*plain, _WRITER.term(term)]


def read_notes(cell: str) -> c.Notes:
    """Qualifiers as KGCL writes them; ``{}`` says that there are none."""
    text = cell.strip()
    if not text.startswith("{"):
        raise CellError("qualifiers stand in braces: {oboInOwl:hasDbXref='PMID:1'}")
    notes: c.Notes = _parsed(f"{_ANY} {text}", lambda x: x.qualifiers)
    return notes


def read_xrefs(cell: str) -> tuple[c.Note, ...]:
    """Cross-references with ``|`` between them, as qualifiers."""
    parts = (part.strip() for part in cell.split(BETWEEN))
    return tuple(c.Note(XREF, c.Text(part)) for part in parts if part)


def write_xrefs(notes: c.Notes) -> str:
    """The cell of qualifiers that are nothing but cross-references, '' for any others."""
    if not notes or any(note.predicate != XREF or note.qualifiers for note in notes):
        return ""
    texts = [note.value.value for note in notes if isinstance(note.value, c.Text)]
    cell = BETWEEN.join(texts)
    return cell if read_xrefs(cell) == notes else ""


def _parsed(command: str, part: Callable[[Any], Any]) -> Any:
    """A part of the one command that a text must be; nothing may follow it."""
    try:
        changes = parse(command)
    except KgclSyntaxError as error:
        raise CellError(error.reason) from None
    if len(changes) != 1 or changes[0].meta is not None or "\n" in command:
        raise CellError("the cell says more than one thing")
    change = changes[0]
    if change.qualifiers is not None and not command.startswith(_ANY):
        raise CellError("qualifiers have a column of their own")
    return part(change)
