"""Sources that want to exhaust their reader, through the command line: one line, bounded memory."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.compression import compressed
from tests.kgdelta.calling import Run

DEEP = 100_000
#: How sources begin whose next line, or value, has a gigabyte; and what is said of it.
ENDLESS = {
    "x.tsv": ("subject\tpredicate\tobject\nA:1\tp:q\t", "line 2: a line of more than 64 MiB"),
    "x.jsonl": ('{"id":"A:1","name":"', "line 1: a line of more than 64 MiB"),
    "x.quads": ("a\tr\tb\t2014-01-01\nc\tr\t", "line 2: a line of more than 64 MiB"),
    "x.triples": ("a\tr\tb\nc\tr\t", "line 2: a line of more than 64 MiB"),
    "x.nt": ('<u:a> <u:b> "" .\n<u:a> <u:b> "', "line 2: a line of more than 64 MiB"),
    "x.ofn": ("Ontology(<u:e>\nAnnotation(<u:a> ", "line 2: a line of more than 64 MiB"),
    "x.ttl": ('@prefix e: <u:e> .\ne:a e:b "', "more than 1024 MiB"),
}
#: Peak memory in MiB: of formats read line by line, and of those read as a whole.
LINES, WHOLE = 300, 1_500


#: Calls the command line, then tells the peak of its own memory: what the system keeps of a child
#: counts that of its parent, before the program was replaced.
CALL = """
import sys
from pathlib import Path
from kgdelta.cli import main
try:
    main(sys.argv[1:])
finally:
    status = Path("/proc/self/status").read_text()
    print(status.partition("VmHWM:")[2].split()[0])
"""


def peak_of(*arguments: str, folder: Path) -> tuple[int, str, int]:
    """Exit code and messages of a call in a process of its own, and its peak memory in MiB."""
    command = [sys.executable, "-c", CALL, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr, int(done.stdout) >> 10


@pytest.mark.long
@pytest.mark.parametrize("name", ENDLESS)
def test_a_line_of_a_gigabyte_is_refused_in_bounded_memory(name: str, tmp_path: Path) -> None:
    begins, reason = ENDLESS[name]
    piece = b"x" * (1 << 20)
    with (tmp_path / f"{name}.zst").open("wb") as file, compressed(file, ".zst") as stream:
        stream.write(begins.encode())
        for _ in range(1 << 10):
            stream.write(piece)
    code, said, peak = peak_of("convert", f"{name}.zst", "out.nt", folder=tmp_path)
    assert (code, said.count("\n")) == (3, 1)
    assert reason in said
    assert peak < (WHOLE if name == "x.ttl" else LINES)
    assert not (tmp_path / "out.nt").exists()


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("x.json", '{"graphs":' + "[" * DEEP + "]" * DEEP + "}", "nested too deeply"),
        ("x.jsonld", '{"@graph":' + "[" * DEEP + "]" * DEEP + "}", "nested too deeply"),
        (
            "x.owl",
            '<!DOCTYPE r [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><rdf:RDF xmlns:rdf='
            '"http://www.w3.org/1999/02/22-rdf-syntax-ns#">&b;</rdf:RDF>',
            "the entity b is made of the entity a",
        ),
    ],
)
def test_what_is_unsafe_is_refused_in_one_line(
    run: Run, tmp_path: Path, name: str, text: str, reason: str
) -> None:
    (tmp_path / name).write_text(text)
    run("init")
    for command in (("import", name), ("convert", name, "out.nt")):
        answer = run(*command)
        assert answer.code == 3
        assert reason in answer.err
        assert answer.err.count("\n") == 1
    assert run("log", "--json").rows == []


def test_what_stands_before_the_end_of_a_cut_archive_is_imported(run: Run, tmp_path: Path) -> None:
    lines = [f"A:{number}\tp:q\tB:{number * 7919 % 10_007}" for number in range(20_000)]
    whole = gzip.compress("\n".join(["subject\tpredicate\tobject", *lines]).encode())
    (tmp_path / "x.tsv.gz").write_bytes(whole[: len(whole) // 2])
    run("init")
    (row,) = run("import", "x.tsv.gz", "--json").rows
    assert 1_000 < row["added"] < 20_000
    assert "what stands before that was read" in row["problems"][0]["reason"]
    strict = run("import", "x.tsv.gz", "--strict")
    assert strict.code == 3
    assert "the compression is damaged" in strict.err
