"""YAML and JSON of the official schema: text to plain data and back, safely.

YAML is read from its events: texts stay as they are written (``1.0``, ``yes`` and dates are no
numbers here), every mistake has its line, and nothing is built that a document only pretends to
hold (aliases of aliases).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from kgcl.errors import KgclSyntaxError
from kgcl.schema_reading import from_schema
from kgcl.schema_slots import SchemaError
from kgcl.schema_writing import to_schema

if TYPE_CHECKING:
    from kgcl.changes import Change

#: Lists and mappings of a document may nest this deep; a set in a set takes two levels.
MAX_NESTING: Final = 500
#: Aliases may make a document this much longer, in values.
MAX_REPEATED: Final = 100_000
_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_TAGS: Final = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "null", "bool", "int", "float", "timestamp", "map", "seq")
)
_ESCAPED_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
_SPACE: Final = re.compile(r"\s*")
#: Texts with anything but these are written with escapes, since readers fold and break lines.
_ONE_LINE: Final = re.compile(
    "[\x20-\x7e\xa0-\u2027\u202f-\ud7ff\ue000-\ufdcf\ufdf0-\ufefe\uff00-\ufffd"
    "\U00010000-\U0001ffff]*"
)


def dump_yaml(changes: Iterable[Change]) -> str:
    """A session in YAML. Raises ValueError for a change that cannot be written whole."""
    import yaml

    base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

    class Dumper(base):  # type: ignore[misc]
        """Writes plain data; texts that are not one plain line are escaped."""

    def represent(dumper: Any, text: str) -> Any:
        style = None if _ONE_LINE.fullmatch(text) else '"'
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    Dumper.add_representer(str, represent)
    plain = to_schema(changes)
    options: dict[str, Any] = {"sort_keys": False, "allow_unicode": True, "width": 100}
    text: str = yaml.dump(plain, Dumper=Dumper, **options)
    return text


def dump_json(changes: Iterable[Change]) -> str:
    """A session in JSON. Raises ValueError for a change that cannot be written whole."""
    plain = {**to_schema(changes), "@type": "Session"}
    return json.dumps(plain, ensure_ascii=False, indent=2) + "\n"


def load_yaml(text: str, source: str = "") -> list[Change]:
    """The changes of a YAML document, or of several in one file.

    Raises KgclSyntaxError where the text is no YAML, and SchemaError where it is no KGCL.
    """
    return _changes(_yaml_documents(text), source)


def load_json(text: str, source: str = "") -> list[Change]:
    """The changes of a JSON document or of JSON Lines. Raises KgclSyntaxError, SchemaError."""
    return _changes(_json_documents(text), source)


def _changes(documents: Iterable[Any], source: str) -> list[Change]:
    found: list[Change] = []
    try:
        for document in documents:
            if document is not None:
                found += from_schema(document)
    except SchemaError as error:
        raise SchemaError(error.reason, error.path, source) from None
    return found


# --- JSON


def _json_documents(text: str) -> Iterator[Any]:
    decoder = json.JSONDecoder(
        object_pairs_hook=_without_twins,
        parse_float=str,
        parse_int=str,
        parse_constant=str,
    )
    place = _after_space(text, 1 if text.startswith("\ufeff") else 0)
    while place < len(text):
        try:
            document, place = decoder.raw_decode(text, place)
        except json.JSONDecodeError as error:
            raise _mistake(text, error.msg, error.lineno, error.colno) from None
        except RecursionError:
            raise SchemaError("nested too deep; a change is a few levels at most") from None
        yield document
        place = _after_space(text, place)


def _after_space(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twin = next(name for name in names if names.count(name) > 1)
        raise SchemaError(f"the slot {twin!r} is there twice")
    return found


def _mistake(text: str, reason: str, line: int, column: int) -> KgclSyntaxError:
    lines = text.split("\n")
    if line > len(lines):
        line, column = len(lines), len(lines[-1]) + 1
    return KgclSyntaxError(reason, line, column, (), lines[line - 1][:200])


# --- YAML


def _yaml_documents(text: str) -> Iterator[Any]:
    import yaml

    # the quick reader refuses halves of characters, which the other one keeps
    quick = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader = yaml.SafeLoader if _ESCAPED_SURROGATE.search(text) else quick
    builder = _Builder(text)
    try:
        for event in yaml.parse(text, Loader=loader):
            if builder.take(event):
                yield builder.root
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        reason = " ".join(filter(None, (error.context, error.problem))) or "not YAML"
        raise _mistake(text, reason, line, column) from None
    except yaml.YAMLError as error:
        position = getattr(error, "position", 0)
        line = text.count("\n", 0, position) + 1 if isinstance(position, int) else 1
        raise _mistake(text, str(error).splitlines()[0], line, 1) from None


class _Builder:
    """Lists, mappings and texts from the events of a YAML reader, without recursion."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.root: Any = None
        self._open: list[Any] = []
        self._keys: list[Any] = []
        self._anchors: dict[str, Any] = {}
        self._started: list[tuple[str, int]] = []
        self._sizes: dict[str, int] = {}
        self._count = self._repeated = 0

    def take(self, event: Any) -> bool:
        """Use an event; whether it ended a document."""
        name = type(event).__name__
        if name == "DocumentStartEvent":
            self.__init__(self.text)  # type: ignore[misc]
        elif name in ("MappingStartEvent", "SequenceStartEvent"):
            self._check_tag(event)
            self._begin({} if name == "MappingStartEvent" else [], event)
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            self._end()
        elif name == "ScalarEvent":
            self._check_tag(event)
            self._count += 1
            value = None if event.implicit[0] and event.value in _NULLS else event.value
            if event.anchor:
                self._anchors[event.anchor], self._sizes[event.anchor] = value, 1
            self._put(value, event)
        elif name == "AliasEvent":
            self._put(self._alias(event), event)
        return name == "DocumentEndEvent"

    def _check_tag(self, event: Any) -> None:
        if event.tag is not None and event.tag not in _TAGS and event.tag != "!":
            raise self._mistake(f"the tag {event.tag!r} is not read; only plain data is", event)

    def _mistake(self, reason: str, event: Any) -> KgclSyntaxError:
        mark = event.start_mark
        return _mistake(self.text, reason, mark.line + 1, mark.column + 1)

    def _begin(self, made: Any, event: Any) -> None:
        if len(self._open) >= MAX_NESTING:
            raise self._mistake(f"nested more than {MAX_NESTING} deep", event)
        self._count += 1
        if self._open and isinstance(self._open[-1], dict) and self._keys[-1] is None:
            raise self._mistake("the name of a slot is a text", event)
        self._started.append((event.anchor or "", self._count))
        if event.anchor:
            # an alias inside of what it names would have no end
            self._anchors.pop(event.anchor, None)
        self._put(made, event)
        self._open.append(made)
        self._keys.append(None)

    def _end(self) -> None:
        made = self._open.pop()
        self._keys.pop()
        anchor, before = self._started.pop()
        if anchor:
            self._anchors[anchor] = made
            self._sizes[anchor] = self._count - before + 1

    def _alias(self, event: Any) -> Any:
        if event.anchor not in self._anchors:
            raise self._mistake(f"the alias *{event.anchor} has nothing to stand for here", event)
        size = self._sizes[event.anchor]
        self._count += size
        self._repeated += size
        if self._repeated > MAX_REPEATED:
            raise self._mistake("aliases repeat too much; write the values out", event)
        return self._anchors[event.anchor]

    def _put(self, value: Any, event: Any) -> None:
        if not self._open:
            self.root = value
            return
        inner = self._open[-1]
        if isinstance(inner, list):
            inner.append(value)
        elif self._keys[-1] is None:
            if not isinstance(value, str):
                raise self._mistake("the name of a slot is a text", event)
            if value in inner:
                raise self._mistake(f"the slot {value!r} is there twice", event)
            self._keys[-1] = value
        else:
            inner[self._keys[-1]] = value
            self._keys[-1] = None
