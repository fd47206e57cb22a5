"""What a pull request does to the files of a graph, as a comment: conflicts, then changes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from graph.errors import NotFoundError
from graph.memory import MemorySnapshot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from graph.conflicts import Conflict
    from graph.prefixes import PrefixMap
    from ingest.git_process import Git
    from kgdelta.merge_file import FileSide

#: By this line a workflow finds the comment that it wrote before.
MARK: Final = "<!-- kgdelta pull request -->"
#: What changed files are looked at where none is named.
ENDINGS: Final = (".obo", ".ofn", ".owl", ".owx", ".ttl")


@dataclass(frozen=True, slots=True)
class FileReview:
    """One file of a pull request: its conflicts with the target branch, and its changes, told."""

    path: str
    changes: int
    notes: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    prefixes: PrefixMap
    problem: str = ""


def review(repository: Path, target: str, proposed: str, paths: Sequence[str]) -> list[FileReview]:
    """Each file that a pull request changes, against where it left its target branch.

    Without paths these are the changed files whose names end as those of ontologies do. Raises
    IngestError where git cannot answer.
    """
    from ingest.git_process import Git

    git = Git(repository)
    onto, new = git.commit(target), git.commit(proposed)
    start = git.text("merge-base", onto, new).strip()
    changed = git.text("diff", "--name-only", "--no-renames", "-z", start, new).split("\0")
    named = paths or [path for path in changed if PurePosixPath(path).suffix in ENDINGS]
    return [_review_file(git, path, (start, onto, new)) for path in named]


def _review_file(git: Git, path: str, commits: tuple[str, str, str]) -> FileReview:
    from graph.model import Delta
    from graph.overlay import Overlay
    from graph.prefixes import PrefixMap
    from graph.resolution import Resolutions
    from ingest.errors import IngestError
    from kgcl.diff import lift
    from kgdelta.comparing import Notes
    from kgdelta.merge_file import merge_files, statements_of

    before, onto, new = (_side(git, commit, path) for commit in commits)
    if not (before.content or onto.content or new.content):
        raise NotFoundError("file in git", path, "neither side of the pull request has it")
    try:
        state = MemorySnapshot(statements_of(before, path))
        delta = Delta.between(state.all, statements_of(new, path))
        changes = lift(state, delta)
        prefixes = PrefixMap.of(Overlay(state, delta))
        text = Notes.of(changes, state, delta).markdown(path)
        conflicts = merge_files(before, onto, new, Resolutions(), path).open
    except IngestError as error:
        return FileReview(path, 0, (), (), PrefixMap(), f"line {error.line}: {error.reason}")
    notes = tuple(f"##{line}" if line.startswith("##") else line for line in text.splitlines()[2:])
    return FileReview(path, len(changes), notes, conflicts, prefixes)


def _side(git: Git, commit: str, path: str) -> FileSide:
    """A file at a commit, empty where it is not there."""
    import subprocess

    from kgdelta.merge_file import FileSide

    found = subprocess.run(  # noqa: S603
        git.command("cat-file", "blob", f"{commit}:{path}"), capture_output=True, check=False
    )
    return FileSide(f"{commit[:12]}:{path}", found.stdout if found.returncode == 0 else b"")


def to_comment(reviews: Sequence[FileReview], target: str, limit: int | None = None) -> str:
    """The reviews as Markdown: all conflicts before all changes; whole items up to ``limit``."""
    from kgdelta.output import counted
    from queries.markdown import code, cut, escape

    lines = [MARK]
    if not reviews:
        lines.append("No ontology file is changed.")
    for each in reviews:
        conflicts = counted(len(each.conflicts), "conflict")
        told = f"{counted(each.changes, 'change')}, {conflicts} with {code(target)}"
        lines.append(f"- {code(each.path)}: {escape(each.problem) or told}")
    for each in reviews:
        if each.conflicts:
            lines += ["", f"### Conflicts in {code(each.path)}", ""]
            lines += [line for c in each.conflicts for line in _told(c, each.prefixes, target)]
    for each in reviews:
        if each.notes:
            lines += ["", f"### Changes of {code(each.path)}", "", *each.notes]
    return cut("\n".join(lines), limit)


def _told(conflict: Conflict, prefixes: PrefixMap, target: str) -> list[str]:
    from kgdelta.wording import statement_texts
    from queries.markdown import code, escape

    sides = (("before", conflict.base), (target, conflict.ours), ("here", conflict.theirs))
    about = escape(prefixes.contract(conflict.subject))
    lines = [f"- {conflict.kind} of {about} ({code(conflict.id)})"]
    for name, statements in sides:
        texts = [code(text) for text in statement_texts(statements, prefixes)] or ["nothing"]
        lines.append(f"  - {escape(name)}: {', '.join(texts)}")
    return lines
