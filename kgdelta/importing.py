"""Documents to commits: a state that a file holds becomes the next commit of a branch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from graph.commit import CommitMeta
from graph.model import Delta
from graph.vocabulary import SETTINGS

if TYPE_CHECKING:
    from graph.commit import Commit
    from graph.store import Store
    from ingest.document import Document, Problem


@dataclass(frozen=True, slots=True)
class Release:
    """A document on its way into a history: where it is from, when, by whom, under which name."""

    document: Document
    source: str
    date: datetime | None = None
    author: str = ""
    message: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one release; no commit where it says what the branch says already."""

    source: str
    commit: Commit | None
    tag: str
    added: int
    removed: int
    problems: tuple[Problem, ...]


def import_releases(store: Store, releases: Iterable[Release], branch: str) -> Iterator[Imported]:
    """Commit releases one after the other, each as what it changes against the one before.

    Settings of the graph are kept: no file knows them. Raises StaleHeadError where somebody
    else commits meanwhile; what was committed before that stays.
    """
    snapshot = store.snapshot(branch)
    head, current = snapshot.version.commit, frozenset(snapshot.statements())
    kept = frozenset(s for s in current if s.predicate in SETTINGS)
    known_tags = {tag.name for tag in store.tags()}
    for release in releases:
        state = release.document.statements | kept
        delta = Delta.between(current, state)
        commit = None
        if delta:
            commit = store.commit(branch, delta, head, _meta(release))
            head, current = commit.id, state
            if release.tag and release.tag not in known_tags:
                store.create_tag(release.tag, commit.id)
                known_tags.add(release.tag)
        yield Imported(
            release.source,
            commit,
            release.tag,
            len(delta.added),
            len(delta.removed),
            release.document.problems,
        )


def _meta(release: Release) -> CommitMeta:
    return CommitMeta(
        message=release.message or f"import {release.source}",
        author=release.author,
        authored=release.date,
        provenance=(("source", release.source),),
    )
