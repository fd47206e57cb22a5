"""Events as a history: what happened in each window of time is an edition."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import IO, Final, Literal, TypeAlias

from graph.model import Statement
from ingest.compression import decompressed
from ingest.document import Document, Problem, ReadOptions
from ingest.errors import IngestError
from ingest.formats import format_named, read_stream
from ingest.history import Edition, Listing, Opened, Read
from ingest.quads import Clock, Moment, moment_of, stream_quads
from ingest.reporting import Report
from ingest.sniffing import sniff

Keep: TypeAlias = Literal["accumulate", "replace"]


def _day(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _week(moment: datetime) -> datetime:
    return _day(moment) - timedelta(days=moment.weekday())


def _month(moment: datetime) -> datetime:
    return _day(moment).replace(day=1)


#: The beginning of the window that a moment lies in; weeks begin on Monday.
_BEGINNINGS: Final[Mapping[str, Callable[[datetime], datetime]]] = MappingProxyType(
    {"day": _day, "week": _week, "month": _month}
)
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Window:
    """What lies in one window, in the order of time, and when the last of it happened."""

    name: str
    date: datetime | None
    statements: tuple[Statement, ...]


class WindowHistory:
    """The events of files by windows: ``day``, ``week``, ``month``, or so many events each.

    An event is in the window in which it begins. With ``accumulate`` a window adds what happened
    in it, with ``replace`` the state is what happened in the window and nothing else. What has no
    time, in formats where not everything has one, holds in every window. The date of a window is
    that of its last event. All events are held in memory.
    """

    def __init__(
        self,
        files: Sequence[Path],
        window: str,
        keep: Keep = "accumulate",
        form: str | None = None,
        options: ReadOptions | None = None,
        clock: Clock | None = None,
    ) -> None:
        if window not in _BEGINNINGS and not (window.isdecimal() and int(window) > 0):
            names = ", ".join(_BEGINNINGS)
            raise IngestError(window, 0, f"a window is one of {names}, or a number of events")
        self._files = files
        self._window = window
        self._keep = keep
        self._form = form
        self._options = options or ReadOptions()
        self._clock = clock
        self._by_identity: dict[str, _Window] = {}
        self._always: set[Statement] = set()

    def listing(self) -> Listing:
        """All windows in which anything happened. Raises IngestError, OSError."""
        problems: list[Problem] = []
        events: list[tuple[Moment, Statement]] = []
        for file in self._files:
            events += self._events(file, problems)
        editions = []
        for window in self._windows(_in_time(events, str(self._files[0]))):
            edition = self._edition(window)
            self._by_identity[edition.identity] = window
            editions.append(edition)
        return Listing(tuple(editions), tuple(problems))

    def opened(self, wanted: Sequence[Edition]) -> Iterator[Opened]:
        """Windows as documents."""
        for edition in wanted:
            yield Opened(edition, self._later(edition))

    def _later(self, edition: Edition) -> Read:
        window = self._by_identity[edition.identity]
        return lambda _: Document(edition.source, frozenset(self._always.union(window.statements)))

    def _events(self, file: Path, problems: list[Problem]) -> Iterator[tuple[Moment, Statement]]:
        source = str(file)
        with file.open("rb") as raw:
            plain, compression = decompressed(raw, source)
            form = format_named(self._form, source).name if self._form else None
            if (form or sniff(plain.peek(1), source)) == "quads":
                report = Report(source, self._options.strict)
                yield from stream_quads(plain, source, self._options, self._clock, report)
                problems += report.problems
                if compression is not None and compression.damage:
                    raise IngestError(source, 0, compression.damage)
                return
            yield from self._timed(plain, source, problems)

    def _timed(
        self, stream: IO[bytes], source: str, problems: list[Problem]
    ) -> Iterator[tuple[Moment, Statement]]:
        """The statements of another format that have a time; the others hold always."""
        document = read_stream(stream, source, self._form, self._options)
        problems += document.problems
        for statement in sorted(document.statements, key=Statement.encode):
            moment = moment_of(statement)
            if moment is None:
                self._always.add(statement)
            else:
                yield moment, statement

    def _windows(self, events: list[tuple[Moment, Statement]]) -> Iterator[_Window]:
        if self._window.isdecimal():
            size = int(self._window)
            for number, start in zip(count(1), range(0, len(events), size), strict=False):
                yield _window(str(number), events[start : start + size])
            return
        beginning, held = _BEGINNINGS[self._window], _EARLIEST
        piece: list[tuple[Moment, Statement]] = []
        for moment, statement in events:
            if isinstance(moment, int):
                reason = "times are numbers: say what they count with --clock, or use --window N"
                raise IngestError(str(self._files[0]), 0, reason)
            starts = beginning(moment)
            if starts != held and piece:
                yield _window(f"{held:%Y-%m-%d}", piece)
                piece = []
            held = starts
            piece.append((moment, statement))
        if piece:
            yield _window(f"{held:%Y-%m-%d}", piece)

    def _edition(self, window: _Window) -> Edition:
        sha = hashlib.sha256()
        for digest in sorted(s.digest() for s in {*window.statements, *self._always}):
            sha.update(digest)
        name = f"{self._window}:{window.name}"
        return Edition(
            source=f"{self._files[0]}:{name}",
            identity=f"window:{self._keep}:{name}:{sha.hexdigest()}",
            date=window.date,
            provenance=(("window", name),),
            adds=self._keep == "accumulate",
        )


def _window(name: str, events: list[tuple[Moment, Statement]]) -> _Window:
    last = events[-1][0]
    statements = tuple(statement for _, statement in events)
    return _Window(name, last if isinstance(last, datetime) else None, statements)


def _in_time(events: list[tuple[Moment, Statement]], source: str) -> list[tuple[Moment, Statement]]:
    """Events by time; those of one time stay in the order of the lines."""
    numbers = sum(isinstance(moment, int) for moment, _ in events)
    if numbers not in (0, len(events)):
        raise IngestError(source, 0, "some times are numbers and some are dates")
    return sorted(events, key=_moment)


def _moment(event: tuple[Moment, Statement]) -> float:
    moment = event[0]
    return moment if isinstance(moment, int) else moment.timestamp()


def clock_of(text: str) -> Clock:
    """What numbers count, written ``START`` or ``START/UNIT``, as in ``2014-01-01/day``.

    Raises IngestError.
    """
    start, _, unit = text.partition("/")
    try:
        moment = datetime.fromisoformat(start)
    except ValueError:
        moment = None
    if moment is None or (unit or "day") not in ("second", "minute", "hour", "day", "week"):
        reason = "a clock is its start and its unit (second to week), as in 2014-01-01/day"
        raise IngestError(text, 0, reason)
    return Clock(moment, unit or "day")
