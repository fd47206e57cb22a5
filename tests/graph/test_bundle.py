"""Bundles: what is written is read, equal content is equal bytes, and damage never passes."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.bundle import BundleInfo, read_bundle, verify_bundle, write_bundle
from graph.commit import Commit, CommitMeta
from graph.errors import CorruptBundleError, NotFoundError
from graph.model import Delta, Literal, Qualifier, Statement
from graph.sqlite import SqliteStore
from graph.statement_json import decode_statement, encode_statement
from graph.vocabulary import EXACT_SYNONYM, XREF
from tests.graph.clocks import Ticking
from tests.graph.conformance import A, B, C, isa, label, put, state
from tests.graph.strategies import few, statements

JUNK = (
    "",
    "null",
    "{}",
    "[]",
    '["a","b"]',
    '["a",1,"c"]',
    '["a","b","c",null]',
    '["a","b","c",[],0]',
    '["a","b","c",["q"]]',
    '["a","b","c",[["q"]]]',
    '["a","b","c",[["q","v",{}]]]',
    '["a","b",{"v":1}]',
    '["a","b",{"t":"x"}]',
    '["a","b",{"v":"x","t":"t","l":"l"}]',
    '["a","b",{"v":"x","k":"y"}]',
    '["a","b",{"e":[]}]',
    '["a","b",{"e":["Op"],"v":"x"}]',
    '["a","b",NaN]',
    '["a","b","c"] ["a","b","c"]',
    '["a","b","\\ud800"]',
    '["a","b","c"',
    '["a","b",' + '{"e":["Op",' * 100_000,
)


@given(statements)
def test_statements_survive_json(statement: Statement) -> None:
    text = encode_statement(statement)
    assert "\n" not in text
    assert decode_statement(text) == statement
    assert decode_statement(json.dumps(json.loads(text))) == statement


@pytest.mark.parametrize("text", JUNK, ids=lambda text: text[:30])
def test_junk_is_no_statement(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_statement(text)


def test_a_backslash_before_ud_is_no_escape() -> None:
    odd = Statement(A, EXACT_SYNONYM, Literal("\\ud800"))
    assert decode_statement(encode_statement(odd)) == odd


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    """Two lines with a merge, a tag, a revert; notes and trees of logic among the statements."""
    opened = SqliteStore.open(":memory:", create=True, clock=Ticking())
    noted = Statement(A, EXACT_SYNONYM, Literal("é", language="de"), (Qualifier(XREF, B),))
    meta = CommitMeta(
        "one\ntwo",
        "Ann",
        datetime(2012, 1, 31, 5, 0, 0, 7, tzinfo=UTC),
        ("c'1", "ü2"),
        (("issue", "7"), ("issue", "6")),
    )
    put(opened, label(A, "a"), isa(A, B), noted, meta=meta)
    opened.create_branch("side")
    put(opened, label(B, "b"), removed=(isa(A, B),), branch="side")
    put(opened, label(C, "c"))
    opened.merge("main", "side", CommitMeta("merge"))
    opened.create_tag("v1")
    opened.create_tag("v0", "main~2")
    opened.revert("main", "main~1", CommitMeta("undo"))
    put(opened, label(B, "other"), removed=(label(B, "b"),), branch="side")
    yield opened
    opened.close()


@pytest.fixture
def other() -> Iterator[SqliteStore]:
    opened = SqliteStore.open(":memory:", create=True, clock=Ticking())
    yield opened
    opened.close()


def packed(store: SqliteStore, *versions: str, without: tuple[str, ...] = ()) -> io.BytesIO:
    stream = io.BytesIO()
    write_bundle(store, stream, versions, without)
    stream.seek(0)
    return stream


def take(store: SqliteStore, stream: io.BytesIO) -> None:
    with read_bundle(stream) as bundle:
        store.receive(bundle.commits(), bundle.info.branches, bundle.info.tags)


def test_a_whole_history(store: SqliteStore, other: SqliteStore, tmp_path: Path) -> None:
    path = tmp_path / "all.kgb"
    info = write_bundle(store, path, ["main", "side"])
    heads = {branch.name: branch.head for branch in store.branches()}
    tags = {tag.name: tag.commit for tag in store.tags()}
    assert info == BundleInfo("default", (), heads, tags, 6)
    assert verify_bundle(str(path)) == info
    with read_bundle(path) as bundle:
        assert bundle.info == info
        carried = list(bundle.commits())
        assert list(bundle.commits()) == carried
        assert {c.id: (c, d) for c, d in carried} == {
            c.id: (c, store.delta(c.id)) for c in store.past(["main", "side"])
        }
        other.receive(bundle.commits(), info.branches, info.tags)
    assert [p.name for p in tmp_path.iterdir()] == ["all.kgb"]
    assert other.branches() == store.branches()
    assert other.tags() == store.tags()
    for commit in store.past(["main", "side"]):
        assert state(other, commit.id) == state(store, commit.id)
    assert list(other.verify()) == []


def test_equal_content_is_equal_bytes(store: SqliteStore, other: SqliteStore) -> None:
    """A copy numbers its commits as they came; its bundle is the same all the same."""
    first = packed(store, "side", "main")
    with read_bundle(first) as bundle:
        carried = {c.id: (c, d) for c, d in bundle.commits()}
        side = [carried[c.id] for c in store.past(["side"])]
        rest = [carried[c.id] for c in store.past(["main"], ["side"])]
        other.receive([*side, *rest], bundle.info.branches, bundle.info.tags)
    assert packed(other, "main", "side").getvalue() == first.getvalue()


def test_what_the_receiver_has_stays_out(store: SqliteStore, other: SqliteStore) -> None:
    base = store.resolve("main~1")
    take(other, packed(store, "v1"))
    assert [(t.name, t.commit) for t in other.tags()] == [(t.name, t.commit) for t in store.tags()]
    news = packed(store, "main", "side", without=("v1",))
    info = verify_bundle(news)
    assert (info.commits, info.tags) == (2, {})
    assert info.requires == tuple(sorted({base, store.resolve("side~1")}))
    other.merge("main", "v1", CommitMeta())
    news.seek(0)
    take(other, news)
    assert other.branches() == store.branches()
    assert state(other, "side") == state(store, "side")


def test_names_go_along_where_asked(store: SqliteStore) -> None:
    cases: tuple[tuple[tuple[str, ...], bool, set[str], set[str]], ...] = (
        (("main",), True, {"main"}, {"v0", "v1"}),
        (("main",), False, {"main"}, set()),
        (("v1",), False, set(), {"v1"}),
        (("side",), True, {"side"}, {"v0"}),
        (("main~1",), True, set(), {"v0", "v1"}),
        (("side", "main~3"), False, {"side"}, set()),
    )
    for versions, tags, branches, named in cases:
        info = write_bundle(store, io.BytesIO(), versions, tags=tags)
        assert (set(info.branches), set(info.tags)) == (branches, named), versions


def test_nothing_new_still_moves_a_name(store: SqliteStore) -> None:
    stream = packed(store, "v1", without=("main",))
    info = verify_bundle(stream)
    assert (info.commits, info.requires) == (0, (store.resolve("v1"),))
    assert info.tags == {"v1": store.resolve("v1")}


def test_unknown_versions_write_nothing(store: SqliteStore, tmp_path: Path) -> None:
    for versions, without in ((["nobody"], []), (["main"], ["nobody"])):
        with pytest.raises(NotFoundError):
            write_bundle(store, tmp_path / "x.kgb", versions, without)
    with pytest.raises(FileNotFoundError):
        write_bundle(store, tmp_path / "none" / "x.kgb", ["main"])
    with pytest.raises(FileNotFoundError):
        read_bundle(tmp_path / "x.kgb")
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_the_older_file(
    store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.kgb"
    write_bundle(store, path, ["main"])
    before = path.read_bytes()
    monkeypatch.setattr(store, "delta", lambda version: Delta())
    with pytest.raises(CorruptBundleError, match=r"x\.kgb: not written: commit \w{12} is damaged"):
        write_bundle(store, path, ["side"])
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["x.kgb"]


def test_purged_statements_are_carried_as_digests(store: SqliteStore, other: SqliteStore) -> None:
    secret = Statement(C, EXACT_SYNONYM, Literal("Jane Roe"))
    put(store, secret, meta=CommitMeta("about Jane Roe", changes=("create synonym",)))
    gone = put(store, removed=(secret,))
    store.purge([secret])
    stream = packed(store, "main")
    assert b"Jane Roe" not in gzip.decompress(stream.getvalue())
    take(other, stream)
    assert store.delta(gone.id) == other.delta(gone.id) == Delta(frozenset({secret.erased}))
    assert list(other.verify()) == []


class _Pipe(io.RawIOBase):
    """A stream that cannot go back."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        return self._content.readinto(buffer)


