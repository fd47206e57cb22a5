"""Git repositories into a store, and a branch out as a git repository and back."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.commit import Commit, CommitMeta
from graph.errors import NotFoundError
from graph.model import Delta, Literal, Statement
from graph.store import Store, open_store
from graph.vocabulary import LABEL, ONTOLOGY, RDF_TYPE
from ingest.git_trailers import OWN, original, with_trailers
from ingest.history_git import GitHistory
from kgdelta.errors import ForeignHistoryError, UsageError
from kgdelta.git_export import Exported, export_to_git
from kgdelta.histories import import_history
from kgdelta.importing import Imported
from tests.ingest.git_work import Work, eventful, obo


def fresh() -> Store:
    return open_store(":memory:", create=True)


def take(store: Store, work: Work | Path, path: str = "new.obo", **options: bool) -> list[Imported]:
    folder = work.folder if isinstance(work, Work) else work
    return list(import_history(store, GitHistory(folder, path, **options), "main"))


def line(store: Store) -> list[Commit]:
    return list(reversed(list(store.log())))


def labels(store: Store, version: str = "main") -> str:
    found = store.snapshot(version).statements(predicates={LABEL})
    return "".join(sorted(s.object.value for s in found if isinstance(s.object, Literal)))


def test_a_repository_becomes_a_branch(tmp_path: Path) -> None:
    store = fresh()
    take(store, eventful(tmp_path / "repo"))
    assert [(c.message, labels(store, c.id)) for c in line(store)] == [
        ("first (#3)", "a"),
        ("second", "ab"),
        ("main A", "Ab"),
        # What a commit aside changed, on top of what the main line held: nobody undoes "A".
        ("side c", "Abc"),
        ("side d", "Abcd"),
        ("back with e", "Abcde"),
    ]
    last = dict(line(store)[-1].provenance)
    assert last["unread"].endswith("the file is empty")


def test_blame_names_who_did_it(tmp_path: Path) -> None:
    store = fresh()
    take(store, eventful(tmp_path / "repo"))
    node = "http://purl.obolibrary.org/obo/t#_c"
    (subject,) = {s.subject for s in store.snapshot().statements() if s.object == Literal("c")}
    blamed = {b.commit.message for b in store.blame({subject})}
    assert (subject.startswith(node[:30]), blamed) == (True, {"side c"})


def test_the_main_line_alone(tmp_path: Path) -> None:
    store = fresh()
    take(store, eventful(tmp_path / "repo"), first_parent=True)
    assert [(c.message, labels(store, c.id)) for c in line(store)] == [
        ("first (#3)", "a"),
        ("second", "ab"),
        ("main A", "Ab"),
        ("Merge pull request #7 from ada/side", "Abcd"),
        ("back with e", "Abcde"),
    ]


def test_a_grown_repository_is_read_from_where_it_was(tmp_path: Path) -> None:
    work, store = eventful(tmp_path / "repo"), fresh()
    take(store, work)
    before = line(store)
    assert take(store, work) == []
    work.git("mv", "new.obo", "newest.obo")
    work.commit("rename again")
    work.commit("f", newest__obo=obo(a="A", b="b", c="c", d="d", e="e", f="f"))
    # The history goes by another name now, so its editions do too; none of them changes anything.
    done = [d for d in take(store, work, "newest.obo") if d.commit is not None]
    assert line(store)[: len(before)] == before
    assert labels(store) == "Abcdef"
    assert [d.commit.message for d in done if d.commit][-1] == "f"


def test_an_amended_commit_comes_on_top(tmp_path: Path) -> None:
    work, store = Work(tmp_path / "repo"), fresh()
    work.commit("one", x__obo=obo(a="a"))
    work.commit("two", x__obo=obo(a="a", b="b"))
    take(store, work, "x.obo")
    work.git("reset", "-q", "--hard", "HEAD~1")
    work.commit("two, better", x__obo=obo(a="a", c="c"))
    take(store, work, "x.obo")
    assert [(c.message, labels(store, c.id)) for c in line(store)] == [
        ("one", "a"),
        ("two", "ab"),
        ("two, better", "ac"),
    ]


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout


def commit(store: Store, added: str = "", removed: str = "", **meta: object) -> Commit:
    def named(names: str) -> frozenset[Statement]:
        return frozenset(Statement(f"http://x.org/{n}", LABEL, Literal(n)) for n in names)

    head = store.snapshot("main").version.commit
    given = named(added)
    if head is None:
        given |= {Statement("http://purl.obolibrary.org/obo/t.owl", RDF_TYPE, ONTOLOGY)}
    return store.commit("main", Delta(named(removed), given), head, CommitMeta(**meta))


def grown() -> Store:
    store = fresh()
    authored = datetime(2020, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
    told = (("issue", "http://x.org/1"), ("author-email", "ada@example.org"))
    commit(
        store, "ab", message="one\n\nat length", author="Ada", provenance=told, authored=authored
    )
    commit(store, "c", "a", message="", author="Bob <bob@x.org>", authored=datetime(1969, 1, 1))
    commit(store, message="nothing\n\nKgdelta-Commit: forged", author="Ünal\nÖz")
    commit(store, "d", message=" spaced \n", author="")
    return store


def equal_lines(store: Store, again: Store) -> None:
    """The same states, and what was said of each that changed something."""
    there = [c for c in line(store) if store.delta(c.id)]
    back = line(again)
    assert [c.delta for c in there] == [c.delta for c in back]
    for one, other in zip(there, back, strict=True):
        assert (one.message, one.author, one.authored) == (
            other.message,
            other.author,
            other.authored,
        )
        kept = {pair for pair in one.provenance if pair[0] not in OWN}
        assert kept <= set(other.provenance)
        assert ("kgdelta-commit", one.id) in other.provenance


@pytest.mark.parametrize("path", ["t.obo", 'sub dir/ü "q".ttl', "t.nt.gz"])
def test_what_is_exported_comes_back(tmp_path: Path, path: str) -> None:
    store, again, folder = grown(), fresh(), tmp_path / "out"
    done = export_to_git(store, "main", folder, path)
    assert (done.path, done.commits, done.branch) == (path, 4, "main")
    assert int(git(folder, "rev-list", "--count", "main")) == 4
    assert git(folder, "status", "--porcelain") == ""
    assert (folder / path).is_file()
    take(again, folder, path)
    equal_lines(store, again)


def test_what_git_says_of_a_commit(tmp_path: Path) -> None:
    export_to_git(grown(), "main", tmp_path / "out")
    rows = git(tmp_path / "out", "log", "--reverse", "--format=%an|%ae|%aI|%s", "main")
    assert rows.splitlines()[:2] == [
        "Ada|ada@example.org|2020-01-02T03:04:05+00:00|one",
        rows.splitlines()[1],
    ]
    assert rows.splitlines()[1].startswith("Bob bob@x.org||1970-01-01T00:00:00+00:00|Kgdelta-Com")
    assert (tmp_path / "out" / "t.obo").read_text().startswith("ontology: t\n")


def test_export_goes_on_where_it_was(tmp_path: Path) -> None:
    store, again, folder = grown(), fresh(), tmp_path / "out"
    first = export_to_git(store, "main", folder, "x.obo")
    assert export_to_git(store, "main", folder) == Exported(folder, "main", "x.obo", first.head, 0)
    commit(store, "e", message="more")
    assert export_to_git(store, "main", folder).commits == 1
    assert git(folder, "log", "-1", "--format=%P", "main").strip() == first.head
    assert git(folder, "status", "--porcelain") == ""
    take(again, folder, "x.obo")
    equal_lines(store, again)


def test_a_bare_repository_and_other_branches(tmp_path: Path) -> None:
    store, folder = grown(), tmp_path / "out"
    subprocess.run(["git", "init", "-q", "--bare", str(folder)], check=True)
    store.create_branch("next/big", "main~1")
    assert export_to_git(store, "main", folder).commits == 4
    assert export_to_git(store, "next/big", folder).commits == 3
    assert git(folder, "rev-list", "--count", "next/big").strip() == "3"


def identity(monkeypatch: pytest.MonkeyPatch) -> None:
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Eve")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "eve@example.org")


def test_commits_of_others_are_not_built_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, folder = grown(), tmp_path / "out"
    export_to_git(store, "main", folder)
    identity(monkeypatch)
    git(folder, "commit", "-q", "--allow-empty", "-m", "mine")
    head = git(folder, "rev-parse", "main").strip()
    with pytest.raises(ForeignHistoryError, match="is no commit of the branch here"):
        export_to_git(store, "main", folder)
    assert git(folder, "rev-parse", "main").strip() == head


def test_work_that_is_not_committed_is_safe(tmp_path: Path) -> None:
    store, folder = grown(), tmp_path / "out"
    export_to_git(store, "main", folder)
    (folder / "t.obo").write_text("precious")
    commit(store, "e")
    with pytest.raises(UsageError, match="has changes that are not committed"):
        export_to_git(store, "main", folder)
    assert (folder / "t.obo").read_text() == "precious"


def test_a_failure_in_the_middle_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, folder = grown(), tmp_path / "out"
    first = export_to_git(store, "main", folder)
    commit(store, "e")
    commit(store, "f")

    def interrupted(commits: list[Commit]) -> object:
        yield commits[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_to_git(store, "main", folder, watch=interrupted)
    assert git(folder, "rev-parse", "main").strip() == first.head
    assert git(folder, "status", "--porcelain") == ""
    assert export_to_git(store, "main", folder).commits == 2


ODD = [
    ("main", "x.obo", "x", "neither empty nor a git repository"),
    ("main", "../x.obo", "", "is no path of a file"),
    ("main", ".git/x.obo", "", "is no path of a file"),
    ("main", "a\nb.obo", "", "is no path of a file"),
]


@pytest.mark.parametrize(("branch", "path", "inside", "reason"), ODD)
def test_odd_exports_are_refused(
    tmp_path: Path, branch: str, path: str, inside: str, reason: str
) -> None:
    if inside:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / inside).touch()
    with pytest.raises(UsageError, match=reason):
        export_to_git(grown(), branch, tmp_path / "out", path)


def test_an_empty_branch_and_a_folder_nowhere(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="there is nothing to export"):
        export_to_git(fresh(), "main", tmp_path / "out")
    with pytest.raises(NotFoundError, match="make it first"):
        export_to_git(grown(), "main", tmp_path / "no" / "out")


# What no encoding has, no commit has; git ends messages at a zero byte, and so do we not.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(
    st.builds(
        CommitMeta,
        message=TEXT | TEXT.map(lambda t: f"{t}\n\nKgdelta-Message: {t}"),
        author=TEXT,
        authored=st.datetimes(datetime(1900, 1, 1), timezones=st.just(UTC)),
        provenance=st.lists(
            st.tuples(TEXT.filter(lambda k: k not in OWN and not k.startswith("git-")), TEXT),
            max_size=3,
        ).map(tuple),
    )
)
def test_trailers_carry_what_git_has_no_place_for(meta: CommitMeta) -> None:
    made = Commit.make((), b"\0" * 32, meta, datetime(2020, 1, 1, tzinfo=UTC))
    text = with_trailers(made, "somebody")
    assert "\0" not in text
    message, carried = original(text)
    assert message == made.message
    assert carried.commit == made.id
    assert (carried.author or "somebody") == (made.author or "somebody")
    assert set(made.provenance) <= set(carried.provenance)
    if made.authored.microsecond:
        assert carried.authored == made.authored
