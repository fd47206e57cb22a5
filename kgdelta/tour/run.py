"""The tour, step by step: a history, changes, the past, drift, and a page about it all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from graph.commit import CommitMeta
from graph.errors import AlreadyExistsError
from graph.prefixes import PrefixMap
from graph.store import MAIN, Store, open_store
from kgcl.apply import Outcome, Status, apply
from kgcl.diff import lift
from kgcl.parser import parse
from kgcl.policy import FLAG_POLICY
from kgcl.render import render
from kgdelta.importing import Imported, import_releases
from kgdelta.output import counted, say, with_progress
from kgdelta.patching import apply_to_store
from kgdelta.tour.releases import ReleaseFile, release_files
from kgdelta.wording import effect_text, statement_text
from queries.hierarchy import parents, tree
from queries.history import life, measures
from queries.notes import release_notes
from queries.notes_writing import to_markdown

if TYPE_CHECKING:
    from graph.snapshot import Snapshot
    from kgcl.changes import Change

ONTOLOGY: Final = "ms"
COMPARED: Final = ("3.18.0", "3.19.0")
TERM: Final = "MS:1001701"
DAY: Final = "2012-06-30"
BRANCH: Final = "traps"
AUTHOR: Final = "Tour"
SHOWN: Final = 12


@dataclass(slots=True)
class Timings:
    """How long each step took, in order."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Head a step, and note its time."""
        click.secho(f"\n{len(self.seconds) + 1}. {title}", bold=True)
        start = time.perf_counter()
        yield
        self.seconds[title] = time.perf_counter() - start
        click.echo(f"   ({self.seconds[title]:.1f} s)")


def run_tour(folder: Path, cache: Path, elsewhere: Callable[[], Store] | None = None) -> Path:
    """Run the tour in a folder that it makes clean first; returns the path of the page.

    The store is the folder's ``kg.db``, or what ``elsewhere`` opens. Raises AlreadyExistsError
    where that has commits, UnavailableError where the releases are neither in the cache nor to be
    downloaded.
    """
    timings = Timings()
    folder.mkdir(parents=True, exist_ok=True)
    replaced = [] if elsewhere else list(folder.glob("kg.db*"))
    for old in (*replaced, *folder.glob("report.html")):
        old.unlink()
    store = elsewhere() if elsewhere else open_store(str(folder / "kg.db"), create=True)
    try:
        _check_empty(store)
        say(f"PSI-MS releases: in {cache}, downloaded once")
        found = release_files(cache)
        with timings.step(f"{len(found)} releases become a history"):
            import_history(store, found)
        with timings.step("What changed between two releases"):
            compare(store)
        with timings.step("A patch: side effects, a rejection, a merge, a revert"):
            patch(store)
        with timings.step("The past: a life, blame, and a day in 2012"):
            look_back(store)
        from kgdelta.tour.drift import find_drift, write_report

        with timings.step("Embeddings along the history: shift and noise"):
            drift = find_drift(store)
        page = folder / "report.html"
        with timings.step("A page about it"):
            write_report(store, drift, timings.seconds, page)
    finally:
        store.close()
    total = sum(timings.seconds.values())
    named = f"--store {store.url}" + (f" --graph {store.graph}" if elsewhere else "")
    click.echo(f"\nDone in {total:.0f} s. The store is {store.url}: try")
    click.echo(f"  kgdelta life '{TERM}' {named}")
    return page


def _check_empty(store: Store) -> None:
    if any(branch.head for branch in store.branches()):
        hint = "the tour needs an empty one, name it with --graph"
        raise AlreadyExistsError("graph", store.graph, hint)


def import_history(store: Store, found: Sequence[ReleaseFile]) -> None:
    """Step 1: every release a commit on main, dated by its header and tagged."""
    from kgdelta.tour.reading import as_releases

    done: list[Imported] = []
    bar = with_progress(found, "importing")
    done.extend(import_releases(store, as_releases(bar, ONTOLOGY, AUTHOR), MAIN))
    known: frozenset[str] = frozenset()
    for imported in done:
        reasons = frozenset(problem.reason for problem in imported.problems)
        for problem in imported.problems:
            if problem.reason not in known:
                click.echo(
                    f"   {imported.source}, line {problem.line}: {_short(problem.reason, 80)}"
                )
        known = reasons
    count = sum(len(imported.problems) for imported in done)
    click.echo(f"   {counted(count, 'problem')}; told where first seen, all of it is kept")
    commits = [i.commit for i in done if i.commit]
    changed = sum(i.added + i.removed for i in done)
    click.echo(
        f"   {counted(len(commits), 'commit')} on main, {counted(len(store.tags()), 'tag')}, "
        f"{commits[0].authored:%Y-%m-%d} to {commits[-1].authored:%Y-%m-%d}; "
        f"{changed:,} statements changed"
    )


