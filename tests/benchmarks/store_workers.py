"""Measured systems as child processes, and what they answered."""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.peers.environment import NotInstalledError, peers_python

OURS: Final = ("unversioned", "kgdelta")
PEERS: Final = ("Fluree", "DoltLite")
#: What these do in the background after a commit would slow others that take turns with them.
INDEXING_LATER: Final = ("Fluree",)
_ROOT: Final = Path(__file__).parents[2]


@dataclass(slots=True)
class Samples:
    """Seconds measured under one name, and for each request its answers as (size, checksum)."""

    seconds: list[float] = field(default_factory=list)
    answers: list[list[tuple[int, int]]] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    def percentile(self, percent: int) -> float:
        """The smallest value that this many percent do not exceed."""
        ordered = sorted(self.seconds)
        return ordered[math.ceil(len(ordered) * percent / 100) - 1]


class DiedError(Exception):
    """A worker ended before it answered."""


class Measured:
    """A system at work, with everything measured of it so far."""

    def __init__(self, name: str, workload: Path, folder: Path) -> None:
        self.name = name
        self.samples: dict[str, Samples] = {}
        self.figures: dict[str, float] = {}
        self._folder = folder
        self._loads = 0
        python = sys.executable if name in OURS else str(peers_python())
        self._process = subprocess.Popen(
            [python, "-m", "tests.benchmarks.peers.worker", name, str(workload)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=_ROOT,
            env={**os.environ, "RUST_LOG": "off"},
        )

    def ask(self, **request: Any) -> dict[str, Any]:
        """One request, answered. Raises DiedError."""
        if self._process.stdin is None or self._process.stdout is None:
            raise DiedError(self.name)
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise DiedError(f"{self.name} ended with status {self._process.wait()}")
        reply: dict[str, Any] = json.loads(line)
        return reply

    def measure(self, row: str, **request: Any) -> dict[str, Any]:
        """One request whose seconds belong to a row."""
        reply = self.ask(**request)
        if reply["seconds"]:
            samples = self.samples.setdefault(row, Samples())
            samples.seconds += reply["seconds"]
            samples.answers.append([(size, check) for size, check in reply.get("answers", ())])
        return reply

    def load(self) -> None:
        """Load the graph once more, into a fresh place."""
        self._loads += 1
        self.measure("load", do="load", folder=str(self._folder / f"{self.name}-{self._loads}"))

    def close(self) -> None:
        """Finish, and note the size of what is left."""
        reply = self.ask(do="finish")
        self.figures["final bytes"] = reply["bytes"]
        self.figures["peak memory"] = reply["peak"]
        self.stop()

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def start(names: list[str], workload: Path, folder: Path) -> tuple[list[Measured], dict[str, str]]:
    """The systems that can be had, and of the others why not."""
    found: list[Measured] = []
    missing: dict[str, str] = {}
    for name in names:
        try:
            found.append(Measured(name, workload, folder))
        except NotInstalledError as error:
            missing[name] = f"not installed: {error}"
    return found, missing


def disagreements(systems: list[Measured]) -> list[str]:
    """Rows in which two systems answered the same question differently."""
    found = []
    for row in sorted({row for system in systems for row in system.samples}):
        known: dict[tuple[int, int], tuple[str, tuple[int, int]]] = {}
        for system in systems:
            for place, answer in _answers(system.samples.get(row, Samples())):
                other, theirs = known.setdefault(place, (system.name, answer))
                if theirs != answer:
                    sizes = f"{theirs[0]} and {answer[0]} rows"
                    found.append(f"{row}: {other} and {system.name} differ, {sizes}, at {place}")
                    break
    return found


def _answers(samples: Samples) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    for request, answers in enumerate(samples.answers):
        for place, answer in enumerate(answers):
            yield (request, place), answer
