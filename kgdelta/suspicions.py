"""Statements that are probably wrong, told with what the rest of the graph says of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from graph.prefixes import PrefixMap
from kgdelta.output import counted
from kgdelta.wording import object_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embeddings.denoise import Suspicion
    from graph.model import Object
    from graph.snapshot import Snapshot

#: Support, beside that of the best candidate, below which it is told as little.
_LITTLE: Final = 0.1
#: Edges of a relation from which on the support of its candidates means something.
_ENOUGH: Final = 20


@dataclass(frozen=True, slots=True)
class ToldSuspicion:
    """A row of a denoise result in words.

    ``subject`` and ``object`` have the label in front of the id where there is one; ``reasons``
    are what speaks against the statement, the strongest first.
    """

    row: Suspicion
    subject: str
    predicate: str
    object: str
    reasons: tuple[str, ...]


def tell(rows: Sequence[Suspicion], snapshot: Snapshot) -> list[ToldSuspicion]:
    """Rows with labels and reasons."""
    prefixes = PrefixMap.of(snapshot)
    nodes = {row.subject for row in rows} | {r.object for r in rows if isinstance(r.object, str)}
    nodes |= {row.predicate for row in rows}
    labels = {node: label.value for node, label in snapshot.labels(nodes).items()}

    def named(value: Object) -> str:
        text = object_text(value, prefixes)
        label = labels.get(value) if isinstance(value, str) else None
        return f"{label} ({text})" if label else text

    def called(value: Object) -> str:
        label = labels.get(value) if isinstance(value, str) else None
        return f"'{label}'" if label else object_text(value, prefixes)

    return [
        ToldSuspicion(
            row,
            named(row.subject),
            prefixes.contract(row.predicate),
            named(row.object),
            _reasons(row, called(row.subject), called(row.predicate), called(row.object)),
        )
        for row in rows
    ]


def _reasons(row: Suspicion, subject: str, predicate: str, filler: str) -> tuple[str, ...]:
    """What the counts without the statement itself say against it, the strongest first."""
    counts = row.counts
    found: list[tuple[float, str]] = []
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
