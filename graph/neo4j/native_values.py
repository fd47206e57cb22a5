"""Literals as values of Neo4j's own kinds: the inverse of :mod:`graph.neo4j.foreign_values`.

The server makes times, durations and points itself, since the driver holds only the years 1 to
9999. What it would refuse is found here, because a refusal would end the transaction around it.
"""

from __future__ import annotations

import json
import math
import re
from calendar import monthrange
from collections.abc import Callable, Hashable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from graph.model import Literal
from graph.neo4j.foreign_values import NEO4J
from graph.prefixes import decode_local, encode_local
from graph.vocabulary import (
    XSD,
    XSD_BOOLEAN,
    XSD_DATE,
    XSD_DATE_TIME,
    XSD_HEX_BINARY,
    XSD_STRING,
)

#: The beginning of a predicate that is a property of Neo4j.
PROPERTY: Final = NEO4J + "property:"
_LIST: Final = "list:"
#: Functions of Cypher that make a value of what is sent.
_FUNCTIONS: Final = ("date", "localtime", "time", "localdatetime", "datetime", "duration", "point")
#: An expression of Cypher: the value that ``<<P>>``, ``[name, kind, what is sent]``, stands for.
MADE: Final = "CASE <<P>>[1] {} ELSE <<P>>[2] END".format(
    " ".join(
        f"WHEN '{one}' THEN {one}(<<P>>[2]) WHEN '{_LIST}{one}' THEN [one IN <<P>>[2] | {one}(one)]"
        for one in _FUNCTIONS
    )
)


class Native(NamedTuple):
    """A value: the function of Cypher that makes it, if any, and what that is given.

    Two are the same value where their ``key`` is the same.
    """

    function: str
    sent: Any
    key: Hashable


def property_name(predicate: str) -> str | None:
    """The name of the property that a predicate is, None for one that is none."""
    if not predicate.startswith(PROPERTY):
        return None
    local = predicate[len(PROPERTY) :]
    name = decode_local(local)
    fits = name and "\0" not in name and encode_local(name) == local
    return name if fits else None


def native_of(literal: Literal) -> Native | None:
    """The value of Neo4j that a literal stands for, None where there is none."""
    if literal.language:
        return None
    datatype = literal.datatype
    if datatype.startswith(NEO4J + _LIST):
        return _list(datatype[len(NEO4J + _LIST) :], literal.value)
    read = _READERS.get(datatype)
    return None if read is None else read(literal.value)


def _string(text: Any) -> Native | None:
    return Native("", text, ("string", text)) if isinstance(text, str) else None


def _boolean(text: str) -> Native | None:
    value = {"true": True, "false": False, "1": True, "0": False}.get(text)
    return None if value is None else Native("", value, ("boolean", value))


def _integer(text: str) -> Native | None:
    if not _INTEGER.fullmatch(text):
        return None
    return _whole(int(text))


def _whole(value: int) -> Native | None:
    return Native("", value, ("integer", value)) if -(2**63) <= value < 2**63 else None


def _float(text: str) -> Native | None:
    if not _DOUBLE.fullmatch(text):
        return None
    return _real(float(text))


def _real(value: float) -> Native:
    return Native("", value, ("float", repr(value)))


def _bytes(text: str) -> Native | None:
    if len(text) % 2 or not _HEX.fullmatch(text):
        return None
    value = bytes.fromhex(text)
    return Native("", value, ("bytes", value))


