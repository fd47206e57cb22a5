"""Files merged three ways: what is said decides, lines stay, conflicts are objects."""

from __future__ import annotations

import gzip
import subprocess
from pathlib import Path

import pytest

from graph.memory import MemorySnapshot
from graph.merge import three_way
from graph.model import Delta
from graph.resolution import Resolutions, Side
from ingest.formats import read, read_bytes
from kgdelta.merge_file import FileSide, merge_files
from tests.kgdelta.calling import Run

BASE = Path("instruments-1.obo")
NEW_TERM = "\n[Term]\nid: EX:0000099\nname: new one\n"


def edited(name: str, *replaced: tuple[str, str], more: str = "") -> str:
    """A copy of the example with texts replaced, each of which is there, and more at its end."""
    text = BASE.read_text(encoding="utf-8")
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new)
    Path(name).write_text(text + more, encoding="utf-8")
    return name


def test_what_does_not_conflict_is_brought_line_by_line(run: Run) -> None:
    comment = ("name: instrument part\n", "name: instrument part ! kept as it is\n")
    base = edited("base.obo")
    ours = edited("ours.obo", ("name: TOF", "name: time of flight"), comment)
    theirs = edited("theirs.obo", ("name: detector", "name: sensor"), more=NEW_TERM)
    expected = edited(
        "expected.obo",
        ("name: TOF", "name: time of flight"),
        comment,
        ("name: detector", "name: sensor"),
        more=NEW_TERM,
    )
    before = Path(theirs).read_bytes()
    answer = run("merge-file", base, ours, theirs)
    assert (answer.code, answer.out) == (0, "")
    assert answer.err.splitlines()[-1] == "ours.obo: merged: 1 removed, 3 added"
    assert Path(ours).read_bytes() == Path(expected).read_bytes()
    assert Path(theirs).read_bytes() == before


def test_a_conflict_is_an_object_and_ours_stays(run: Run) -> None:
    base = edited("base.obo")
    ours = edited("ours.obo", ("name: detector", "name: sensor"))
    theirs = edited("theirs.obo", ("name: detector", "name: probe"), more=NEW_TERM)
    answer = run("merge-file", base, ours, theirs, "--json")
    assert answer.code == 1
    (conflict,) = answer.document["conflicts"]
    assert conflict["kind"] == "divergent value"
    assert conflict["base"] == ['EX:0000006 rdfs:label "detector"']
    assert conflict["ours"] == ['EX:0000006 rdfs:label "sensor"']
    assert conflict["theirs"] == ['EX:0000006 rdfs:label "probe"']
    rest = edited("rest.obo", ("name: detector", "name: sensor"), more=NEW_TERM)
    assert Path(ours).read_bytes() == Path(rest).read_bytes()
    again = run("merge-file", base, ours, theirs, "--choose", f"{conflict['id']}=theirs")
    assert again.code == 0, again.err
    assert f"decided {conflict['id']} theirs: divergent value EX:0000006" in again.err
    assert Path(ours).read_bytes() == Path(theirs).read_bytes()


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_one_side_wins(run: Run, side: str) -> None:
    base = edited("base.obo")
    edited("ours.obo", ("name: detector", "name: sensor"))
    edited("theirs.obo", ("name: detector", "name: probe"))
    answer = run("merge-file", base, "ours.obo", "theirs.obo", f"--{side}", "-o", "out.obo")
    assert answer.code == 0, answer.err
    assert Path("out.obo").read_bytes() == Path(f"{side}.obo").read_bytes()


def test_a_header_clause_of_both_is_a_conflict(run: Run) -> None:
    base = edited("base.obo")
    edited("ours.obo", ("data-version: 1", "data-version: 2"))
    edited("theirs.obo", ("data-version: 1", "data-version: 3"))
    answer = run("merge-file", base, "ours.obo", "theirs.obo", "--json")
    assert answer.code == 1
    assert [c["kind"] for c in answer.document["conflicts"]] == ["divergent value"]
    assert Path("ours.obo").read_text(encoding="utf-8").count("data-version") == 1


