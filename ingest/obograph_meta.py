"""The ``meta`` objects of OBO Graphs: property values of a node, an edge, an axiom or a value.

Both ways; github.com/geneontology/obographs, schema/obographs-schema.json. What a property value
says is a triple of predicate, value and qualifiers, whatever it is said about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from graph.model import Literal, Node, Object, Qualifier
from graph.prefixes import PrefixMap, is_absolute
from graph.vocabulary import (
    BROAD_SYNONYM,
    COMMENT,
    CONSIDER,
    DEFINITION,
    DEPRECATED,
    EXACT_SYNONYM,
    IN_SUBSET,
    KGDELTA,
    LABEL,
    NARROW_SYNONYM,
    OBO,
    OWL,
    RDF,
    RELATED_SYNONYM,
    REPLACED_BY,
    SYNONYM_TYPE,
    VERSION_INFO,
    XREF,
    XSD_BOOLEAN,
)
from ingest.kgx_json import json_text
from ingest.tags import FLAGS

#: A key that the schema does not know keeps its value as JSON under this.
UNKNOWN: Final = KGDELTA + "obograph:"
VERSION_IRI: Final = OWL + "versionIRI"

#: Predicate, value, and what is said about both.
Said: TypeAlias = tuple[Node, Object, tuple[Qualifier, ...]]
Tell: TypeAlias = Callable[[str], None]

_SCOPES: Final = {
    "hasExactSynonym": EXACT_SYNONYM,
    "hasBroadSynonym": BROAD_SYNONYM,
    "hasNarrowSynonym": NARROW_SYNONYM,
    "hasRelatedSynonym": RELATED_SYNONYM,
}
_SCOPE_NAMES: Final = {predicate: name for name, predicate in _SCOPES.items()}
#: Predicates whose values are nodes, though the schema has only text for them.
_NODE_VALUED: Final = frozenset({CONSIDER, REPLACED_BY, SYNONYM_TYPE, IN_SUBSET})
_JSON: Final = RDF + "JSON"
#: An address that is the id of a term in an OBO ontology, whoever defines it.
_TERM: Final = re.compile(re.escape(OBO) + r"[A-Za-z]+_[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class MetaReader:
    """Reads metas of one document; ``nodes`` are the ids that it defines."""

    prefixes: PrefixMap
    nodes: Set[Node]

    def read(self, meta: Any, tell: Tell) -> Iterator[Said]:
        """All that a meta says."""
        if meta is None:
            return
        if not isinstance(meta, dict):
            tell("meta is no object; left out")
            return
        for key, value in meta.items():
            reader = _READERS.get(key)
            if reader is not None:
                yield from reader(self, value, tell)
            elif value not in (None, [], {}):
                tell(f"the key {key!r} of meta is not of OBO Graphs; kept as it is")
                yield UNKNOWN + key, Literal(json_text(value), _JSON), ()

    def qualifiers(self, meta: Any, tell: Tell) -> tuple[Qualifier, ...]:
        """What a meta says as qualifiers."""
        return tuple(Qualifier(*said) for said in self.read(meta, tell))

    def _definition(self, value: Any, tell: Tell) -> Iterator[Said]:
        yield from self._values(value, tell, lambda _: DEFINITION)

    def _xrefs(self, value: Any, tell: Tell) -> Iterator[Said]:
        yield from self._values(value, tell, lambda _: XREF)

    def _synonyms(self, value: Any, tell: Tell) -> Iterator[Said]:
        yield from self._values(value, tell, self._scope)

    def _basic(self, value: Any, tell: Tell) -> Iterator[Said]:
        yield from self._values(value, tell, self._predicate)

    def _scope(self, one: dict[str, Any]) -> Node | None:
        pred = one.get("pred", "hasRelatedSynonym")
        if not isinstance(pred, str) or not pred:
            return None
        return _SCOPES.get(pred) or self.prefixes.expand(pred)

    def _predicate(self, one: dict[str, Any]) -> Node | None:
        pred = one.get("pred")
        return self.prefixes.expand(pred) if isinstance(pred, str) and pred else None

    def _values(
        self, values: Any, tell: Tell, predicate_of: Callable[[dict[str, Any]], Node | None]
    ) -> Iterator[Said]:
        """Objects with ``val``: their other keys are qualifiers."""
        for one in _listed(values):
            if isinstance(one, str):
                one = {"val": one}
            if not isinstance(one, dict):
                tell(f"a property value that is no object: {json_text(one)[:60]}")
                continue
            predicate = predicate_of(one)
            value = self._value(predicate, one.get("val"))
            if predicate is None or value is None:
                tell(f"a property value without pred or val: {json_text(one)[:60]}")
                continue
            yield predicate, value, tuple(self._about(one, tell))

    def _value(self, predicate: Node | None, value: Any) -> Object | None:
        if isinstance(value, Literal):
            return value
        if isinstance(value, bool):
            return Literal("true" if value else "false", XSD_BOOLEAN)
        if not isinstance(value, str):
            return None
        if predicate in _FLAGS and value in ("true", "false"):
            return Literal(value, XSD_BOOLEAN)
        defined = value in self.nodes and is_absolute(value)
        if defined or predicate in _NODE_VALUED or _TERM.fullmatch(value):
            return self.prefixes.expand(value)
        return Literal(value)

    def _about(self, one: dict[str, Any], tell: Tell) -> Iterator[Qualifier]:
        for key, value in one.items():
            if key == "xrefs":
                for xref in _listed(value):
                    if isinstance(xref, str):
                        yield Qualifier(XREF, Literal(xref))
                    else:
                        tell(f"an xref that is no text: {json_text(xref)[:60]}")
            elif key == "synonymType" and isinstance(value, str) and value:
                yield Qualifier(SYNONYM_TYPE, self.prefixes.expand(value))
            elif key == "lbl" and isinstance(value, str):
                yield Qualifier(LABEL, Literal(value))
            elif key == "meta":
                yield from self.qualifiers(value, tell)
            elif key not in ("pred", "val") and value not in (None, "", [], {}):
                tell(f"the key {key!r} of a property value is not of OBO Graphs; kept as it is")
                yield Qualifier(UNKNOWN + key, Literal(json_text(value), _JSON))

    def _comments(self, value: Any, tell: Tell) -> Iterator[Said]:
        yield from self._texts(COMMENT, value, tell)

    def _texts(self, predicate: Node, value: Any, tell: Tell) -> Iterator[Said]:
        for one in _listed(value):
            if isinstance(one, str):
                yield predicate, Literal(one), ()
            else:
                tell(f"a text is expected: {json_text(one)[:60]}")

    def _subsets(self, value: Any, tell: Tell) -> Iterator[Said]:
        for _, text, _ in self._texts(IN_SUBSET, value, tell):
            if isinstance(text, Literal):
                yield IN_SUBSET, self.prefixes.expand(text.value), ()

    def _deprecated(self, value: Any, tell: Tell) -> Iterator[Said]:
        if isinstance(value, bool):
            yield DEPRECATED, Literal("true" if value else "false", XSD_BOOLEAN), ()
        elif value is not None:
            tell("deprecated is neither true nor false; left out")

    def _version(self, value: Any, tell: Tell) -> Iterator[Said]:
        if isinstance(value, str) and is_absolute(value):
            yield VERSION_IRI, self.prefixes.expand(value), ()
        else:
            yield from self._texts(VERSION_INFO, value, tell)


_FLAGS: Final = frozenset(FLAGS.values())
_READERS: Final = {
    "definition": MetaReader._definition,
    "comments": MetaReader._comments,
    "subsets": MetaReader._subsets,
    "xrefs": MetaReader._xrefs,
    "synonyms": MetaReader._synonyms,
    "basicPropertyValues": MetaReader._basic,
    "version": MetaReader._version,
    "deprecated": MetaReader._deprecated,
}
META_ORDER: Final = (
    "definition",
    "comments",
    "subsets",
    "xrefs",
    "synonyms",
    "basicPropertyValues",
    "version",
    "deprecated",
)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


class MetaWriter:
    """Writes metas of one document; each value is read back before it is used."""

    def __init__(self, reader: MetaReader) -> None:
        self._reader = reader

    def meta(self, about: Iterable[Said]) -> tuple[dict[str, Any], list[Said]]:
        """What is said as one meta, and what a meta cannot say."""
        made: dict[str, Any] = {}
        left = [said for said in about if not self._put(said, made)]
        return {key: made[key] for key in META_ORDER if key in made}, left

    def _put(self, said: Said, made: dict[str, Any]) -> bool:
        for key, value in self._forms(said):
            single = not isinstance(value, list)
            if single and key in made:
                continue
            if self._reads({key: value}, said):
                made[key] = value if single else [*made.get(key, []), *value]
                return True
        return False

    def _reads(self, meta: dict[str, Any], said: Said) -> bool:
        complaints: list[str] = []
        read = [(p, v, frozenset(q)) for p, v, q in self._reader.read(meta, complaints.append)]
        predicate, value, qualifiers = said
        return read == [(predicate, value, frozenset(qualifiers))] and not complaints

    def _forms(self, said: Said) -> Iterator[tuple[str, Any]]:
        """The keys and values that may say it, the most telling first."""
        predicate, value, qualifiers = said
        text = value if isinstance(value, str) else getattr(value, "value", None)
        if not isinstance(text, str):
            return
        about = self._about(qualifiers)
        if about is None:
            return
        if predicate == DEFINITION:
            yield "definition", {"val": text, **about}
        elif predicate in _SCOPE_NAMES:
            yield "synonyms", [{"pred": _SCOPE_NAMES[predicate], "val": text, **about}]
        elif predicate == XREF:
            yield "xrefs", [{"val": text, **about}]
        elif not qualifiers:
            if predicate == COMMENT:
                yield "comments", [text]
            elif predicate == IN_SUBSET:
                yield "subsets", [text]
            elif predicate == DEPRECATED:
                yield "deprecated", text == "true"
            elif predicate in (VERSION_IRI, VERSION_INFO):
                yield "version", text
        yield "basicPropertyValues", [{"pred": predicate, "val": text, **about}]

    def _about(self, qualifiers: tuple[Qualifier, ...]) -> dict[str, Any] | None:
        """Qualifiers as the other keys of a property value, None where they cannot be."""
        xrefs: list[str] = []
        rest: list[Said] = []
        made: dict[str, Any] = {}
        for qualifier in qualifiers:
            value, predicate = qualifier.value, qualifier.predicate
            bare = isinstance(value, Literal) and value == Literal(value.value)
            if predicate == XREF and bare and not qualifier.qualifiers:
                xrefs.append(value.value if isinstance(value, Literal) else "")
            elif predicate == SYNONYM_TYPE and isinstance(value, str) and "synonymType" not in made:
                if (
                    qualifier.qualifiers
                    or not value
                    or self._reader.prefixes.expand(value) != value
                ):
                    return None
                made["synonymType"] = value
            else:
                rest.append((predicate, value, qualifier.qualifiers))
        meta, left = self.meta(rest)
        if left:
            return None
        return {**({"xrefs": xrefs} if xrefs else {}), **made, **({"meta": meta} if meta else {})}