def test_streams(store: SqliteStore) -> None:
    content = packed(store, "main").getvalue()
    expected = list(read_bundle(io.BytesIO(content)).commits())
    later = io.BytesIO(b"before" + content)
    later.seek(6)
    for stream in (later, _Pipe(content), io.BufferedReader(_Pipe(content))):
        with read_bundle(stream) as bundle:
            assert list(bundle.commits()) == expected
    assert not later.closed


def repacked(lines: list[bytes]) -> bytes:
    """Lines as a bundle whose checksum holds."""
    content = b"".join(line + b"\n" for line in lines)
    end = b'{"sha256":"%s"}\n' % hashlib.sha256(content).hexdigest().encode()
    return gzip.compress(content + end, mtime=0)


def edited(line: bytes, **changes: object) -> bytes:
    fields = json.loads(line) | changes
    return json.dumps({k: v for k, v in fields.items() if v is not None}).encode()


FORGERIES: dict[str, tuple[Callable[[list[bytes]], list[bytes]], str]] = {
    "newer": (lambda ls: [edited(ls[0], version=2), *ls[1:]], "upgrade kgdelta"),
    "older": (lambda ls: [edited(ls[0], version=0), *ls[1:]], "unknown"),
    "odd version": (lambda ls: [edited(ls[0], version="2"), *ls[1:]], "unknown"),
    "foreign": (lambda ls: [edited(ls[0], format="zip"), *ls[1:]], "not a bundle"),
    "no header": (lambda ls: ls[1:], "not a bundle"),
    "nothing": (lambda ls: [], "not a bundle"),
    "header list": (lambda ls: [b"[]", *ls[1:]], "not a bundle"),
    "deep header": (lambda ls: [b"[" * 100_000, *ls[1:]], "not a bundle"),
    "no graph": (lambda ls: [edited(ls[0], graph=None), *ls[1:]], "text"),
    "bad branch": (lambda ls: [edited(ls[0], branches={"main": "x"}), *ls[1:]], "64 digits"),
    "bad branches": (lambda ls: [edited(ls[0], branches=[]), *ls[1:]], "branches"),
    "bad requires": (lambda ls: [edited(ls[0], requires="x"), *ls[1:]], "requires"),
    "capitals": (lambda ls: [edited(ls[0], requires=["A" * 64]), *ls[1:]], "64 digits"),
    "stray tag": (lambda ls: [edited(ls[0], tags={"v": "0" * 64}), *ls[1:]], "not in it"),
    "count true": (lambda ls: [edited(ls[0], commits=True), *ls[1:]], "number"),
    "count below": (lambda ls: [edited(ls[0], commits=1), *ls[1:]], "goes on"),
    "count above": (lambda ls: [edited(ls[0], commits=99), *ls[1:]], "commit 6 of 99"),
    "added line": (lambda ls: [*ls, ls[-1]], "goes on"),
    "odd commit": (lambda ls: [ls[0], b"[]", *ls[2:]], "should be a JSON object"),
    "deep commit": (lambda ls: [ls[0], b"[" * 100_000, *ls[2:]], "should be a JSON object"),
    "lost line": (lambda ls: ls[:-1], "statement"),
    "lost commit": (lambda ls: [ls[0], *ls[5:]], "follow its parents"),
    "repeated commit": (lambda ls: [*ls[:5], *ls[1:5], *ls[5:]], "once"),
    "repeated statement": (lambda ls: [*ls[:3], ls[2], *ls[4:]], "repeated"),
    "other statement": (lambda ls: [*ls[:2], b'["a","b","c"]', *ls[3:]], "do not match its hash"),
    "no statement": (lambda ls: [*ls[:2], b'["a"]', *ls[3:]], "not a statement"),
    "not UTF-8": (lambda ls: [*ls[:2], b'["a","b","\xff"]', *ls[3:]], "utf-8"),
    "forged author": (lambda ls: [ls[0], edited(ls[1], author="Eve"), *ls[2:]], "its id"),
    "author number": (lambda ls: [ls[0], edited(ls[1], author=1), *ls[2:]], "not a text"),
    "no date": (lambda ls: [ls[0], edited(ls[1], authored="soon"), *ls[2:]], "soon"),
    "odd pairs": (lambda ls: [ls[0], edited(ls[1], provenance=[["a"]]), *ls[2:]], "pairs"),
    "below none": (lambda ls: [ls[0], edited(ls[1], removed=-1), *ls[2:]], "number"),
}


