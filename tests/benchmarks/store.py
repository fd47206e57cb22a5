"""What versions cost: ``python -m tests.benchmarks.store`` (``--main``, ``--growth``, ``--large``).

The main part measures a made history of 1,000 commits in SQLite without versions, in kgdelta, and
in Fluree and DoltLite, which are installed into an environment of their own in the cache folder.
Every system answers the same questions, and all answers are compared. The growth part measures
reads after ten times the history and on deep branches; the large part takes in 12 million edges.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from tests.benchmarks.peers.system import Workload
from tests.benchmarks.store_growth import run_growth
from tests.benchmarks.store_large import run_large
from tests.benchmarks.store_main import run_main
from tests.benchmarks.store_rows import document, figures_of, table
from tests.benchmarks.store_workers import OURS, PEERS, disagreements, start
from tests.benchmarks.store_workload import Size, make, write

MAIN: Final = Size(nodes=100_000, edges=1_000_000, commits=1_000)
GROWTH: Final = Size(nodes=100_000, edges=1_000_000, commits=10_000)
LARGE: Final = Size(nodes=1_500_000, edges=12_000_000, commits=0)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main_part(size: Size, peers: bool) -> dict[str, Any]:
    """All systems on the same history; prints the table."""
    say(
        f"{size.nodes:,} nodes, {size.edges:,} edges, then {size.commits:,} commits of "
        f"{size.changes} deletes and {size.changes} adds; {os.cpu_count()} cores, "
        f"Python {platform.python_version()}"
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "workload.json"
        write(make(size), path)
        names = [*OURS, *(PEERS if peers else ())]
        systems, missing = start(names, path, Path(folder))
        try:
            run_main(systems, Workload.read(path))
            for system in systems:
                system.close()
        finally:
            for system in systems:
                system.stop()
    found = disagreements(systems)
    for line in table({system.name: figures_of(system) for system in systems}):
        say(line)
    for name, reason in missing.items():
        say(f"{name}: {reason}")
    say(f"answers that differ: {'; '.join(found) or 'none'}")
    return document(systems, missing, found)


def parsed(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.store")
    part = parser.add_mutually_exclusive_group()
    for name in ("main", "growth", "large"):
        part.add_argument(f"--{name}", dest="part", action="store_const", const=name)
    parser.set_defaults(part="main")
    parser.add_argument("--peers", choices=("none", "all"), default="all")
    parser.add_argument("--output", type=Path, help="write all figures to this JSON file")
    parser.add_argument("--commits", type=int, help="another length of the history")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> None:
    given = parsed(arguments)
    if given.part == "growth":
        found = run_growth(_sized(GROWTH, given.commits), say)
    elif given.part == "large":
        found = run_large(LARGE, say)
    else:
        found = main_part(_sized(MAIN, given.commits), given.peers == "all")
    if given.output is not None:
        given.output.write_text(json.dumps({"part": given.part, **found}, indent=1) + "\n")


def _sized(size: Size, commits: int | None) -> Size:
    return size if commits is None else Size(size.nodes, size.edges, commits)


if __name__ == "__main__":
    main(sys.argv[1:])