def compare(store: Store) -> None:
    """Step 2: the difference between two releases as KGCL, and as notes for people."""
    before = store.snapshot(COMPARED[0])
    delta = store.diff(*COMPARED)
    changes = lift(before, delta, FLAG_POLICY)
    prefixes = PrefixMap.of(before)
    click.echo(
        f"   {COMPARED[0]} to {COMPARED[1]}, {counted(len(changes), 'change')}, as KGCL "
        f"(policy {FLAG_POLICY.name}: PSI-MS flags obsolete terms and keeps their labels):\n"
    )
    for change in changes[:SHOWN]:
        click.echo(f"   {_short(render(change, prefixes))}")
    if len(changes) > SHOWN:
        click.echo(f"   … {len(changes) - SHOWN} more")
    again = apply(changes, before, FLAG_POLICY).delta
    verdict = "gives the other exactly" if again == delta else "differs"
    click.echo(f"\n   Applied to the one, it {verdict}. The release notes:\n")
    notes = to_markdown(
        release_notes(changes, before, delta, prefixes), f"PSI-MS {COMPARED[0]} to {COMPARED[1]}"
    ).splitlines()
    for line in notes[: 2 * SHOWN]:
        click.echo(f"   {_short(line)}")
    if len(notes) > 2 * SHOWN:
        click.echo(f"   … {len(notes) - 2 * SHOWN} more lines")


def patch(store: Store) -> None:
    """Step 3: a file of changes on a branch: refused, corrected, merged, reverted."""
    store.create_branch(BRANCH, MAIN)
    before = store.snapshot(BRANCH)
    size = len(list(store.log(BRANCH)))
    click.echo("   First what it would do (a dry run):")
    trial = apply_to_store(store, _changes("wrong.kgcl"), BRANCH, dry_run=True)
    _show(trial.outcome, before)
    same = len(list(store.log(BRANCH))) == size
    click.echo(
        f"   {counted(len(trial.outcome.rejected), 'change')} rejected, nothing applied"
        f"{'' if same else ' (but the branch moved)'}."
    )
    click.echo("   The corrected file goes in as one commit:")
    done = apply_to_store(
        store, _changes("corrected.kgcl"), BRANCH, message="tidy up the traps", author=AUTHOR
    )
    done.outcome.raise_if_rejected()
    _show(done.outcome, before)
    meta = CommitMeta(message="merge the traps", author=AUTHOR)
    merged = store.merge(MAIN, BRANCH, meta)
    click.echo(f"   merged: {MAIN} is at {merged.short}")
    undo = CommitMeta(message=f"revert {merged.short}", author=AUTHOR)
    reverted = store.revert(MAIN, merged.id, undo)
    restored = not store.diff(before.version.commit or MAIN, MAIN)
    click.echo(
        f"   reverted by {reverted.short}: main is "
        f"{'as it was before the merge' if restored else 'not as it was'}"
    )


def _changes(name: str) -> list[Change]:
    return parse(files("kgdelta.tour").joinpath(name).read_text(encoding="utf-8"))


def _show(outcome: Outcome, before: Snapshot) -> None:
    prefixes = PrefixMap.of(before)
    for result in outcome.results:
        status = "in order" if result.withheld else result.status
        click.echo(f"     {status}: {_short(render(result.change, prefixes))}")
        if result.status is Status.REJECTED and not result.withheld:
            click.echo(f"       because {result.reason}")
        for effect in result.effects:
            click.echo(f"       also: {effect_text(effect, prefixes, before)}")


def look_back(store: Store) -> None:
    """Step 4: the life of a term, who last set each of its lines, and the graph on a day."""
    now = store.snapshot(MAIN)
    prefixes = PrefixMap.of(now)
    node = prefixes.expand(TERM)
    click.echo(f"   The life of {TERM}:")
    for event in life(store, node):
        for change in event.changes:
            click.echo(
                f"     {event.commit.authored:%Y-%m-%d} {event.commit.short} "
                f"{_short(render(change, prefixes), 76)}"
            )
    click.echo("   Who set what stands there now:")
    for blame in store.blame({node}):
        if blame.statement.subject == node:
            click.echo(
                f"     {blame.commit.authored:%Y-%m-%d} {blame.commit.message:<26} "
                f"{_short(statement_text(blame.statement, prefixes), 64)}"
            )
    then = store.snapshot(DAY)
    commit = store.show(DAY)
    here = measures(store, commit.id)[-1]
    click.echo(
        f"   On {DAY} the release was {commit.message.removeprefix('import ')}: "
        f"{here.classes:,} terms, {here.statements:,} statements. {TERM} stood among:"
    )
    above = parents(then, node) or [node]
    for line in list(tree(then, above[0], depth=1))[:6]:
        click.echo(f"     {'  ' * line.depth}{prefixes.contract(line.node)} {line.label}")


def _short(text: str, width: int = 100) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
