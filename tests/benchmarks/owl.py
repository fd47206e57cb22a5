"""OWL as py-horned-owl reads it and as we do, the same file in one run:

``python -m tests.benchmarks.owl [FILE.ofn]``; without a file, ROBOT makes one of the newest PATO
release of 2018. py-horned-owl only reads axioms; ours gives statements, with their places.
"""

from __future__ import annotations

import io
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from graph.model import Literal, Statement
from graph.vocabulary import LABEL
from ingest.document import ReadOptions
from ingest.lifting import lift
from ingest.lowering import lower
from ingest.ofn import read_ofn
from ingest.ofn_edit import edit_ofn
from ingest.ofn_writer import write_ofn
from ingest.owx import read_owx
from ingest.owx_writer import write_owx
from tests.robot import find_robot

RELEASE: Final = Path(__file__).parents[2].parent / "shared" / "data" / "pato" / "2018-03-27.obo"


def say(name: str, seconds: float, note: str = "") -> None:
    sys.stdout.write(f"{name:<44} {seconds * 1000:8.0f} ms  {note}\n")
    sys.stdout.flush()


def timed(action: Callable[[], object], repeat: int = 5) -> float:
    """Median seconds of an action."""
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def bench(path: Path) -> None:
    """All figures of one file in functional syntax."""
    import pyhornedowl

    content = path.read_bytes()
    text = content.decode()
    document = read_ofn(io.BytesIO(content), path.name, ReadOptions())
    theirs = timed(lambda: pyhornedowl.open_ontology(str(path), serialization="ofn"))
    count = len(pyhornedowl.open_ontology(str(path), serialization="ofn").get_axioms())
    say("py-horned-owl reads functional syntax", theirs, f"{count:,} axioms")
    ours = timed(lambda: read_ofn(io.BytesIO(content), path.name, ReadOptions()))
    found = len(document.statements)
    say("kgdelta reads it", ours, f"{found:,} statements, {ours / theirs:.1f} x py-horned-owl")
    snapshot = document.snapshot()
    say("kgdelta writes it", timed(lambda: write_ofn(snapshot, io.BytesIO()), 3))
    one = next(s for s in document.statements if s.predicate == LABEL)
    changed = (document.statements - {one}) | {Statement(one.subject, LABEL, Literal("new"))}
    say("kgdelta edits one label", timed(lambda: edit_ofn(text, document.statements, changed), 3))
    stream = io.BytesIO()
    write_owx(snapshot, stream)
    xml = stream.getvalue()
    say(
        "kgdelta reads it as OWL/XML",
        timed(lambda: read_owx(io.BytesIO(xml), path.name, ReadOptions()), 3),
    )
    triples = list(lower(document.statements))
    say("kgdelta lowers it to triples", timed(lambda: list(lower(document.statements)), 3))
    say("kgdelta lifts the triples", timed(lambda: lift(triples), 3), f"{len(triples):,} triples")


def main() -> None:
    if len(sys.argv) > 1:
        bench(Path(sys.argv[1]))
        return
    with TemporaryDirectory() as folder:
        made = Path(folder) / "pato.ofn"
        find_robot().convert(RELEASE, made)
        bench(made)


if __name__ == "__main__":
    main()