_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,19}")
_DOUBLE: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|NaN|-?INF")
_HEX: Final = re.compile(r"[0-9A-Fa-f]*")
_YEAR: Final = r"(?P<year>-?[0-9]{4}|[+-][0-9]{5,9})"
_DAY: Final = rf"{_YEAR}-(?P<month>[0-9]{{2}})-(?P<day>[0-9]{{2}})"
_CLOCK: Final = (
    r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:\.(?P<part>[0-9]{1,9}))?)?"
)
_OFFSET: Final = r"(?P<offset>Z|[+-][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?"
_DATE: Final = re.compile(_DAY)
_TIME: Final = re.compile(_CLOCK + _OFFSET)
_MOMENT: Final = re.compile(rf"{_DAY}T{_CLOCK}{_OFFSET}(?:\[(?P<zone>[A-Za-z0-9_+/-]+)\])?")
_DURATION: Final = re.compile(
    r"(?P<sign>-?)P(?=.)"
    r"(?:(?P<years>-?\d+)Y)?(?:(?P<months>-?\d+)M)?(?:(?P<weeks>-?\d+)W)?(?:(?P<days>-?\d+)D)?"
    r"(?:T(?=.)(?:(?P<hours>-?\d+)H)?(?:(?P<minutes>-?\d+)M)?"
    r"(?:(?P<seconds>-?\d+)(?:\.(?P<part>\d{1,9}))?S)?)?",
    re.ASCII,
)
_POINT: Final = re.compile(r"SRID=([0-9]{4});POINT\(([^()]*)\)")
#: How many coordinates a point has in each system.
_SYSTEMS: Final[Mapping[int, int]] = MappingProxyType({4326: 2, 4979: 3, 7203: 2, 9157: 3})
_GEOGRAPHIC: Final = frozenset({4326, 4979})
#: The farthest that the time of a place is from universal time, in seconds.
_FARTHEST: Final = 18 * 3600
#: Years of more seconds than Neo4j counts are no duration.
_LONGEST: Final = 2**62


def _date(text: str) -> Native | None:
    found = _DATE.fullmatch(text)
    day = None if found is None else _day(found)
    return None if day is None else Native("date", text, ("date", day))


def _day(found: re.Match[str]) -> tuple[int, int, int] | None:
    year, month, day = (int(found[name]) for name in ("year", "month", "day"))
    # The calendar is the same every 400 years.
    fits = 1 <= month <= 12 and 1 <= day <= monthrange(year % 400 + 2000, month)[1]
    return (year, month, day) if fits else None


def _clock(found: re.Match[str]) -> tuple[int, int, int, int] | None:
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    fits = hour < 24 and minute < 60 and second < 60
    return (hour, minute, second, int((found["part"] or "0").ljust(9, "0"))) if fits else None


def _offset(text: str) -> int | None:
    """Seconds from universal time."""
    if text == "Z":
        return 0
    hours, minutes, *seconds = (int(part) for part in text[1:].split(":"))
    distance = hours * 3600 + minutes * 60 + sum(seconds)
    fits = minutes < 60 and sum(seconds) < 60 and distance <= _FARTHEST
    return (-distance if text[0] == "-" else distance) if fits else None


def _time(text: str) -> Native | None:
    found = _TIME.fullmatch(text)
    clock = None if found is None else _clock(found)
    if found is None or clock is None:
        return None
    if found["offset"] is None:
        return Native("localtime", text, ("localtime", clock))
    offset = _offset(found["offset"])
    # Neo4j writes such offsets and does not read them.
    if offset is None or offset % 60:
        return None
    return Native("time", text, ("time", clock, offset))


def _moment(text: str) -> Native | None:
    found = _MOMENT.fullmatch(text)
    if found is None:
        return None
    day, clock = _day(found), _clock(found)
    if day is None or clock is None:
        return None
    zone = found["zone"] or ""
    if found["offset"] is None:
        return None if zone else Native("localdatetime", text, ("localdatetime", day, clock))
    offset = _offset(found["offset"])
    if offset is None or (zone and not _is_offset(zone, day, clock, offset)):
        return None
    if offset % 60:
        if not zone:
            return None
        text = text.replace(found["offset"] + "[", "[")
    return Native("datetime", text, ("datetime", day, clock, offset, zone))


