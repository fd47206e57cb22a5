"""KGX at scale: a generated table of edges into a new store, beside polars' read of the same file.

python -m tests.benchmarks.kgx [--edges 1000000] [--json]

Two tables: in one, edges share their provenance, as most dumps do; in the other, every edge has
publications and a score of its own, so that no two have the same qualifiers. Each measurement is
a process of its own, whose CPU seconds (start included) and peak memory (resident, MiB) are those
of nothing else.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

_PREDICATES: Final = ("biolink:interacts_with", "biolink:affects", "biolink:related_to")
_ENDS: Final = "id\tsubject\tpredicate\tobject\t"
_SHARED: Final = "knowledge_level\tagent_type\tprimary_knowledge_source\thas_evidence\n"
_OWN: Final = "knowledge_level\tprimary_knowledge_source\tpublications\thas_confidence_score\n"


def generate(path: Path, edges: int, own: bool) -> None:
    """Write a table of distinct edges between 60,000 genes and 40,000 diseases."""
    drawn = random.Random(17)
    with path.open("w") as table:
        table.write(_ENDS + (_OWN if own else _SHARED))
        for number in range(edges):
            ends = (
                f"uuid:{drawn.getrandbits(64):016x}\tHGNC:{drawn.randrange(60_000)}\t"
                f"{_PREDICATES[number % 3]}\tMONDO:{drawn.randrange(40_000):07d}\t"
            )
            source = f"infores:{'abcdef'[drawn.randrange(6)]}"
            if own:
                papers = f"PMID:{number}|PMID:{drawn.randrange(10**7)}"
                table.write(
                    f"{ends}knowledge_assertion\t{source}\t{papers}\t{drawn.random():.6f}\n"
                )
            else:
                evidence = f"ECO:{drawn.randrange(200):07d}"
                table.write(f"{ends}knowledge_assertion\tmanual_agent\t{source}\t{evidence}\n")


def measure(what: str, path: Path) -> dict[str, float]:
    """Seconds of the steps of one measurement, in this process."""
    steps = _MEASURED[what](path)
    steps["cpu"] = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**steps, "peak": peak}


def _polars(path: Path) -> dict[str, float]:
    import polars

    start = time.perf_counter()
    frame = polars.read_csv(path, separator="\t", quote_char=None)
    return {"rows": len(frame), "read": time.perf_counter() - start}


def _stream(path: Path) -> dict[str, float]:
    from ingest.document import ReadOptions
    from ingest.kgx import stream_kgx_tsv

    start = time.perf_counter()
    with path.open("rb") as stream:
        rows = sum(1 for _ in stream_kgx_tsv(stream, str(path), ReadOptions()))
    return {"rows": rows, "read": time.perf_counter() - start}


def _import(path: Path) -> dict[str, float]:
    """What ``kgdelta import FILE`` does, twice: into a new store, and with nothing new."""
    from graph.store import open_store
    from ingest.document import ReadOptions
    from kgdelta.dumps import DumpReader
    from kgdelta.importing import Release, import_releases
    from kgdelta.progress import watching

    times: list[float] = []
    added = 0
    with TemporaryDirectory() as folder, watching([], "") as watch:
        store = open_store(str(Path(folder) / "kg.db"), create=True)
        for _ in range(2):
            start = time.perf_counter()
            document = DumpReader(ReadOptions(), None, watch).read((path,))
            read = time.perf_counter() - start
            (done,) = import_releases(store, [Release(document, "dump")], "main")
            times += (read, time.perf_counter() - start - read)
            added = max(added, done.added)
        store.close()
    read, load, *again = times
    return {"rows": added, "read": read, "load": load, "total": read + load, "again": sum(again)}


_MEASURED: Final[dict[str, Callable[[Path], dict[str, float]]]] = {
    "polars read_csv": _polars,
    "stream of statements": _stream,
    "kgdelta import": _import,
}


def apart(what: str, path: Path) -> dict[str, float]:
    """A measurement in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.kgx", "--measure", what, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edges", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--measure", nargs=2, metavar=("WHAT", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        what, file = options.measure
        sys.stdout.write(json.dumps(measure(what, Path(file))))
        return
    with TemporaryDirectory() as folder:
        for name, own in (("shared provenance", False), ("qualifiers of their own", True)):
            path = Path(folder) / "edges.tsv"
            generate(path, options.edges, own)
            for what in _MEASURED:
                report(name, what, path.stat().st_size, apart(what, path), options.json)
            for other in _others(path):
                found = apart("kgdelta import", other)
                what = f"kgdelta import, {other.suffix}"
                report(name, what, other.stat().st_size, found, options.json)


def _others(path: Path) -> Iterator[Path]:
    """The same table in the other formats, with lists as lists and numbers as numbers."""
    import duckdb

    for ending in ("jsonl", "parquet", "duckdb"):
        other = path.with_suffix(f".{ending}")
        other.unlink(missing_ok=True)
        with duckdb.connect(str(other) if ending == "duckdb" else ":memory:") as database:
            read = f"read_csv('{path}', delim='\t', quote='', all_varchar=true)"
            columns = [c[0] for c in database.execute(f"DESCRIBE SELECT * FROM {read}").fetchall()]
            typed = {
                "publications": "string_split(publications, '|') AS publications",
                "has_evidence": "string_split(has_evidence, '|') AS has_evidence",
                "has_confidence_score": "has_confidence_score::DOUBLE AS has_confidence_score",
            }
            query = f"SELECT {', '.join(typed.get(c, c) for c in columns)} FROM {read}"
            if ending == "duckdb":
                database.execute(f"CREATE TABLE edges AS {query}")
            else:
                form = "JSON" if ending == "jsonl" else "PARQUET"
                database.execute(f"COPY ({query}) TO '{other}' (FORMAT {form})")
        yield other


def report(table: str, what: str, size: int, found: dict[str, float], as_json: bool) -> None:
    if as_json:
        line = json.dumps({"table": table, "what": what, "bytes": size, **found})
    else:
        seconds = found.get("total", found["read"])
        steps = ", ".join(f"{k} {found[k]:.1f} s" for k in ("read", "load", "again") if k in found)
        rate = found["rows"] / seconds
        line = f"{table}: {what}: {rate:,.0f} edges/s ({steps}), "
        line += f"{found['cpu']:.1f} s of CPU, peak {found['peak']:,.0f} MiB"
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