@pytest.mark.parametrize("case", FORGERIES)
def test_what_does_not_add_up_is_refused_in_one_line(
    store: SqliteStore, other: SqliteStore, case: str
) -> None:
    forge, reason = FORGERIES[case]
    lines = gzip.decompress(packed(store, "main").getvalue()).splitlines()[:-1]
    verify_bundle(io.BytesIO(repacked(lines)))
    stream = io.BytesIO(repacked(forge(lines)))
    with pytest.raises(CorruptBundleError, match=reason) as caught:
        take(other, stream)
    assert "\n" not in str(caught.value)
    assert [branch.head for branch in other.branches()] == [None]


def test_an_order_of_pairs_that_no_id_knows(store: SqliteStore) -> None:
    lines = gzip.decompress(packed(store, "main").getvalue()).splitlines()[:-1]
    swapped = json.loads(lines[1])["provenance"][::-1]
    lines[1] = edited(lines[1], provenance=swapped)
    commit, _ = next(iter(read_bundle(io.BytesIO(repacked(lines))).commits()))
    assert commit == store.show("main~3")


def test_files_that_are_no_bundles(tmp_path: Path) -> None:
    for content in (b"", b"format-version: 1.2\n", b"\x1f\x8b", gzip.compress(b"hello\n")):
        path = tmp_path / "x.kgb"
        path.write_bytes(content)
        with pytest.raises(CorruptBundleError) as caught:
            read_bundle(path)
        assert caught.value.source == str(path)


