"""A branch as a git repository of canonical files, one commit for each of its commits.

What git cannot hold of a commit is in trailers of its message (:mod:`ingest.git_trailers`), and
its id too: by that the next export knows where to go on.
"""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from graph.errors import NotFoundError, UnavailableError
from graph.memory import MemorySnapshot
from graph.snapshot import Version
from kgdelta.errors import ForeignHistoryError, UsageError

if TYPE_CHECKING:
    from graph.commit import Commit
    from graph.store import Store
    from ingest.git_process import Git

#: Hands commits out again, one by one, and may show how many are left.
Watch = Callable[[Sequence["Commit"]], Iterable["Commit"]]

_DEFAULT_ENDING: Final = ".obo"
_UNSAFE: Final = re.compile(r"[\x00-\x1f<>]+")


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export to git wrote: the head it left, and how many commits were new."""

    repository: Path
    branch: str
    path: str
    head: str | None
    commits: int


def export_to_git(
    store: Store,
    branch: str,
    folder: Path,
    path: str | None = None,
    form: str | None = None,
    watch: Watch = iter,
) -> Exported:
    """Write what a git repository does not have yet of a branch; the repository is made if needed.

    The commits are those of the first-parent line, oldest first; each holds its state as the one
    file at ``path`` (what the last export used, else the OBO id of the ontology or the name of the
    graph). All commits appear together. Files checked out are brought along. Raises
    ForeignHistoryError where the repository's branch has commits that are not of this one,
    UsageError, NotFoundError, IngestError.
    """
    from ingest.formats import format_named

    line = list(reversed(list(store.log(branch)))) if store.snapshot(branch).version.commit else []
    if not line:
        raise NotFoundError("commit on branch", branch, "there is nothing to export")
    git = _repository(folder, branch)
    old = _head(git, branch)
    done = _exported(git, branch, old, line)
    place = path or _path_before(git, old) or _path_for(store, branch, form)
    _check_path(place)
    format_named(form or place, place)
    new = line[done:]
    if not new:
        return Exported(folder, branch, place, old, 0)
    _check_clean(git, branch)
    before = line[done - 1].id if done else None
    _write(git, branch, old, watch(new), _states(store, before), place, form)
    head = _head(git, branch)
    _check_out(git, branch, old)
    return Exported(folder, branch, place, head, len(new))


def _repository(folder: Path, branch: str) -> Git:
    from ingest.git_process import Git

    if not folder.exists():
        if not folder.parent.is_dir():
            raise NotFoundError("folder", str(folder.parent), "make it first")
        folder.mkdir()
    git = Git(folder)
    _check_branch(git, branch)
    is_own = (folder / ".git").exists() or (folder / "HEAD").is_file()
    if not is_own:
        if any(folder.iterdir()):
            raise UsageError(f"{folder} is neither empty nor a git repository")
        git.text("init", "--quiet", f"--initial-branch={branch}")
    return git


def _check_branch(git: Git, branch: str) -> None:
    from ingest.errors import IngestError

    try:
        git.text("check-ref-format", f"refs/heads/{branch}")
    except IngestError:
        raise UsageError(f"{branch!r} is no name that a branch of git can have") from None


def _check_path(path: str) -> None:
    parts = path.split("/")
    if any(part in ("", ".", "..", ".git") for part in parts) or _UNSAFE.search(path):
        raise UsageError(f"{path!r} is no path of a file in a git repository")


def _head(git: Git, branch: str) -> str | None:
    found = git.text("for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}").split()
    return found[0] if found else None


def _exported(git: Git, branch: str, head: str | None, line: Sequence[Commit]) -> int:
    """How many commits of the line the repository has. Raises ForeignHistoryError."""
    if head is None:
        return 0
    from ingest.git_trailers import original

    _, carried = original(git.text("log", "-1", "--format=%B", head))
    places = {commit.id: number for number, commit in enumerate(line, 1)}
    if carried.commit not in places:
        raise ForeignHistoryError(str(git.folder), branch, head)
    return places[carried.commit]


def _path_before(git: Git, head: str | None) -> str | None:
    """The path of the one file that the last export wrote, None where there is no one file."""
    if head is None:
        return None
    paths = git.text("ls-tree", "-r", "-z", "--name-only", head).split("\0")[:-1]
    return paths[0] if len(paths) == 1 else None


def _path_for(store: Store, branch: str, form: str | None) -> str:
    from graph.prefixes import PrefixMap
    from ingest.formats import FORMATS

    ontology = PrefixMap.of(store.snapshot(branch)).ontology
    name = ontology if re.fullmatch(r"[\w.-]+", ontology) else store.graph
    known = FORMATS.get(form) if form else None
    ending = known.suffixes[0] if known else _DEFAULT_ENDING
    return f"{name}{ending}"


def _states(store: Store, before: str | None) -> Callable[[Commit], MemorySnapshot]:
    """The state of each commit of a line, asked for one after the other."""
    held = set(store.snapshot(before).statements()) if before else set()

    def state(commit: Commit) -> MemorySnapshot:
        delta = store.delta(commit.id)
        held.difference_update(delta.removed)
        held.update(delta.added)
        return MemorySnapshot(held, Version(commit.id))

    return state


def _write(
    git: Git,
    branch: str,
    old: str | None,
    commits: Iterable[Commit],
    state: Callable[[Commit], MemorySnapshot],
    path: str,
    form: str | None,
) -> None:
    from ingest.formats import write

    start = f"refs/heads/{branch}".encode()
    with _fast_import(git) as stream:
        stream.write(b"feature done\n")
        parent = old
        last: bytes | None = None
        for commit in commits:
            content = io.BytesIO()
            write(state(commit), content, form or path)
            stream.write(b"commit " + start + b"\n" + _heading(commit))
            if parent is not None:
                stream.write(b"from " + parent.encode() + b"\n")
                parent = None
            if content.getvalue() != last:
                last = content.getvalue()
                stream.write(b"M 100644 inline " + _quoted(path) + b"\n" + _data(last))
            stream.write(b"\n")
        stream.write(b"done\n")


def _heading(commit: Commit) -> bytes:
    from ingest.git_trailers import with_trailers

    name = _name(commit.author)
    email = _name(dict(commit.provenance).get("author-email", ""))
    told = f"author {name} <{email}> {max(0, int(commit.authored.timestamp()))} +0000\n"
    told += f"committer {name} <{email}> {max(0, int(commit.committed.timestamp()))} +0000\n"
    return told.encode() + _data(with_trailers(commit, name).encode())


def _name(text: str) -> str:
    """A name or an address as git can hold it."""
    return " ".join(_UNSAFE.sub(" ", text).split())


def _quoted(path: str) -> bytes:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'.encode()


def _data(content: bytes) -> bytes:
    return b"data %d\n%b\n" % (len(content), content)


@contextmanager
def _fast_import(git: Git) -> Iterator[IO[bytes]]:
    """The input of ``git fast-import``; what is not written to its end leaves no trace.

    Raises UnavailableError.
    """
    command = git.command("fast-import", "--quiet", "--date-format=raw")
    process = subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert process.stdin is not None  # noqa: S101
    assert process.stderr is not None  # noqa: S101
    stream = process.stdin
    try:
        with process:
            try:
                yield stream
            except BrokenPipeError:
                stream = process.stdin
            said = process.communicate()[1].decode(errors="replace").strip()
    except BaseException:
        process.kill()
        raise
    if process.returncode != 0:
        reason = (said.splitlines() or ["it stopped"])[0]
        raise UnavailableError("git fast-import", reason.removeprefix("fatal: "))


def _checked_out(git: Git, branch: str) -> bool:
    """Whether the files of a branch are checked out in the repository."""
    if git.text("rev-parse", "--is-bare-repository").strip() == "true":
        return False
    from ingest.errors import IngestError

    try:
        return git.text("symbolic-ref", "--quiet", "HEAD").strip() == f"refs/heads/{branch}"
    except IngestError:
        return False


def _check_clean(git: Git, branch: str) -> None:
    if _checked_out(git, branch) and git.text("status", "--porcelain").strip():
        raise UsageError(f"{git.folder} has changes that are not committed: commit or stash them")


def _check_out(git: Git, branch: str, old: str | None) -> None:
    """Bring the files along from the commit before to the new one."""
    if not _checked_out(git, branch):
        return
    if old is None:
        git.text("read-tree", "-m", "-u", "HEAD")
    else:
        git.text("read-tree", "-m", "-u", old, "HEAD")
