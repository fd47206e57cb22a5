"""Statements that are probably wrong, told with what the rest of the graph says of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from graph.prefixes import PrefixMap
from kgdelta.kept_tables import fields_of, record_of
from kgdelta.output import counted
from kgdelta.wording import object_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embeddings.denoise_results import Suspicion
    from graph.model import Object
    from graph.snapshot import Snapshot

#: Support, beside that of the best candidate, below which it is told as little.
_LITTLE: Final = 0.1
#: Edges of a relation from which on the support of its candidates means something.
_ENOUGH: Final = 20
#: The share of doubted statements from which on their commit is told as bad company.
_BAD: Final = 0.3
#: Digits of a commit that people read.
_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class ToldSuspicion:
    """A statement, the probability that it is wrong (0 to 1), and why.

    ``subject``, ``predicate`` and ``object`` are as people write them, with their labels, "" for
    none. ``odds`` rank beyond 1; ``loss`` is the held-out loss in nats of the model, ``company``
    the share of doubted statements around it in its commit; both None where they were not asked
    for. ``reasons`` are what speaks against the statement, the strongest first.
    """

    subject: str
    predicate: str
    object: str
    subject_label: str
    object_label: str
    posterior: float
    odds: float
    loss: float | None
    company: float | None
    commit: str
    reasons: tuple[str, ...]

    @property
    def text(self) -> str:
        """The statement with labels."""
        ends = ((self.subject, self.subject_label), (self.object, self.object_label))
        one, other = (f"{label} ({name})" if label else name for name, label in ends)
        return f"{one}  {self.predicate}  {other}"

    def record(self) -> dict[str, Any]:
        """See :func:`record_of`."""
        return record_of(self)

    @classmethod
    def of(cls, record: dict[str, Any]) -> ToldSuspicion:
        """A row of a table told again."""
        return cls(**fields_of(record))


def tell(
    rows: Sequence[Suspicion],
    snapshot: Snapshot,
    commits: Sequence[str] = (),
    reasons: bool = True,
) -> list[ToldSuspicion]:
    """Rows with labels and reasons; ``commits`` names the commit of each edge, if it is known."""
    prefixes = PrefixMap.of(snapshot)
    nodes = {row.subject for row in rows} | {r.object for r in rows if isinstance(r.object, str)}
    nodes |= {row.predicate for row in rows}
    labels = {node: label.value for node, label in snapshot.labels(nodes).items()}

    def label(value: Object) -> str:
        return labels.get(value, "") if isinstance(value, str) else ""

    def called(value: Object) -> str:
        return f"'{label(value)}'" if label(value) else object_text(value, prefixes)

    told = []
    for row in rows:
        commit = commits[row.edge] if commits else ""
        names = called(row.subject), called(row.predicate), called(row.object)
        told.append(
            ToldSuspicion(
                prefixes.contract(row.subject),
                prefixes.contract(row.predicate),
                object_text(row.object, prefixes),
                label(row.subject),
                label(row.object),
                row.posterior,
                row.odds,
                row.loss,
                row.company,
                commit,
                _reasons(row, *names, commit) if reasons else (),
            )
        )
    return told


def _reasons(
    row: Suspicion, subject: str, predicate: str, filler: str, commit: str
) -> tuple[str, ...]:
    """What the rest says against the statement, the strongest first."""
    counts = row.counts
    found: list[tuple[float, str]] = []
    if row.company is not None and row.company >= _BAD and commit:
        name = commit[:_DIGITS]
        found.append((-1.0, f"{row.company:.0%} of what came with it in {name} is doubted"))
    if row.closer:
        others = counted(row.closer, "other object")
        found.append((-row.closer / 1e6, f"labels and definitions all fit {others} better"))
    if counts.edges_of_relation >= _ENOUGH:
        if counts.same_relation_and_tail == 0:
            found.append((0.0, f"nothing else has {predicate} {filler}"))
        elif counts.support_tail < _LITTLE:
            reason = f"hardly anything like {subject} has {predicate} {filler}"
            found.append((counts.support_tail, reason))
        if counts.same_head_and_relation == 0:
            if counts.head_degree:
                found.append((0.02, f"{subject} has no other {predicate}"))
        elif counts.support_head < _LITTLE:
            reason = f"{subject} has hardly any {predicate} like {filler}"
            found.append((counts.support_head, reason))
    if counts.head_degree == 0:
        found.append((0.01, f"nothing else is said of {subject}"))
    if counts.parallel_relations:
        others = counted(counts.parallel_relations, "other statement")
        found.append((0.05, f"{others} between the two"))
    return tuple(reason for _, reason in sorted(found, key=lambda pair: pair[0]))
