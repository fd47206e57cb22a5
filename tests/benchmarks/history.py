"""Histories into a store and out as git: ``python -m tests.benchmarks.history``.

The archives of all versions of uo, eco and PSI-MS, and a year of events by day. A replay is from
the archive to stored commits, in a new store on disk; again is a second run, which finds nothing
new; git is what ``git fast-import`` alone takes for the same files, without any reading of them.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from graph.store import Store, open_store
from ingest.history import History
from ingest.history_archive import ArchiveHistory
from ingest.windows import WindowHistory
from kgdelta.git_export import export_to_git
from kgdelta.histories import Telling, import_history

_DATA = Path(__file__).parents[3] / "shared" / "data"
_ARCHIVES = {"uo": "uo", "eco": "eco", "psi-ms-releases-to-2012": "ms"}


def say(name: str, figure: str) -> None:
    sys.stdout.write(f"{name:<52} {figure}\n")
    sys.stdout.flush()


def replay(store: Store, history: History, ontology: str | None) -> tuple[int, int, float]:
    """Versions, statements changed, and seconds."""
    start = time.perf_counter()
    done = list(import_history(store, history, "main", Telling(ontology=ontology)))
    changed = sum(one.added + one.removed for one in done)
    return len(done), changed, time.perf_counter() - start


def fast_import(archive: Path, folder: Path) -> float:
    """Seconds that git takes for a commit of each file, from memory."""
    with tarfile.open(archive) as tar:
        members = sorted((m for m in tar.getmembers() if m.isfile()), key=lambda m: m.name)
        files = [handle.read() for m in members if (handle := tar.extractfile(m))]
    stream = bytearray()
    for number, content in enumerate(files):
        stream += b"commit refs/heads/main\ncommitter a <a> %d +0000\ndata 1\nx\n" % number
        stream += b"M 100644 inline x.obo\ndata %d\n" % len(content) + content + b"\n"
    subprocess.run(["git", "init", "-q", "--bare", str(folder)], check=True)
    start = time.perf_counter()
    subprocess.run(
        ["git", "-C", str(folder), "fast-import", "--quiet"], input=bytes(stream), check=True
    )
    return time.perf_counter() - start


def main() -> None:
    with TemporaryDirectory() as folder:
        for name, ontology in _ARCHIVES.items():
            archive = _DATA / "full-history" / f"{name}.tar.xz"
            path = Path(folder) / f"{name}.db"
            store = open_store(str(path), create=True)
            count, changed, seconds = replay(store, ArchiveHistory(archive), ontology)
            say(f"replay of {count} versions of {name}", f"{seconds:.2f} s, {changed:,} changes")
            _, _, again = replay(store, ArchiveHistory(archive), ontology)
            say("  again", f"{again:.2f} s")
            own = fast_import(archive, Path(folder) / f"{name}.git")
            say("  the files by git alone", f"{own:.2f} s, {seconds / own:.1f} x")
            start = time.perf_counter()
            done = export_to_git(store, "main", Path(folder) / name)
            say(f"  export to git, {done.commits} commits", f"{time.perf_counter() - start:.2f} s")
            store.close()
            say("  size of the store", f"{path.stat().st_size / 1e6:.2f} MB")
        files = [_DATA / "icews14" / f"{name}.tsv" for name in ("train", "valid", "test")]
        for keep in ("accumulate", "replace"):
            store = open_store(str(Path(folder) / f"{keep}.db"), create=True)
            count, changed, seconds = replay(store, WindowHistory(files, "day", keep), None)
            say(f"{count} days of events, {keep}", f"{seconds:.2f} s, {changed:,} changes")
            store.close()


if __name__ == "__main__":
    main()