def _is_offset(
    zone: str, day: tuple[int, int, int], clock: tuple[int, int, int, int], offset: int
) -> bool:
    """Whether the time of a zone is so far from universal time at a moment."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        there = ZoneInfo(zone)
        # Python knows the years 1 to 9999.
        local = datetime(*day, *clock[:3])
        moment = (local - timedelta(seconds=offset)).replace(tzinfo=there)
        return there.fromutc(moment).utcoffset() == timedelta(seconds=offset)
    except (ZoneInfoNotFoundError, ValueError, OverflowError, OSError):
        return False


def _duration(text: str) -> Native | None:
    found = _DURATION.fullmatch(text)
    if found is None:
        return None
    sign = -1 if found["sign"] else 1

    def told(name: str) -> int:
        return int(found[name] or 0)

    months = sign * (told("years") * 12 + told("months"))
    days = sign * (told("weeks") * 7 + told("days"))
    seconds = told("hours") * 3600 + told("minutes") * 60 + told("seconds")
    part = int((found["part"] or "0").ljust(9, "0"))
    below = (found["seconds"] or "").startswith("-")
    nanoseconds = sign * (seconds * 10**9 + (-part if below else part))
    seconds, rest = divmod(nanoseconds, 10**9)
    if any(abs(one) > _LONGEST for one in (months * 2_629_746, days * 86_400, seconds)):
        return None
    sent = {"months": months, "days": days, "seconds": seconds, "nanoseconds": rest}
    return Native("duration", sent, ("duration", months, days, nanoseconds))


def _point(text: str) -> Native | None:
    found = _POINT.fullmatch(text)
    if found is None:
        return None
    system, parts = int(found[1]), found[2].split()
    if len(parts) != _SYSTEMS.get(system) or not all(map(_DOUBLE.fullmatch, parts)):
        return None
    numbers = [float(part) for part in parts]
    if not all(map(math.isfinite, numbers)):
        return None
    if system in _GEOGRAPHIC and (abs(numbers[0]) > 180 or abs(numbers[1]) > 90):
        return None
    sent = {"srid": system, **dict(zip("xyz", numbers, strict=False))}
    return Native("point", sent, ("point", system, *map(repr, numbers)))


def _list(kind: str, text: str) -> Native | None:
    """A list, whose elements are all of one kind: Neo4j keeps no others."""
    try:
        elements = json.loads(text)
    except ValueError:
        return None
    if not isinstance(elements, list):
        return None
    if kind == "nothing" or not elements:
        return None if elements or kind != "nothing" else Native("", [], ("list",))
    read = _ELEMENTS.get(kind)
    if read is None:
        return None
    found = [read(element) for element in elements]
    values = [one for one in found if one is not None]
    # Points of a list are of one system.
    kinds = {(one.function, *_system(one)) for one in values}
    if len(values) < len(found) or len(kinds) > 1:
        return None
    function = values[0].function
    key = ("list", *(one.key for one in values))
    return Native(function and _LIST + function, [one.sent for one in values], key)


def _system(value: Native) -> tuple[int, ...]:
    return (value.sent["srid"],) if value.function == "point" else ()


def _exactly(read: Callable[[str], Native | None], function: str) -> Callable[[Any], Native | None]:
    """A reader of texts that are of one function alone."""

    def exact(text: Any) -> Native | None:
        found = read(text) if isinstance(text, str) else None
        return found if found is not None and found.function == function else None

    return exact


def _boolean_element(value: Any) -> Native | None:
    return Native("", value, ("boolean", value)) if isinstance(value, bool) else None


def _integer_element(value: Any) -> Native | None:
    return _whole(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _float_element(value: Any) -> Native | None:
    if isinstance(value, str):
        return _float(value)
    return _real(value) if isinstance(value, float) else None


_READERS: Final[Mapping[str, Callable[[str], Native | None]]] = MappingProxyType(
    {
        XSD_STRING: _string,
        XSD_BOOLEAN: _boolean,
        XSD + "integer": _integer,
        XSD + "double": _float,
        XSD_HEX_BINARY: _bytes,
        XSD_DATE: _date,
        XSD + "time": _time,
        XSD_DATE_TIME: _moment,
        XSD + "duration": _duration,
        NEO4J + "date": _date,
        NEO4J + "local-time": _exactly(_time, "localtime"),
        NEO4J + "zoned-time": _exactly(_time, "time"),
        NEO4J + "local-datetime": _exactly(_moment, "localdatetime"),
        NEO4J + "zoned-datetime": _exactly(_moment, "datetime"),
        NEO4J + "duration": _duration,
        NEO4J + "point": _point,
    }
)
_ELEMENTS: Final[Mapping[str, Callable[[Any], Native | None]]] = MappingProxyType(
    {
        "string": _string,
        "boolean": _boolean_element,
        "integer": _integer_element,
        "float": _float_element,
        "date": _exactly(_date, "date"),
        "local-time": _exactly(_time, "localtime"),
        "zoned-time": _exactly(_time, "time"),
        "local-datetime": _exactly(_moment, "localdatetime"),
        "zoned-datetime": _exactly(_moment, "datetime"),
        "duration": _exactly(_duration, "duration"),
        "point": _exactly(_point, "point"),
    }
)