def test_without_work_of_ours_the_bytes_of_theirs(run: Run) -> None:
    base, theirs = edited("base.obo"), "theirs.obo"
    Path(theirs).write_text(Path("instruments-2.obo").read_text("utf-8") + "\n! end\n", "utf-8")
    assert run("merge-file", base, "instruments-1.obo", theirs, "-o", "-").code == 0
    assert run("merge-file", base, "instruments-1.obo", theirs).code == 0
    assert BASE.read_bytes() == Path(theirs).read_bytes()


def test_standard_output_other_formats_and_packing(run: Run) -> None:
    base = edited("base.obo")
    ours = edited("ours.obo", ("name: TOF", "name: time of flight"))
    theirs = edited("theirs.obo", ("name: detector", "name: sensor"))
    before = Path(ours).read_bytes()
    printed = run("merge-file", base, ours, theirs, "--output", "-")
    assert printed.code == 0
    assert Path(ours).read_bytes() == before
    for name in ("out.ofn", "out.obo.gz"):
        assert run("merge-file", base, ours, theirs, "-o", name).code == 0
        assert read(Path(name)).statements == read_bytes(printed.out.encode(), "x.obo").statements
    assert gzip.decompress(Path("out.obo.gz").read_bytes()).decode() == printed.out


def test_functional_syntax_keeps_its_lines(run: Run) -> None:
    base = edited("base.obo")
    theirs = edited("theirs.obo", ("name: detector", "name: sensor"))
    for name in (base, theirs):
        assert run("convert", name, name.replace(".obo", ".ofn")).code == 0
    text = Path("base.ofn").read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    labels = [n for n, line in enumerate(lines) if "rdfs:label" in line]
    lines[labels[0]] = "\n# a remark\n" + lines[labels[0]].replace("instrument part", "part")
    Path("ours.ofn").write_text("".join(lines), encoding="utf-8")
    answer = run("merge-file", "base.ofn", "ours.ofn", "theirs.ofn")
    assert answer.code == 0, answer.err
    merged = Path("ours.ofn").read_text(encoding="utf-8")
    assert merged == "".join(lines).replace("detector", "sensor")


def test_temporary_names_and_an_empty_base(run: Run) -> None:
    for name, source in ((".merge_file_A", "instruments-1.obo"), (".merge_file_B", "ours.obo")):
        if source == "ours.obo":
            edited(source, more=NEW_TERM)
        Path(name).write_bytes(Path(source).read_bytes())
    Path(".merge_file_O").write_bytes(b"")
    answer = run("merge-file", ".merge_file_O", ".merge_file_A", ".merge_file_B", "onto/x.obo")
    assert answer.code == 0, answer.err
    assert answer.err.endswith("onto/x.obo: merged: 0 removed, 2 added\n")
    assert Path(".merge_file_A").read_bytes() == Path("ours.obo").read_bytes()


