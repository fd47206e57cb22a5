"""Settings of a policy, out of a ``kgcl.toml`` or of what a graph keeps of one.

A wrong key or value is an error with its file, its line, and the nearest name that there is.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from kgcl.errors import ChangeError
from kgcl.ids import IdPolicy, IdRange, Order
from kgcl.policy import POLICIES
from kgcl.policy_keys import KEYS, TABLES, Key, Kind

if TYPE_CHECKING:
    from kgcl.policy import Policy

#: What the settings of a graph are called in errors.
IN_GRAPH: Final = "the settings of the graph"
_HEADER: Final = re.compile(r"\s*\[\s*([^\[\]]*?)\s*\]\s*(?:#.*)?")
_ENTRY: Final = re.compile(r"""\s*([\w.\-"' \t]+?)\s*=""")
_AT_LINE: Final = re.compile(r"\(at line (\d+), column \d+\)")


class PolicyError(ChangeError):
    """A setting of a policy is wrong: says in which source and line, and what is wanted."""

    def __init__(self, reason: str, source: str, line: int = 0) -> None:
        self.reason = reason
        self.source = source
        self.line = line
        place = f"{source}: line {line}" if line else source
        super().__init__(f"{place}: {reason}")


@dataclass(frozen=True)
class Settings:
    """What a source says, by key, checked; ``over`` makes it part of a policy."""

    values: Mapping[str, Any]
    source: str
    text: str

    @property
    def ids_file(self) -> str:
        """The file of id ranges that is named, '' for none; it stands beside the source."""
        return str(self.values.get("ids.ranges", ""))

    @property
    def id_order(self) -> Order:
        return Order(self.values.get("ids.order", Order.NEXT))

    def over(self, policy: Policy) -> Policy:
        """A policy with these settings on top; ``base`` takes the place of all it had before."""
        base = self.values.get("base")
        if base is not None:
            policy = POLICIES[base].guarded_as(policy)
        found: dict[str, Any] = {
            key.field: self.values[name]
            for name, key in KEYS.items()
            if key.field and name != "base" and name in self.values
        }
        if self._range:
            found["ids"] = self._range
        return replace(policy, **found)

    @cached_property
    def _range(self) -> IdPolicy | None:
        """The ids of a range that is written out."""
        named = [name for name in ("namespace", "first", "last") if f"ids.{name}" in self.values]
        if not named:
            alone = [key for key in self.values if key.startswith("ids.")]
            if alone and not self.ids_file:
                reason = f"{alone[0]} needs ids.ranges, or ids.namespace, ids.first and ids.last"
                raise PolicyError(reason, self.source, _line_of(alone[0], self.text))
            return None
        for name in ("namespace", "first", "last"):
            if name not in named:
                given = f"ids.{named[0]}"
                raise PolicyError(f"{given} needs ids.{name} beside it", self.source)
        if self.ids_file:
            raise PolicyError("ids.ranges and ids.namespace exclude each other", self.source)
        first, last = self.values["ids.first"], self.values["ids.last"]
        if first > last:
            raise PolicyError(
                f"ids.first, {first}, is after ids.last, {last}",
                self.source,
                _line_of("ids.first", self.text),
            )
        owner = str(self.values.get("ids.owner", ""))
        digits = self.values.get("ids.digits", 7)
        allocated = IdRange(owner, first, last)
        return IdPolicy(self.values["ids.namespace"], digits, allocated, self.id_order)


def read_settings(text: str, source: str) -> Settings:
    """The settings of a ``kgcl.toml``. Raises PolicyError."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.search(str(error))
        reason = _AT_LINE.sub("", str(error)).strip()
        raise PolicyError(f"no TOML: {reason}", source, int(found[1]) if found else 0) from None
    values: dict[str, Any] = {}
    for name, value in _flat(tables):
        key = KEYS.get(name)
        if key is None:
            raise PolicyError(_unknown(name), source, _line_of(name, text))
        values[name] = _checked(name, key, value, source, text)
    settings = Settings(values, source, text)
    settings._range  # noqa: B018 - what does not fit together is told when it is read
    return settings


def kept_policy(lines: Sequence[str], base: Policy) -> Policy:
    """The policy of settings that a graph keeps, each a line of TOML. Raises PolicyError."""
    settings = read_settings("\n".join(lines), IN_GRAPH)
    check_kept(settings)
    return settings.over(base)


def check_kept(settings: Settings) -> None:
    """Raise PolicyError for a setting that a graph cannot keep: it has no files beside it."""
    if settings.ids_file:
        reason = "a graph has no files beside it: set ids.namespace, ids.first and ids.last"
        raise PolicyError(reason, settings.source, _line_of("ids.ranges", settings.text))


def setting_lines(settings: Settings) -> list[str]:
    """The settings as a graph keeps them: a line of TOML each, with the whole key."""
    return [
        f"{name} = {toml_value(settings.values[name])}" for name in KEYS if name in settings.values
    ]


def _flat(tables: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in tables.items():
        whole = f"{prefix}{name}"
        if isinstance(value, dict):
            found += _flat(value, f"{whole}.")
        else:
            found.append((whole, value))
    return found


def _unknown(name: str) -> str:
    """That there is no such key, and the nearest one; its last word counts most."""
    if name in TABLES:
        return f"{name} is a table of keys: [{name}]"
    last = name.rpartition(".")[2]
    alike = [key for key in KEYS if key.rpartition(".")[2] == last]
    near = alike[:1] or get_close_matches(name, KEYS, 1, 0.6)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"there is no key {name}{hint}"


def _checked(name: str, key: Key, value: Any, source: str, text: str) -> Any:
    """A value as the policy has it. Raises PolicyError that says what is wanted."""

    def wrong(said: Any) -> PolicyError:
        known = [word.value for word in key.words]
        near = get_close_matches(said, known, 1, 0.6) if isinstance(said, str) else []
        hint = f"; did you mean {near[0]!r}?" if near else ""
        reason = f"{name} is {key.wanted}, not {toml_value(said)}{hint}"
        return PolicyError(reason, source, _line_of(name, text))

    if name == "base" and value not in list(POLICIES):
        known = ", ".join(map(repr, POLICIES))
        reason = f"base is one of {known}, not {toml_value(value)}"
        raise PolicyError(reason, source, _line_of(name, text))
    if name == "ids.order" and value not in list(Order):
        reason = f"ids.order is one of 'next', 'random', not {toml_value(value)}"
        raise PolicyError(reason, source, _line_of(name, text))
    if key.kind in (Kind.WORDS, Kind.TEXTS):
        if not isinstance(value, list):
            raise wrong(value)
        for item in value:
            if not isinstance(item, str) or (key.words and item not in key.words):
                raise wrong(item)
        if key.kind is Kind.TEXTS:
            return tuple(value)
        return frozenset(word for word in key.words if word.value in value)
    if key.kind is Kind.WORD:
        if value not in key.words:
            raise wrong(value)
        return next(word for word in key.words if word.value == value)
    wanted = {Kind.TEXT: str, Kind.FLAG: bool, Kind.COUNT: int}[key.kind]
    if type(value) is not wanted or (isinstance(value, int) and value < 0):
        raise wrong(value)
    return value


def toml_value(value: Any) -> str:
    """A value as TOML writes it."""
    import json

    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, frozenset):
        return json.dumps(sorted(str(word) for word in value), ensure_ascii=False)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    if isinstance(value, str):
        return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, int | float):
        return str(value)
    return f"{value}"


def _line_of(name: str, text: str) -> int:
    """The line on which a key is set, as far as it can be told; 0 where it cannot."""
    table = ""
    for number, line in enumerate(text.split("\n"), 1):
        header = _HEADER.fullmatch(line)
        if header:
            table = _plain(header[1]) + "."
            if table == f"{name}.":
                return number
            continue
        entry = _ENTRY.match(line)
        if entry is None:
            continue
        whole = table + _plain(entry[1])
        if whole == name or name.startswith(f"{whole}."):
            return number
    return 0


def _plain(dotted: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in dotted.split("."))
