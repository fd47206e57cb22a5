"""One system in a process of its own, told by JSON lines what to do: ``worker NAME WORKLOAD``.

Times are taken here, around the operation alone; every answer comes with its size and a checksum,
so that the systems can be held against each other.
"""

from __future__ import annotations

import gc
import json
import sys
import time
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeAlias

from tests.benchmarks.peers.system import (
    NotOffered,
    System,
    When,
    Workload,
    bytes_in,
    peak_memory,
)

Reply: TypeAlias = dict[str, Any]


def system_of(name: str, work: Workload) -> System:
    """The system of a name; its libraries are imported only here."""
    if name == "unversioned":
        from tests.benchmarks.peers.unversioned import Unversioned

        return Unversioned(work)
    if name == "kgdelta":
        from tests.benchmarks.peers.versioned import Kgdelta

        return Kgdelta(work)
    if name == "Fluree":
        from tests.benchmarks.peers.fluree import Fluree

        return Fluree(work)
    # DoltLite takes the place of sqlite3 only where it comes first.
    import doltlite  # type: ignore[import-not-found]  # noqa: F401

    from tests.benchmarks.peers.doltlite import DoltLite

    return DoltLite(work)


def timed(action: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of an action, and its result."""
    start = time.perf_counter()
    result = action()
    return time.perf_counter() - start, result


def checksum(rows: Iterable[str]) -> tuple[int, int]:
    """How many texts, and a number that does not depend on their order."""
    count = total = 0
    for row in rows:
        count += 1
        total += zlib.crc32(row.encode())
    return count, total


class Worker:
    """The operations of a system by name, each answered with what can be written as JSON."""

    def __init__(self, name: str, path: Path) -> None:
        self._work = Workload.read(path)
        self._system = system_of(name, self._work)
        self._folder = Path()
        # The workload lies in memory for the measurement alone; no system should pay for
        # walking over it again and again.
        gc.freeze()

    def load(self, folder: str) -> Reply:
        self._folder = Path(folder)
        self._folder.mkdir(parents=True)
        load = self._system.new(self._folder)
        return {"seconds": [timed(load)[0]]}

    def commit(self, first: int, last: int) -> Reply:
        changes = [self._system.change(number) for number in range(first, last)]
        return {"seconds": [timed(change)[0] for change in changes]}

    def settle(self) -> Reply:
        seconds = timed(self._system.settle)[0]
        return {"seconds": [seconds], "bytes": bytes_in(self._folder)}

    def check_out(self) -> Reply:
        return {"seconds": [timed(self._system.check_out)[0]]}

    def read(self, question: str, when: str, nodes: list[int], budget: float) -> Reply:
        ask = getattr(self._system, question)
        state = When(when)
        iris = [self._work.iris[node] for node in nodes]
        return _measured(
            [lambda iri=iri: ask(state, iri) for iri in iris],  # type: ignore[misc]
            lambda answer, _: answer,
            budget,
        )

    def diff(self, form: str, before: list[int], length: int, budget: float) -> Reply:
        ask = getattr(self._system, form)
        return _measured(
            [lambda number=number: ask(number, number + length) for number in before],  # type: ignore[misc]
            lambda answer, _: self._texts(answer),
            budget,
        )

    def life(self, nodes: list[int], budget: float) -> Reply:
        iris = [self._work.iris[node] for node in nodes]
        return _measured(
            [lambda iri=iri: self._system.life(iri) for iri in iris],  # type: ignore[misc]
            lambda answer, place: self._texts(answer, subject=iris[place]),
            budget,
        )

    def _texts(self, answer: Any, subject: str | None = None) -> Iterable[str]:
        for added, s, p, o in self._system.changes(answer):
            if subject is None or s == subject:
                yield f"{added} {s} {p} {o}"

    def finish(self) -> Reply:
        seconds = timed(self._system.finish)[0]
        return {"seconds": [seconds], "bytes": bytes_in(self._folder), "peak": peak_memory()}


def _measured(
    questions: list[Callable[[], Any]], rows: Callable[[Any, int], Iterable[str]], budget: float
) -> Reply:
    """Ask until the questions or the seconds are used up."""
    seconds: list[float] = []
    answers: list[tuple[int, int]] = []
    for place, question in enumerate(questions):
        took, answer = timed(question)
        seconds.append(took)
        answers.append(checksum(rows(answer, place)))
        if sum(seconds) > budget:
            break
    return {"seconds": seconds, "answers": answers}


def main() -> None:
    name, path = sys.argv[1:]
    worker = Worker(name, Path(path))
    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply = getattr(worker, request.pop("do"))(**request)
        except NotOffered:
            reply = {"seconds": []}
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
