"""Judgements of states, kept beside the store: ``doubts-ID.parquet`` with a row for each statement.

``doubts-ID.json`` is the manifest: which commit, with which settings, which kinds of mistakes were
found, and what came out.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from kgdelta.kept_tables import made, manifest, named, now, records, write_table
from kgdelta.suspicions import ToldSuspicion
from kgdelta.wording import object_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from graph.model import Key
    from graph.prefixes import PrefixMap


@dataclass(frozen=True, slots=True)
class KeptJudgement:
    """What is told of a judgement: of which commit, how, and what came out.

    ``since`` is the commit after which statements are an era of their own, ``earlier`` the
    judgement that this one started from; "" for none. ``kinds`` are the kinds of mistakes with
    their share and how much of it is resolved.
    """

    graph: str
    commit: str
    name: str
    since: str
    earlier: str
    history: bool
    settings: dict[str, Any]
    code: str
    kinds: dict[str, tuple[float, float]] = field(default_factory=dict)
    statements: int = 0
    expected: float = 0.0
    believed: bool = False
    created: str = ""

    @property
    def id(self) -> str:
        """A short name that is the same for the same question with the same settings."""
        asked = self.graph, self.commit, self.since, self.history, self.settings, self.code
        return named(*asked)


class SuspicionFiles:
    """The judgements in one folder, which is made when the first is kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, about: KeptJudgement, rows: Sequence[ToldSuspicion]) -> KeptJudgement:
        """Write a judgement; one of the same id is replaced."""
        about = replace(about, created=now())
        told = [row.record() for row in rows]
        write_table(self.folder, f"doubts-{about.id}", about, told, _schema())
        return about

    def find(self, about: KeptJudgement) -> KeptJudgement | None:
        """The judgement of the same question with the same settings, if it is kept."""
        path = self.folder / f"doubts-{about.id}.json"
        return made(path, KeptJudgement, manifest(path)) if path.exists() else None

    def every(self, graph: str) -> list[KeptJudgement]:
        """Every judgement of a graph, the oldest first. Raises UsageError where one is damaged."""
        paths = sorted(self.folder.glob("doubts-*.json"))
        found = [made(path, KeptJudgement, manifest(path)) for path in paths]
        return sorted((k for k in found if k.graph == graph), key=lambda k: (k.created, k.id))

    def rows(
        self, about: KeptJudgement, nodes: Collection[str] | None = None
    ) -> list[ToldSuspicion]:
        """The rows of a judgement, or those about some subjects. Raises NotFoundError."""
        path = self.folder / f"doubts-{about.id}.parquet"
        return [ToldSuspicion.of(record) for record in records(path, "subject", nodes)]

    def newest(self, graph: str, commit: str) -> KeptJudgement | None:
        """The last judgement of a commit, of all of its statements."""
        own = [about for about in self.every(graph) if about.commit == commit and not about.since]
        return own[-1] if own else None

    def doubts(
        self, about: KeptJudgement, keys: Iterable[Key], prefixes: PrefixMap
    ) -> dict[Key, float]:
        """The posteriors of statements in a judgement, of those that it knows."""
        known = {(r.subject, r.predicate, r.object): r.posterior for r in self.rows(about)}
        found = {}
        for key in keys:
            subject, predicate, filler = key
            named_so = prefixes.contract(subject), prefixes.contract(predicate)
            posterior = known.get((*named_so, object_text(filler, prefixes)))
            if posterior is not None:
                found[key] = posterior
        return found

    def collect(self, alive: Iterable[str]) -> list[str]:
        """Delete judgements of commits that are not ``alive``, and give their names.

        What interrupted judgements left goes, too.
        """
        living, gone = set(alive), []
        for left in self.folder.glob("*.part"):
            shutil.rmtree(left, ignore_errors=True)
        for path in sorted(self.folder.glob("doubts-*.json")):
            if manifest(path).get("commit") not in living:
                path.unlink(missing_ok=True)
                path.with_suffix(".parquet").unlink(missing_ok=True)
                gone.append(path.stem)
        return gone


def _schema() -> dict[str, Any]:
    import polars as pl

    names = ("subject", "predicate", "object", "subject_label", "object_label")
    kinds: dict[str, Any] = dict.fromkeys(names, pl.String)
    kinds |= dict.fromkeys(("posterior", "odds", "loss", "company"), pl.Float64)
    return kinds | {"commit": pl.String, "reasons": pl.List(pl.String)}
