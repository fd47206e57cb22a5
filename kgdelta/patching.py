"""KGCL text to commits and to files: what ``apply`` does for people and scripts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from graph.commit import CommitMeta
from graph.prefixes import PrefixMap
from kgcl.apply import Outcome, Status, apply
from kgcl.changes import Position
from kgcl.parser import Command, Parsed, parse, parse_all
from kgcl.policy import LabelComments
from kgcl.render import render
from kgdelta.new_ids import with_ids
from kgdelta.recalling import recall_from

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from graph.commit import Commit
    from graph.snapshot import Snapshot
    from graph.store import Store
    from ingest.document import Problem
    from kgcl.changes import Change
    from kgcl.ids import IdPolicy
    from kgdelta.policies import PolicySource

_YAML: Final = re.compile(r"---\s|(?:change_set|activity_set):\s|(?:-\s+)?(?:id|type):\s")


@dataclass(frozen=True, slots=True)
class Patch:
    """What a batch came to: its outcome, the commit if one was made, and what it went past."""

    outcome: Outcome
    commit: Commit | None = None
    passed: tuple[Commit, ...] = ()


def read_commands(text: str, source: str = "") -> Parsed:
    """The changes of KGCL text, of a table, or of KGCL data in YAML or JSON.

    Mistakes in data are raised, those in text and in tables are part of the answer. What it is
    says the name of the source, or else how the text begins; a change of data stands at its
    number. Raises KgclSyntaxError, SchemaError.
    """
    form = _form_of(text, source)
    if form == "kgcl":
        return parse_all(text)
    if form == "table":
        from kgcl.change_table import read_table

        return read_table(text)
    from kgcl.schema import load_json, load_yaml

    changes = (load_json if form == "json" else load_yaml)(text, source)
    commands = [
        Command(Position(number, 1), render(change), change)
        for number, change in enumerate(changes, 1)
    ]
    return Parsed(tuple(commands), ())


def _form_of(text: str, source: str) -> str:
    ending = source.lower().rpartition(".")[2]
    if ending in ("json", "jsonl", "yaml", "yml"):
        return "json" if ending.startswith("json") else "yaml"
    if ending in ("tsv", "csv"):
        return "table"
    if ending in ("kgcl", "md"):
        return "kgcl"
    from kgcl.change_table import is_table

    if is_table(text):
        return "table"
    if ending == "txt":
        return "kgcl"
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith(("{", "[")):
        return "json"
    return "yaml" if _YAML.match(start) else "kgcl"


def as_changes(changes: str | Sequence[Change]) -> list[Change]:
    """Changes from KGCL text, or as they are. Raises KgclSyntaxError."""
    return parse(changes) if isinstance(changes, str) else list(changes)


def render_all(changes: Sequence[Change], snapshot: Snapshot) -> list[str]:
    """Changes as canonical text with the prefixes of a snapshot."""
    prefixes = PrefixMap.of(snapshot)
    return [render(change, prefixes) for change in changes]


def apply_to_store(
    store: Store,
    changes: str | Sequence[Change],
    branch: str,
    *,
    message: str = "",
    author: str = "",
    policy: PolicySource = None,
    dry_run: bool = False,
    keep_going: bool = False,
    provenance: tuple[tuple[str, str], ...] = (),
    against: str | None = None,
    rebase: bool = False,
    ids: IdPolicy | None = None,
) -> Patch:
    """Apply a batch on a branch as one commit.

    It is judged against the head of the branch, or the version ``against`` that it was written
    for. A dry run, a rejected batch, and a batch that changes nothing make no commit. Raises
    KgclSyntaxError, NotFoundError; StaleHeadError where the branch is not, or no longer, there,
    with ``rebase`` only where the two touch the same, and ConflictError where they contradict.
    """
    batch = as_changes(changes)
    snapshot = store.snapshot(branch if against is None else against)
    recall = recall_from(store, branch if against is None else against)
    outcome = apply(batch, snapshot, with_ids(policy, ids, snapshot), keep_going, recall)
    if dry_run or not outcome.delta:
        return Patch(outcome)
    done = [result.change for result in outcome.results if result.status is Status.APPLIED]
    texts = render_all(done, snapshot)
    meta = CommitMeta(
        message=message or _summary(texts),
        author=author,
        changes=tuple(texts),
        provenance=provenance,
    )
    head = snapshot.version.commit
    if not rebase:
        return Patch(outcome, store.commit(branch, outcome.delta, head, meta))
    from graph.rebase import commit_rebased

    rebased = commit_rebased(store, branch, outcome.delta, head, meta)
    return Patch(outcome, rebased.commit, rebased.passed)


def _summary(texts: Sequence[str]) -> str:
    if len(texts) == 1:
        return texts[0]
    return f"{texts[0]} and {len(texts) - 1} more change{'s' if len(texts) > 2 else ''}"


def apply_to_file(
    changes: str | Sequence[Change],
    source: Path,
    target: Path | None,
    *,
    policy: PolicySource = None,
    keep_going: bool = False,
    ids: IdPolicy | None = None,
    catalog: Path | None = None,
    tell: Callable[[Problem], None] | None = None,
) -> tuple[Outcome, Snapshot]:
    """Apply a batch to a file and write the result, or only judge it where there is no target.

    Where the target has the format of the source, only the lines change that must. It is replaced
    in one step after everything was written; a rejected batch leaves it as it was. What the source
    imports and a catalog (or one beside it) finds may be called by its labels; what cannot be read
    is told, and a file that would lose it is not written over. Returns the outcome and the state
    of the source with these labels. Raises IngestError, KgclSyntaxError, UsageError, OSError.
    """
    from ingest.errors import IngestError
    from ingest.formats import read_bytes
    from ingest.obo import OboReader
    from kgdelta.editing import Original, bring_to
    from kgdelta.imported_names import check_own, with_imported_names
    from kgdelta.output import first_of

    batch = as_changes(changes)
    reader = OboReader()
    original = Original(source, source.read_bytes(), reader)
    document = read_bytes(original.content, str(source), reader=reader)
    if tell is not None:
        for problem in first_of(document.source, document.problems):
            tell(problem)
    before, imported = with_imported_names(document, source, catalog, tell)
    chosen = with_ids(policy, ids, before)
    outcome = apply(batch, before, chosen, keep_going)
    check_own(outcome.delta, imported)
    if target is not None and (keep_going or not outcome.rejected):
        old = document.statements
        new = (old - outcome.delta.removed) | outcome.delta.added
        refresh = chosen.label_comments is LabelComments.REFRESH
        lossy = bool(document.problems) and target.resolve() == source.resolve()
        if bring_to(original, old, new, target, refresh, anew=not lossy) is None and lossy:
            first = document.problems[0]
            raise IngestError(
                str(source), first.line, f"{first.reason}; it would be lost: write to another file"
            )
    return outcome, before