def damaged(store: SqliteStore, rounds: int, seed: int) -> int:
    """Cut and flip a bundle; either it is refused before a commit comes out, or nothing is lost."""
    content = packed(store, "main", "side").getvalue()
    intact = read_bundle(io.BytesIO(content))
    expected = (intact.info, list(intact.commits()))
    chooser = random.Random(seed)
    refused = 0
    for number in range(rounds):
        place = chooser.randrange(len(content))
        spoilt = bytearray(content if number % 2 else content[:place])
        if number % 2:
            spoilt[place] ^= 1 << chooser.randrange(8)
        try:
            bundle = read_bundle(io.BytesIO(spoilt))
        except CorruptBundleError:
            refused += 1
            continue
        assert number % 2, f"cut off at {place}"
        assert (bundle.info, list(bundle.commits())) == expected, place
    return refused


def test_damage_is_found_before_a_commit_comes_out(store: SqliteStore) -> None:
    assert damaged(store, rounds=400, seed=3) > 350


@pytest.mark.long
def test_damage_is_found_before_a_commit_comes_out_4000_times(store: SqliteStore) -> None:
    assert damaged(store, rounds=4000, seed=4) > 3500


class _Line:
    """As much of a store as a bundle is written from: one line of states, in memory."""

    url, graph = "memory", "line"

    def __init__(self, states: list[frozenset[Statement]]) -> None:
        self.made: dict[str, tuple[Commit, Delta]] = {}
        before: frozenset[Statement] = frozenset()
        parents: tuple[str, ...] = ()
        clock = Ticking()
        for number, after in enumerate(states):
            delta = Delta.between(before, after)
            commit = Commit.make(parents, delta.digest(), CommitMeta(str(number)), clock())
            self.made[commit.id] = (commit, delta)
            before, parents = after, (commit.id,)

    def branches(self) -> list[object]:
        return []

    tags = branches

    def resolve(self, version: str) -> str:
        return list(self.made)[int(version)]

    def past(self, versions: list[str], without: list[str]) -> Iterator[Commit]:
        ids = list(self.made)
        start = max((ids.index(one) + 1 for one in without), default=0)
        end = max((ids.index(one) + 1 for one in versions), default=0)
        return (self.made[one][0] for one in ids[start:end])

    def show(self, version: str) -> Commit:
        return self.made[version][0]

    def delta(self, version: str) -> Delta:
        return self.made[version][1]


@given(st.data())
def test_every_line_of_states_survives(data: st.DataObject) -> None:
    one = st.frozensets(st.one_of(statements, few), max_size=6)
    states = data.draw(st.lists(one, min_size=1, max_size=5))
    store = _Line(states)
    cut = data.draw(st.integers(0, len(states) - 1))
    stream = io.BytesIO()
    without = [str(cut - 1)] if cut else []
    info = write_bundle(store, stream, [str(len(states) - 1)], without)  # type: ignore[arg-type]
    stream.seek(0)
    with read_bundle(stream) as bundle:
        assert bundle.info == info
        assert list(bundle.commits()) == list(store.made.values())[cut:]
    assert info.requires == tuple(list(store.made)[cut - 1 : cut] if cut else ())


def test_a_writer_refuses_commits_that_do_not_add_up() -> None:
    store = _Line([frozenset({label(A, "a")})])
    ((commit_id, (commit, delta)),) = store.made.items()
    store.made[commit_id] = (replace(commit, author="Eve"), delta)
    with pytest.raises(CorruptBundleError, match="verify"):
        write_bundle(store, io.BytesIO(), ["0"])  # type: ignore[arg-type]