def test_what_cannot_be_read_of_theirs_stops_the_merge(run: Run) -> None:
    edited("base.obo")
    assert run("convert", "base.obo", "base.ofn").code == 0
    text = Path("base.ofn").read_text(encoding="utf-8")
    Path("ours.ofn").write_text(text.replace("TOF", "tof"), encoding="utf-8")
    Path("theirs.ofn").write_text(text[: len(text) // 2], encoding="utf-8")
    before = Path("ours.ofn").read_bytes()
    answer = run("merge-file", "base.ofn", "ours.ofn", "theirs.ofn")
    assert answer.code == 3
    assert answer.err.startswith("kgdelta: theirs.ofn")
    assert Path("ours.ofn").read_bytes() == before


ERRORS = [
    (["none.obo", "instruments-1.obo", "instruments-2.obo"], 6, "no file 'none.obo'"),
    (["x", "HEAD:y.obo", "z"], 2, "HEAD:y.obo is no file that could be replaced"),
    (["x", "instruments-1.obo", "z", "--ours", "--theirs"], 2, "--ours and --theirs exclude"),
    (["x", "instruments-1.obo", "z", "--json", "-o", "-"], 2, "--json and --output - both"),
    (["x", "instruments-1.obo", "z", "--choose", "a=b"], 2, "--choose a=b: "),
    (
        ["instruments-1.obo", "instruments-1.obo", "instruments-2.obo",
         "--choose", "0123456789ab=ours"],
        6, "no conflict '0123456789ab'",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "code", "message"), ERRORS, ids=str)
def test_errors(run: Run, arguments: list[str], code: int, message: str) -> None:
    before = BASE.read_bytes()
    answer = run("merge-file", *arguments)
    assert (answer.code, answer.err.count("\n")) == (code, 1)
    assert answer.err.startswith(f"kgdelta: {message}"), answer.err
    assert BASE.read_bytes() == before


def test_releases_merge_as_their_statements_do(shared: Path) -> None:
    """Two releases as the two sides of an older one: real conflicts, decided and left open."""
    releases = sorted((shared / "uo").glob("*.obo"))
    paths = [releases[n] for n in (-6, -3, -1)]
    base, ours, theirs = (FileSide(path.name, path.read_bytes()) for path in paths)
    before, mine, yours = (read(path).statements for path in paths)
    plain = three_way(
        MemorySnapshot(before), Delta.between(before, mine), Delta.between(before, yours)
    )
    merged = merge_files(base, ours, theirs, Resolutions())
    assert {c.id for c in plain.conflicts} <= {c.id for c in merged.open}
    assert {c.subject for c in merged.open}
    state = read_bytes(merged.content, "merged.obo").statements
    assert state == (mine - merged.delta.removed) | merged.delta.added
    assert (merge_files(base, ours, theirs, Resolutions({}, Side.OURS))).content == merged.content
    won = merge_files(base, ours, theirs, Resolutions({}, Side.THEIRS))
    assert not won.open
    assert len(won.decisions) >= len(merged.open)
    assert read_bytes(won.content, "won.obo").statements >= yours - before


def test_sides_in_git(run: Run, tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
        subprocess.run(["git", *who, *arguments], check=True, capture_output=True, cwd=tmp_path)

    git("init", "-q", "-b", "main")
    edited("x.obo")
    git("add", "x.obo")
    git("commit", "-qm", "one")
    git("switch", "-qc", "side")
    edited("x.obo", ("name: detector", "name: sensor"))
    git("commit", "-qam", "two")
    git("switch", "-q", "main")
    edited("x.obo", ("name: TOF", "name: time of flight"))
    git("commit", "-qam", "three")
    answer = run("merge-file", "main~1:x.obo", "main:x.obo", "side:x.obo", "-o", "merged.obo")
    assert answer.code == 0, answer.err
    both = edited(
        "both.obo", ("name: detector", "name: sensor"), ("name: TOF", "name: time of flight")
    )
    assert Path("merged.obo").read_bytes() == Path(both).read_bytes()


def test_a_term_deleted_here_and_edited_there(run: Run) -> None:
    text = BASE.read_text(encoding="utf-8")
    base = edited("base.obo")
    Path("ours.obo").write_text(text[: text.index("\n[Term]\nid: EX:0000006")], encoding="utf-8")
    synonym = ("name: detector", 'name: detector\nsynonym: "probe" EXACT []')
    theirs = edited("theirs.obo", synonym)
    answer = run("merge-file", base, "ours.obo", theirs, "--json", "-o", "out.obo")
    assert answer.code == 1
    assert [c["kind"] for c in answer.document["conflicts"]] == ["delete/modify"]
    assert Path("out.obo").read_bytes() == Path("ours.obo").read_bytes()
    assert run("merge-file", base, "ours.obo", theirs, "--theirs").code == 0
    assert Path("ours.obo").read_bytes() == Path(theirs).read_bytes()


def test_line_ends_of_ours_stay(run: Run) -> None:
    edited("base.obo")
    theirs = edited("theirs.obo", ("name: detector", "name: sensor"), more=NEW_TERM)
    ours = edited("ours.obo", ("name: TOF", "name: time of flight"))
    both = Path(edited("both.obo", ("name: TOF", "name: time of flight"),
                       ("name: detector", "name: sensor"), more=NEW_TERM))  # fmt: skip
    Path(ours).write_bytes(Path(ours).read_bytes().replace(b"\n", b"\r\n"))
    assert run("merge-file", "base.obo", ours, theirs).code == 0
    assert Path(ours).read_bytes() == both.read_bytes().replace(b"\n", b"\r\n")
