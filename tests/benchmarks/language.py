"""KGCL text beside kgcl-schema: commands a second, first use, long lines, memory.

python -m tests.benchmarks.language

Both read the same lines in the same run, one after the other; kgcl-schema does so in an
environment of its own, its grammar made before the clock starts.
"""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from random import Random

from kgcl.parser import parse
from kgcl.render import render
from kgcl.schema import dump_json, dump_yaml, load_json, load_yaml
from tests.benchmarks.peers.environment import NotInstalledError
from tests.benchmarks.peers.system import peak_memory
from tests.kgcl.peer.asking import ask

COMMANDS = 2_000
MANY = 100_000
#: Forms that both read, with places for ids and words.
FORMS = (
    "rename {a} from '{s}' to '{t}'",
    "rename {a} from '{s}'@en to '{t}'@en",
    "obsolete {a}",
    "obsolete {a} with replacement {b}",
    "unobsolete {a}",
    "delete {a}",
    "create {a}",
    "create node {a} '{s}'",
    "create exact synonym '{s}' for {a}",
    "create synonym '{s}'@en for {a}",
    "remove synonym '{s}' for {a}",
    "change synonym '{s}' for {a} to '{t}'",
    "add definition '{s} that has {t} and is part of {s}' to {a}",
    "change definition of {a} from '{s}' to '{t} of {s}'",
    "remove definition for {a}",
    "create edge {a} rdfs:subClassOf {b}",
    "create edge {a} BFO:0000050 {b}",
    "delete edge {a} BFO:0000050 {b}",
    "deepen {a} from {b} to {c}",
    "move {a} BFO:0000050 {b} from {b} to {c}",
    "change relationship between {a} and {b} from BFO:0000050 to BFO:0000051",
    'change annotation of {a} with rdfs:comment from "{s}" to "{t}"',
    "add {a} to subset {b}",
    "remove {a} from subset {b}",
)
WORDS = ("mass", "of", "ion", "spectrum", "peak", "precursor", "charge", "state", "detector")


def say(name: str, figure: str) -> None:
    sys.stdout.write(f"{name:<52} {figure}\n")
    sys.stdout.flush()


def commands(count: int, seed: int = 1) -> list[str]:
    """Mixed commands, each form as often as any other."""
    random = Random(seed)

    def words() -> str:
        return " ".join(random.choices(WORDS, k=random.randint(1, 5)))

    def node() -> str:
        return f"MS:{random.randint(1, 9_999_999):07d}"

    lines = [
        FORMS[n % len(FORMS)].format(a=node(), b=node(), c=node(), s=words(), t=words())
        for n in range(count)
    ]
    random.shuffle(lines)
    return lines


def seconds_of(action: Callable[[], object], repeat: int = 5) -> float:
    """Median seconds of an action."""
    found = []
    for _ in range(repeat):
        gc.collect()
        start = time.perf_counter()
        action()
        found.append(time.perf_counter() - start)
    return statistics.median(found)


def bench_beside_peer() -> None:
    lines = commands(COMMANDS)
    text = "\n".join(lines)
    parse(text)
    ours = COMMANDS / seconds_of(lambda: parse(text))
    changes = parse(text)
    written = COMMANDS / seconds_of(lambda: [render(change) for change in changes])
    say(f"parse {COMMANDS:,} mixed commands", f"{ours:,.0f}/s")
    say("render them", f"{written:,.0f}/s")
    try:
        peer = ask("speed", lines)
    except NotInstalledError as error:
        say("kgcl-schema", f"cannot be installed here: {error}")
        return
    theirs = COMMANDS / peer["parse"]
    say("parse, kgcl-schema", f"{theirs:,.0f}/s")
    say("parse, times kgcl-schema", f"{ours / theirs:.1f} x")
    again = COMMANDS / seconds_of(lambda: parse(text))
    say("parse, once more, times kgcl-schema", f"{again / theirs:.1f} x")


def bench_data() -> None:
    changes = parse("\n".join(commands(COMMANDS)))
    yaml, data = dump_yaml(changes), dump_json(changes)
    for name, action in [
        ("write them as YAML", lambda: dump_yaml(changes)),
        ("read the YAML", lambda: load_yaml(yaml)),
        ("write them as JSON", lambda: dump_json(changes)),
        ("read the JSON", lambda: load_json(data)),
    ]:
        say(name, f"{COMMANDS / seconds_of(action, 3):,.0f}/s")


_FIRST = """
import time
start = time.perf_counter()
import kgcl
imported = time.perf_counter()
from kgcl.parser import parse
parse("rename MS:1 from 'a' to 'b'")
print((imported - start) * 1000, (time.perf_counter() - imported) * 1000)
"""


def bench_first() -> None:
    """Import and first parse of a fresh process; the first run fills the caches of Python."""
    found = []
    for _ in range(8):
        done = subprocess.run(
            [sys.executable, "-c", _FIRST], capture_output=True, text=True, check=True
        )
        found.append([float(part) for part in done.stdout.split()])
    imported, first = (statistics.median(column) for column in zip(*found[1:], strict=True))
    say("import kgcl, fresh process", f"{imported:.1f} ms")
    say("first parse, with all imports", f"{first:.0f} ms")


def bench_lengths() -> None:
    """The same form with a longer and longer text, list, and expression."""
    for name, line_of in [
        (
            "one text",
            lambda size: f"rename MS:1 from '{'a' * (size // 2)}' to '{'b' * (size // 2)}'",
        ),
        ("a list of ids", lambda size: "obsolete " + ", ".join(["MS:0000001"] * (size // 12))),
        ("qualifiers", lambda size: f"delete MS:1 {{{', '.join(['a:b=c:d'] * (size // 9))}}}"),
        ("commands in a line", lambda size: "; ".join(["delete MS:1"] * (size // 13))),
        ("a mistake at the end", lambda size: f"delete MS:1 because '{'a' * size}' '"),
    ]:
        rates = []
        for size in (10_000, 100_000, 1_000_000):
            line = line_of(size)
            seconds = seconds_of(lambda line=line: _parsed(line), 3)  # type: ignore[misc]
            rates.append(f"{seconds / len(line) * 1e9:,.0f}")
        say(f"ns a character at 10 kB, 100 kB, 1 MB: {name}", ", ".join(rates))


def _parsed(line: str) -> None:
    from kgcl.parser import parse_all

    parse_all(line)


def bench_memory() -> None:
    """What stays after many parses, and the most that the process ever had."""
    lines = commands(1_000)
    text = "\n".join(lines)
    parse(text)
    before = peak_memory()
    tracemalloc.start()
    parse(text)
    gc.collect()
    start, _ = tracemalloc.get_traced_memory()
    for seed in range(9):
        parse("\n".join(commands(1_000, seed)))
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - start
    tracemalloc.stop()
    for seed in range(MANY // 1_000):
        parse("\n".join(commands(1_000, seed)))
    say("memory that 9,000 parses leave behind", f"{grown / 1024:,.0f} KiB")
    say(f"peak memory grown by {MANY:,} parses", f"{(peak_memory() - before) / 1e6:.1f} MB")


def main() -> None:
    bench_memory()
    bench_beside_peer()
    bench_data()
    bench_first()
    bench_lengths()


if __name__ == "__main__":
    main()
