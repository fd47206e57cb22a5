"""Histories into a store: each edition a commit, and only what is new.

Which editions a branch has is told by the provenance of its commits: ``version`` is the identity
of the one that a commit was made of, ``passed`` of those since the commit before that changed
nothing, ``unread`` of those that could not be read, with the reason. The order of a history is
that of its editions; its commits stand in that order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graph.errors import NotFoundError
from graph.model import Delta
from graph.prefixes import ontology_id
from graph.vocabulary import DEFAULT_ONTOLOGY, ONTOLOGY, RDF_TYPE
from ingest.document import Problem
from ingest.errors import IngestError
from kgdelta.errors import UsageError
from kgdelta.importing import (
    Imported,
    Release,
    Tagging,
    Target,
    WholeBranch,
    settings_in,
    without_collection,
)

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from graph.model import Statement
    from graph.store import Store
    from ingest.document import Document
    from ingest.history import Edition, History, HistoryOptions, Listing, Opened

VERSION: Final = "version"
PASSED: Final = "passed"
UNREAD: Final = "unread"


@dataclass(frozen=True, slots=True)
class Telling:
    """What is said of the commits of a history where the history itself does not say it."""

    author: str = ""
    message: str | None = None
    ontology: str | None = None
    strict: bool = False
    tag_versions: bool = False


#: Hands editions out again, one by one, and may show how many are left.
Watch = Callable[[Sequence["Edition"]], Iterable["Edition"]]


def import_history(
    store: Store,
    history: History,
    branch: str,
    telling: Telling | None = None,
    target: Target | None = None,
    watch: Watch = iter,
) -> Iterator[Imported]:
    """Commit what is new of a history, edition by edition; first what in it is no edition.

    An edition is new where no commit of the branch has its identity. It becomes a commit where it
    says something else than the edition before it, and the branch does not say that already. One
    that turns up among older ones that were imported before is reported and left out: the past
    is not rewritten. What cannot be read is reported and the rest goes on, unless strict. Each
    commit is whole, so that after an interrupt the rest is what is new. Raises StaleHeadError,
    and IngestError where the history cannot be listed, or where strict.
    """
    telling = telling or Telling()
    target = target or WholeBranch(store, branch)
    listing = history.listing()
    yield from _no_editions(listing, telling.strict)
    known = remembered(store, branch, target.scope)
    places = [at for at, e in enumerate(listing.editions) if e.identity in known]
    begin = places[-1] + 1 if places else 0
    yield from _too_late(listing.editions[:begin], known)
    late = [e for e in listing.editions[:begin] if e.adds and e.identity not in known]
    wanted = [*late, *listing.editions[begin:]]
    if not wanted:
        return
    importing = _Importing(store, target, telling)
    if places:
        importing.after(known[listing.editions[places[-1]].identity])
    for _, opened in zip(watch(wanted), history.opened(wanted), strict=True):
        with without_collection():
            done = importing.take(opened)
        yield done


def remembered(store: Store, branch: str, scope: str = "") -> dict[str, str]:
    """The identities of editions that a branch has, and the commit that tells of each.

    With a scope only those that were imported into it.
    """
    found: dict[str, str] = {}
    if store.snapshot(branch).version.commit is None:
        return found
    for commit in store.log(branch):
        for key, value in commit.provenance:
            if key in (VERSION, PASSED) and value.startswith(scope):
                found.setdefault(value.removeprefix(scope), commit.id)
    return found


def _no_editions(listing: Listing, strict: bool) -> Iterator[Imported]:
    for problem in listing.problems:
        if strict:
            raise IngestError(problem.source, problem.line, problem.reason)
        yield Imported(problem.source, None, "", 0, 0, (problem,))


def _too_late(editions: Iterable[Edition], known: dict[str, str]) -> Iterator[Imported]:
    for edition in editions:
        if edition.identity not in known and not edition.adds:
            reason = "older than what was imported already; not imported into the past"
            yield _not_imported(edition, Problem(edition.source, 0, reason))


def _not_imported(edition: Edition, *problems: Problem) -> Imported:
    return Imported(edition.source, None, "", 0, 0, problems)


class _Importing:
    """Editions on their way into a branch, and what is to be remembered of them."""

    def __init__(self, store: Store, target: Target, telling: Telling) -> None:
        self._target = target
        self._telling = telling
        self._tagging = Tagging(store)
        self._ontology = _ontology_in(target.holds)
        #: What the last edition said, None where that is what the target holds.
        self._said: AbstractSet[Statement] | None = None
        self._to_remember: list[tuple[str, str]] = []

    def after(self, commit: str) -> None:
        """Go on after the edition that a commit tells of."""
        held = self._target.held(commit)
        self._said = held - settings_in(held)

    def take(self, opened: Opened) -> Imported:
        """Import one edition. Raises StaleHeadError, and IngestError where strict."""
        edition = opened.edition
        if edition.note:
            return self._pass(edition, Problem(edition.source, 0, edition.note))
        try:
            document, base = self._read(opened)
        except IngestError as error:
            if self._telling.strict:
                raise
            self._to_remember.append((UNREAD, str(error)))
            return self._pass(edition, Problem(error.source, error.line, error.reason))
        self._ontology = _ontology_in(document.statements) or self._ontology
        release = self._release(edition, document)
        if base is not None:
            done = self._target.change(self._own(base, document.statements), release.meta)
            # The branch holds now what no edition does.
            self._said = None
        else:
            plain = document.statements - settings_in(document.statements)
            if plain == self._said:
                return self._pass(edition, *document.problems)
            self._said = plain
            done = self._target.put(document.statements, release.meta)
        if done.commit is None:
            return self._pass(edition, *document.problems)
        self._to_remember.clear()
        self._tagging.tag(release.tag, done.commit)
        problems = document.problems
        if edition.date is None:
            reason = "nothing says when it was made; dated today"
            problems = (Problem(edition.source, 0, reason), *problems)
        return Imported(
            edition.source, done.commit, release.tag, done.added, done.removed, problems
        )

    def _read(self, opened: Opened) -> tuple[Document, frozenset[Statement] | None]:
        """The document of an edition and, where only what it changed counts, what it was before."""
        ontology = self._telling.ontology or self._ontology or None
        document = opened.read(ontology)
        if opened.edition.adds:
            return document, frozenset()
        if opened.edition.aside and opened.base is not None:
            return document, opened.base(ontology).statements
        return document, None

    def _own(self, base: frozenset[Statement], state: frozenset[Statement]) -> Delta:
        """What an edition changed, as far as it is not so already."""
        holds = self._target.holds
        return Delta(
            frozenset(s for s in base - state if s in holds),
            frozenset(s for s in state - base if s not in holds),
        )

    def _release(self, edition: Edition, document: Document) -> Release:
        from ingest.dating import version_of

        return Release(
            document,
            edition.source,
            edition.date,
            edition.author or self._telling.author,
            self._telling.message if edition.message is None else edition.message,
            version_of(document) if self._telling.tag_versions else "",
            (
                *edition.provenance,
                *self._to_remember,
                (VERSION, self._target.scope + edition.identity),
            ),
        )

    def _pass(self, edition: Edition, *problems: Problem) -> Imported:
        """Leave an edition that makes no commit to be remembered by the next one."""
        self._to_remember.append((PASSED, self._target.scope + edition.identity))
        return _not_imported(edition, *problems)


def _ontology_in(statements: Iterable[Statement]) -> str:
    """The OBO id of the ontology that a state is of, or nothing."""
    nodes = {s.subject for s in statements if s.object == ONTOLOGY and s.predicate == RDF_TYPE}
    nodes.discard(DEFAULT_ONTOLOGY)
    return ontology_id(min(nodes)) if nodes else ""


def history_of(
    source: str,
    options: HistoryOptions,
    revision: str | None = None,
    first_parent: bool = False,
    accumulate: bool = False,
) -> History:
    """The history that a source names: a folder, a tar archive, or ``REPO:PATH``.

    With ``accumulate`` an edition adds to those before it and takes nothing away. Raises
    NotFoundError, UsageError, IngestError.
    """
    from ingest.history import Accumulated

    history = _named(source, options, revision, first_parent)
    return Accumulated(history) if accumulate else history


def _named(
    source: str, options: HistoryOptions, revision: str | None, first_parent: bool
) -> History:
    from ingest.history_archive import ArchiveHistory, is_archive
    from ingest.history_folder import FolderHistory
    from ingest.history_git import GitHistory
    from ingest.history_sets import SetHistory, has_sets

    path = Path(source)
    if path.exists():
        if revision is not None or first_parent:
            raise UsageError(f"{source}: --revision and --first-parent are for REPO:PATH in git")
        if path.is_dir():
            files: FolderHistory | ArchiveHistory = FolderHistory(path, options)
        elif is_archive(path):
            files = ArchiveHistory(path, options)
        else:
            raise UsageError(
                f"{source} is neither a folder, nor a tar archive, nor REPO:PATH in git"
            )
        return SetHistory(files, options) if has_sets(files) else files
    for at in (found for found, mark in enumerate(source) if mark == ":"):
        repository, inside = Path(source[:at] or "."), source[at + 1 :]
        if inside and repository.is_dir():
            if options.dates or options.only is not None:
                raise UsageError(f"{source}: --dates and --only are for folders and archives")
            return GitHistory(repository, inside, options, revision or "HEAD", first_parent)
    hint = "a history is a folder, a tar archive, or REPO:PATH in a git repository that is here"
    raise NotFoundError("history", source, hint)


def read_date_table(table: Path) -> dict[str, datetime]:
    """The dates in a table of files and dates. Raises NotFoundError, UsageError, IngestError."""
    from ingest.dating import read_dates
    from kgdelta.files import read_text

    return dict(read_dates(read_text(str(table)), str(table)))
