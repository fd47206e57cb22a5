"""OWL functional syntax as items with their places: prefixes, header, axioms, and what is neither.

OWL 2 Structural Specification, section 3.7 and appendix; one pass, no recursion. What cannot be
read is one item with a reason, and the scan goes on at the next line that begins an axiom.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias, Union

from graph.expression import Expression
from graph.model import Literal, Object, Qualifier
from graph.owl_axioms import AXIOMS, GROUP
from graph.owl_grammar import DEEPEST
from graph.vocabulary import XSD_COUNT

_BLANK: Final = r"(?:[ \t\r\n]++|\#[^\n]*+)*+"
_PREFIXED: Final = r"[^\s()<>\"\#=:@^,]*+:[^\s()<>\"=^]*+"
_TOKEN: Final = re.compile(
    rf"""{_BLANK}(?:
        <(?P<iri>[^<>\s]*+)>
      | (?P<open>[A-Za-z]++){_BLANK}\(
      | (?P<close>\))
      | "(?P<text>[^"\\]*+(?:\\.[^"\\]*+)*+)"
        (?:@(?P<language>[A-Za-z0-9-]++)
          |{_BLANK}\^\^{_BLANK}(?:<(?P<type>[^<>\s]*+)>|(?P<typed>{_PREFIXED})))?
      | (?P<count>[0-9]++)(?![^\s()\#])
      | (?P<anonymous>_:[^\s()<>"\#=^]++)
      | (?P<prefixed>{_PREFIXED})
      | (?P<group>\()
    )""",
    re.VERBOSE | re.DOTALL,
)
_PREFIX: Final = re.compile(
    rf"{_BLANK}Prefix{_BLANK}\({_BLANK}([^\s()<>\"\#=:]*+):{_BLANK}={_BLANK}<([^<>\s]*+)>{_BLANK}\)"
)
_ONTOLOGY: Final = re.compile(rf"{_BLANK}Ontology{_BLANK}\(")
_NEXT: Final = re.compile(rf"{_BLANK}")
_RESUME: Final = re.compile(rf"\n[ \t]*(?=(?:{'|'.join(AXIOMS)})\()")
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class Item:
    """A part of the text from ``start`` to ``end``: an axiom, or a part of the header.

    ``name`` is the operator; ``prefix`` for a prefix, whose arguments are its name and namespace;
    ``iri`` for a name of the ontology; ``ontology`` and ``end`` for its parentheses; ``problem``
    for what cannot be read, whose argument is the reason.
    """

    start: int
    end: int
    name: str
    arguments: tuple[Object, ...] = ()
    annotations: tuple[Qualifier, ...] = ()


class ScanError(Exception):
    """A text cannot be read from a place on; the message says what is wrong with it."""

    def __init__(self, reason: str, at: int) -> None:
        super().__init__(reason)
        self.at = at


_Part: TypeAlias = Union[Object, Qualifier]


@dataclass(slots=True)
class Scanner:
    """Reads one text; prefixes are those given until the text declares its own."""

    text: str
    prefixes: dict[str, str] = field(default_factory=dict)

    def items(self) -> Iterator[Item]:
        """Every item of the text, in order."""
        at, inside = 0, False
        while True:
            start = self._past_blanks(at)
            if start >= len(self.text):
                if inside:
                    yield Item(start, start, "problem", ("the ontology is not closed",))
                return
            try:
                item = self._inner(start) if inside else self._outer(start)
            except ScanError as error:
                item = Item(start, self._resume(start), "problem", (str(error),))
            inside = (inside or item.name == "ontology") and item.name != "end"
            yield item
            at = item.end

    def axioms(self, start: int = 0) -> Iterator[Item]:
        """Axioms of a text that is nothing but axioms. Raises ScanError."""
        while (start := self._past_blanks(start)) < len(self.text):
            item = self._tree(start)
            yield item
            start = item.end

    def _past_blanks(self, at: int) -> int:
        found = _NEXT.match(self.text, at)
        return found.end() if found else at

    def _resume(self, start: int) -> int:
        found = _RESUME.search(self.text, start)
        return found.end() if found else len(self.text)

    def _outer(self, start: int) -> Item:
        found = _PREFIX.match(self.text, start)
        if found is not None:
            self.prefixes[found[1]] = found[2]
            return Item(start, found.end(), "prefix", (found[1], found[2]))
        found = _ONTOLOGY.match(self.text, start)
        if found is not None:
            return Item(start, found.end(), "ontology")
        raise ScanError(f"{self._shown(start)} is neither a prefix nor an ontology", start)

    def _inner(self, start: int) -> Item:
        mark = self.text[start]
        if mark == ")":
            return Item(start, start + 1, "end")
        if mark == "<" or not mark.isupper():
            found = _TOKEN.match(self.text, start)
            if found is not None and found.lastgroup in ("iri", "prefixed"):
                return Item(start, found.end(), "iri", (self._atom(found),))
        return self._tree(start)

    def _tree(self, start: int) -> Item:
        """The tree that begins here; its annotations apart."""
        text, match = self.text, _TOKEN.match
        stack: list[tuple[str, list[_Part]]] = []
        at = start
        while True:
            found = match(text, at)
            if found is None:
                raise ScanError(f"{self._shown(at)} cannot be read", at)
            at = found.end()
            kind = found.lastgroup
            if kind == "open" or kind == "group":
                if len(stack) >= DEEPEST:
                    raise ScanError(f"nested more than {DEEPEST} deep", at)
                stack.append((found["open"] if kind == "open" else GROUP, []))
            elif not stack:
                raise ScanError(f"{self._shown(found.start())} is no axiom", at)
            elif kind != "close":
                stack[-1][1].append(self._atom(found))
            else:
                name, parts = stack.pop()
                if not stack:
                    return self._item(start, at, name, parts)
                stack[-1][1].append(_closed(name, parts, at))

    def _item(self, start: int, end: int, name: str, parts: list[_Part]) -> Item:
        annotations, arguments = _split(parts)
        if name == GROUP:
            raise ScanError("parentheses without a name", start)
        return Item(start, end, name, arguments, annotations)

    def _atom(self, found: re.Match[str]) -> Object:
        kind = found.lastgroup
        if kind == "iri":
            return found["iri"]
        if kind == "prefixed":
            return self._expand(found["prefixed"], found)
        if kind == "count":
            return Literal(found["count"], XSD_COUNT)
        if kind == "anonymous":
            return found["anonymous"]
        value = found["text"]
        if "\\" in value:
            value = _ESCAPED.sub(r"\1", value)
        if found["language"]:
            return Literal(value, language=found["language"])
        if found["type"] is not None:
            return Literal(value, found["type"])
        if found["typed"] is not None:
            return Literal(value, self._expand(found["typed"], found))
        return Literal(value)

    def _expand(self, text: str, found: re.Match[str]) -> str:
        prefix, _, local = text.partition(":")
        namespace = self.prefixes.get(prefix)
        if namespace is None:
            raise ScanError(f"the prefix {prefix}: is not declared", found.start())
        return namespace + local

    def _shown(self, at: int) -> str:
        line = self.text[self._past_blanks(at) :][:_SHOWN].split("\n", 1)[0]
        return repr(line) if line else "the end of the text"


def _split(parts: list[_Part]) -> tuple[tuple[Qualifier, ...], tuple[Object, ...]]:
    annotations = tuple(part for part in parts if isinstance(part, Qualifier))
    return annotations, tuple(part for part in parts if not isinstance(part, Qualifier))


def _closed(name: str, parts: list[_Part], at: int) -> _Part:
    annotations, arguments = _split(parts)
    if name == "Annotation":
        if len(arguments) != 2 or not isinstance(arguments[0], str):
            raise ScanError("an annotation is a property and a value", at)
        return Qualifier(arguments[0], arguments[1], annotations)
    if annotations:
        raise ScanError(f"an annotation inside of {name}", at)
    return Expression(name, arguments)


class LineCounter:
    """Numbers of lines, from 1; places asked for in rising order cost one pass in all."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at, self._line = 0, 1

    def line(self, place: int) -> int:
        """The line of a place."""
        if place < self._at:
            self._at, self._line = 0, 1
        self._line += self._text.count("\n", self._at, place)
        self._at = place
        return self._line
