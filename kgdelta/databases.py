"""Existing Neo4j databases as commits: as they are now, or as the intervals in them tell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from graph.store import MAIN
from kgdelta.importing import Done, Imported, Release, WholeBranch, without_collection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graph.model import Statement
    from graph.neo4j.server import Address
    from graph.neo4j.store import Neo4jStore
    from graph.store import Store
    from ingest.bulk_reading import Table
    from ingest.document import Problem
    from ingest.neo4j_database import DatabaseMapping
    from kgdelta.importing import Target

#: In the provenance of a commit: how the database that it was made of was read.
MAPPING: Final = "neo4j-mapping"


@dataclass(frozen=True, slots=True)
class Telling:
    """What is said of the commits that a database becomes."""

    author: str
    message: str | None = None
    date: datetime | None = None
    tag: str = ""


def import_database(
    store: Store,
    address: Address,
    branch: str,
    mapping: DatabaseMapping | None,
    prefixes: Mapping[str, str],
    telling: Telling,
    target: Target | None = None,
) -> Iterator[Imported]:
    """Commit what a database holds; without a mapping it is read as it was read here last.

    Prefixes that the branch declares serve where none is given of that name.
    Raises IngestError, UnavailableError, StaleHeadError.
    """
    from graph.prefixes import PrefixMap
    from ingest.neo4j_database import DatabaseMapping, read_neo4j

    used = mapping or remembered(store, branch, address.shown) or DatabaseMapping()
    declared = PrefixMap.of(store.snapshot(branch)).declared
    with without_collection():
        table = read_neo4j(address, used, {**declared, **prefixes})
    release = Release(
        table,
        address.shown,
        telling.date,
        telling.author,
        telling.message,
        telling.tag,
        ((MAPPING, _written(used)),),
    )
    if used.intervals is None:
        from kgdelta.importing import import_releases

        yield from import_releases(store, [release], branch, target)
    else:
        yield from _replay(table, release, target or WholeBranch(store, branch), store, branch)


def import_in_place(
    store: Neo4jStore,
    address: Address,
    mapping: DatabaseMapping | None,
    prefixes: Mapping[str, str],
    telling: Telling,
) -> Imported:
    """Make the nodes of a database those of a graph that is kept in it; goes on where it was left.

    Raises IngestError for what would be lost, UnavailableError.
    """
    from graph.commit import CommitMeta
    from ingest.document import Problem
    from ingest.neo4j_database import DatabaseMapping
    from ingest.neo4j_in_place import read_in_place

    taking = store.taking_over()
    problems: tuple[Problem, ...] = ()
    if not taking.check(address):
        used = mapping or DatabaseMapping()
        with without_collection():
            taken = read_in_place(address, used, prefixes, store.graph)
        if not taken.nodes:
            return Imported(address.shown, None, "", 0, 0, ())
        problems = taken.table.problems
        if taken.copies:
            reason = f"{taken.copies:,} relationships say what another one says, and go: n:copies"
            problems = (*problems, Problem(address.shown, 0, f"{reason} counts them"))
        meta = CommitMeta(
            message=telling.message or f"take {address.shown} over in place",
            author=telling.author,
            authored=telling.date,
            provenance=(("source", address.shown), (MAPPING, _written(used))),
        )
        table = taken.table
        taking.take(taken.nodes, taken.relationships, table.columns, meta, used.label)
    taking.finish()
    commit = store.show(MAIN)
    if telling.tag:
        store.create_tag(telling.tag, commit.id)
    added = len(store.delta(commit.id).added)
    return Imported(address.shown, commit, telling.tag, added, 0, problems)


def _replay(
    table: Table, release: Release, target: Target, store: Store, branch: str
) -> Iterator[Imported]:
    """Commit what began and ended, moment by moment, after the last commit of the branch.

    Where the past in the database is not that of the branch, the first new commit takes it over.
    """
    from ingest.intervals import timeline

    now = release.date or datetime.now(UTC)
    head = store.snapshot(branch).version.commit
    last = store.show(head).authored if head else None
    state: set[Statement] = set()
    follows = head is None
    problems = table.problems
    for change in timeline(table.columns.statements(), now):
        state -= change.delta.removed
        state |= change.delta.added
        if last is None or change.moment is None or change.moment > last:
            meta = replace(release, date=change.moment or now).meta
            done = target.change(change.delta, meta) if follows else target.put(state, meta)
            follows = True
            yield _imported(release, done, problems)
            problems = ()
    if not follows:
        yield _imported(release, target.put(state, replace(release, date=now).meta), problems)


def _imported(release: Release, done: Done, problems: tuple[Problem, ...]) -> Imported:
    return Imported(release.source, done.commit, release.tag, done.added, done.removed, problems)


def remembered(store: Store, branch: str, source: str) -> DatabaseMapping | None:
    """How a database was read when a branch got it last, by whichever scheme of URL."""
    if store.snapshot(branch).version.commit is None:
        return None
    for commit in store.log(branch):
        told = dict(commit.provenance)
        if MAPPING in told and _place(told.get("source", "")) == _place(source):
            return _mapping_of(told[MAPPING])
    return None


def _place(url: str) -> str:
    return url.partition("://")[2]


def _written(mapping: DatabaseMapping) -> str:
    keys = [[key.label, key.property] for key in mapping.keys]
    told = {"keys": keys, "label": mapping.label, "intervals": mapping.intervals}
    return json.dumps(told, ensure_ascii=False)


def _mapping_of(text: str) -> DatabaseMapping | None:
    """A mapping as :func:`_written` tells it; None for what anybody else may have written."""
    from graph.neo4j.foreign import Key
    from ingest.neo4j_database import DatabaseMapping

    try:
        told = json.loads(text)
        intervals = tuple(map(str, told["intervals"])) if told["intervals"] else None
        keys = tuple(Key(str(label), str(name)) for label, name in told["keys"])
    except (ValueError, TypeError, KeyError):
        return None
    if intervals is not None and len(intervals) != 2:
        return None
    return DatabaseMapping(keys, str(told["label"]), intervals)
