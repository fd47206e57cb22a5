"""Values, axioms, edges and annotations of changes as slots of the schema, both ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from kgcl import changes as c
from kgcl.schema_parts import Slots, write_ref
from kgcl.schema_slots import (
    ANNOTATION_SLOTS,
    EDGE_SLOTS,
    EXPRESSION,
    KIND_NAMES,
    LITERAL,
    Plain,
    entity,
)
from kgcl.writing import Writer

_WRITER: Final = Writer(None)


@dataclass(frozen=True, slots=True)
class Value:
    """An entity, a literal or an expression; ``labels`` allows an entity to be a label."""

    field: str
    slot: str
    kind: str = ""
    language: str = ""
    datatype: str = ""
    needed: bool = True
    labels: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        return (self.kind,) if self.kind else ()

    def write(self, change: Any, out: Plain) -> None:
        value: c.Term | None = getattr(change, self.field)
        if isinstance(value, c.Ref):
            write_ref(value, self.slot, self.kind, out)
            if self.kind and self._says_text(value.text, out.get(self.kind)):
                out[self.kind] = KIND_NAMES[value.kind]
        elif isinstance(value, c.Compound):
            out[self.slot] = _WRITER.term(value)
            if self.kind:
                out[self.kind] = EXPRESSION
        elif value is not None:
            self._write_text(value, out)

    def _write_text(self, text: c.Text, out: Plain) -> None:
        out[self.slot] = text.value
        if self.kind and (self.labels or self._is_entity(text.value)):
            out[self.kind] = LITERAL
        if text.language and self.language:
            out[self.language] = text.language
        if text.datatype is not None and self.datatype:
            out[self.datatype] = text.datatype.text

    def _is_entity(self, text: str) -> bool:
        return entity(text).kind in (c.RefKind.IRI, c.RefKind.CURIE)

    def read(self, slots: Slots) -> c.Term | None:
        text = slots.wanted(self.slot) if self.needed else slots.text(self.slot)
        if text is None:
            return None
        kind = slots.text(self.kind) if self.kind else None
        if kind == EXPRESSION:
            return read_expression(text, slots, self.slot)
        language = (slots.text(self.language) if self.language else None) or ""
        datatype = slots.text(self.datatype) if self.datatype else None
        if self._says_text(text, kind) or language or datatype:
            return c.Text(text, language, entity(datatype) if datatype else None)
        return entity(text, kind)

    def _says_text(self, text: str, kind: str | None) -> bool:
        if kind == LITERAL or (kind == "label" and not self.labels):
            return True
        return kind in (None, "error") and not self.labels and not self._is_entity(text)


def read_expression(text: str, slots: Slots, slot: str) -> c.Compound:
    """An expression in OWL functional syntax."""
    from kgcl.errors import KgclSyntaxError
    from kgcl.parser import read_command

    try:
        found = read_command(f"add axiom {text}")
    except KgclSyntaxError as error:
        reason = f"not an expression in OWL functional syntax: {error.reason}"
        raise slots.error(slot, reason) from None
    if isinstance(found, c.LogicalAxiomChange) and found == c.LogicalAxiomChange(
        None, found.new_value
    ):
        value = found.new_value
        if isinstance(value, c.Compound):
            return value
    raise slots.error(slot, "one expression in OWL functional syntax is wanted here")


@dataclass(frozen=True, slots=True)
class Axiom:
    """A whole axiom."""

    field: str
    slot: str

    @property
    def kinds(self) -> tuple[str, ...]:
        return ()

    def write(self, change: Any, out: Plain) -> None:
        value: c.Term | None = getattr(change, self.field)
        if value is not None:
            out[self.slot] = _WRITER.axiom(value)

    def read(self, slots: Slots) -> c.Compound | None:
        text = slots.text(self.slot)
        return None if text is None else read_expression(text, slots, self.slot)


@dataclass(frozen=True, slots=True)
class About:
    """The edge that a change is about.

    As the schema's own parser does, an old value is repeated in the edge: as its ``repeats``
    (``predicate`` or ``object``), where the edge says neither that nor a predicate.
    """

    repeats: str = ""
    needed: tuple[str, ...] = ()

    @property
    def field(self) -> str:
        return "about_edge"

    @property
    def kinds(self) -> tuple[str, ...]:
        return ()

    def write(self, change: Any, out: Plain) -> None:
        edge: c.Edge = change.about_edge
        found: Plain = {}
        for end in ("subject", "predicate", "object"):
            ref: c.Ref | None = getattr(edge, end)
            if ref is None and end == self.repeats and edge.predicate is None:
                ref = change.old_value
            if ref is not None:
                write_ref(ref, end, f"{end}_representation", found)
        out["about_edge"] = found

    def read(self, slots: Slots) -> c.Edge:
        inner = slots.inner("about_edge", EDGE_SLOTS)
        if inner is None:
            raise slots.error("about_edge", "is missing")
        ends: dict[str, c.Ref | None] = {}
        for end in ("subject", "predicate", "object"):
            text = inner.text(end)
            if text is None and (end == "subject" or end in self.needed):
                raise inner.error(end, "is missing")
            kind = inner.text(f"{end}_representation")
            ends[end] = None if text is None else entity(text, kind)
        if self.repeats and inner.plain.get(self.repeats) == slots.plain.get("old_value"):
            alone = self.repeats == "predicate" or ends["predicate"] is None
            if alone:
                ends[self.repeats] = None
        subject = ends["subject"]
        if subject is None:
            raise inner.error("subject", "is missing")
        return c.Edge(subject, ends["predicate"], ends["object"])


@dataclass(frozen=True, slots=True)
class OwlType:
    """What a creation makes; an annotation property is not in the official list."""

    @property
    def field(self) -> str:
        return "owl_type"

    @property
    def kinds(self) -> tuple[str, ...]:
        return ()

    def write(self, change: Any, out: Plain) -> None:
        if change.owl_type is c.NodeType.INSTANCE:
            out["owl_type"] = "NAMED_INDIVIDUAL"

    def read(self, slots: Slots) -> c.NodeType:
        text = slots.text("owl_type")
        if text in (None, "CLASS", "owl:Class"):
            return c.NodeType.NODE
        if text in ("NAMED_INDIVIDUAL", "owl:NamedIndividual"):
            return c.NodeType.INSTANCE
        if text in ("ANNOTATION_PROPERTY", "owl:AnnotationProperty"):
            return c.NodeType.ANNOTATION_PROPERTY
        raise slots.error("owl_type", "no creation of the schema makes this")


@dataclass(frozen=True, slots=True)
class Qualifiers:
    """Qualifiers as the one annotation, with one on it at most, that the schema has room for."""

    @property
    def field(self) -> str:
        return "qualifiers"

    @property
    def kinds(self) -> tuple[str, ...]:
        return ()

    def write(self, change: Any, out: Plain) -> None:
        if change.qualifiers and (found := self._annotation(change.qualifiers)):
            out["annotation_set"] = found

    def _annotation(self, notes: tuple[c.Note, ...]) -> Plain | None:
        found: Plain | None = None
        inner: Plain | None = None
        chain: list[c.Note] = []
        while notes:
            if len(notes) > 1:
                return None
            chain.append(notes[0])
            notes = notes[0].qualifiers
        for note in reversed(chain):
            found = {}
            write_ref(note.predicate, "property", "property_type", found)
            _FILLER.write(_Filled(note.value), found)
            if inner is not None:
                found["annotation_set"] = inner
            inner = found
        return found

    def read(self, slots: Slots) -> c.Notes:
        found: list[tuple[c.Ref, c.Term]] = []
        inner = slots.inner("annotation_set", ANNOTATION_SLOTS)
        while inner is not None:
            predicate = entity(inner.wanted("property"), inner.text("property_type"))
            value = _FILLER.read(inner)
            if value is None:
                raise inner.error("filler", "is missing")
            found.append((predicate, value))
            inner = inner.inner("annotation_set", ANNOTATION_SLOTS)
        notes: tuple[c.Note, ...] = ()
        for predicate, value in reversed(found):
            notes = (c.Note(predicate, value, notes),)
        return notes or None


@dataclass(frozen=True, slots=True)
class _Filled:
    filler: c.Term


_FILLER: Final = Value("filler", "filler", "filler_type")
