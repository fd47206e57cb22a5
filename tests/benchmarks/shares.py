"""How much of the real histories named classes say: ``python -m tests.benchmarks.shares``.

Every neighbouring pair of every history, policy ``obo``. What counts as the fall-through, each
statement once: plain statement changes; a class of annotations or metadata where the language has
a class for what is said; and a removal and an addition on one subject and predicate that are two
changes and not one.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Final

from graph.axioms import is_logical
from graph.model import Delta, Node, Statement
from graph.snapshot import Snapshot
from graph.vocabulary import (
    ALTERNATIVE_ID,
    CONSIDER,
    DEFINITION,
    DEPRECATED,
    IN_SUBSET,
    LABEL,
    RDF_TYPE,
    REPLACED_BY,
    SYNONYMS,
)
from kgcl.apply import Result
from kgcl.changes import (
    MetadataAssertionPredicateChange,
    MetadataAssertionReplacement,
    NewMetadataAssertion,
    NodeAnnotationChange,
    NodeAnnotationReplacement,
    NodeMetadataAssertionChange,
    RemoveMetadataAssertion,
    StatementAddition,
    StatementRemoval,
)
from kgcl.diff import lift_results
from kgcl.policy import OBO_POLICY
from kgcl.rules_records import MAPPINGS
from tests.real_histories import HISTORIES, states

DATA: Final = Path(__file__).parents[3] / "shared" / "data"
PLAIN: Final = (StatementAddition, StatementRemoval)
ANNOTATING: Final = (NodeAnnotationChange, NodeAnnotationReplacement)
RECORDING: Final = (
    NewMetadataAssertion,
    RemoveMetadataAssertion,
    MetadataAssertionReplacement,
    MetadataAssertionPredicateChange,
    NodeMetadataAssertionChange,
)
#: Predicates that classes of their own speak of.
SPECIFIC: Final = frozenset(
    {
        RDF_TYPE,
        LABEL,
        DEFINITION,
        IN_SUBSET,
        DEPRECATED,
        REPLACED_BY,
        CONSIDER,
        ALTERNATIVE_ID,
        *SYNONYMS,
        *MAPPINGS,
    }
)


@dataclass(slots=True)
class Share:
    """Statements and changes counted: in all, by class, and those of the fall-through by why."""

    statements: Counter[str] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)
    fallen: Counter[str] = field(default_factory=Counter)

    @property
    def named(self) -> float:
        """The share of the statements that named classes say."""
        return 1 - self.fallen.total() / max(1, self.statements.total())

    def add(self, other: Share) -> None:
        self.statements += other.statements
        self.changes += other.changes
        self.fallen += other.fallen

    def count(self, results: Iterable[Result]) -> None:
        """Count what a diff found."""
        results = list(results)
        left: list[Result] = []
        for result in results:
            name = type(result.change).__name__
            self.statements[name] += len(result.delta)
            self.changes[name] += 1
            why = {
                statement: reason
                for statement in result.delta.removed | result.delta.added
                if (reason := fall_through(result, statement))
            }
            self.fallen.update(why.values())
            if not why:
                left.append(result)
        self.fallen.update({"unpaired": 2 * sum(unpaired(left).values())})


def fall_through(result: Result, statement: Statement) -> str:
    """Why a statement is not said by the class that is meant for it, '' where it is."""
    if isinstance(result.change, PLAIN):
        return "plain"
    if not isinstance(result.change, (*ANNOTATING, *RECORDING)):
        return ""
    specific = statement.predicate in SPECIFIC or is_logical(statement)
    return "generic" if specific else ""


def unpaired(results: Iterable[Result]) -> Counter[tuple[Node, Node]]:
    """By subject and predicate: a removal and an addition that are two changes and not one.

    Changes of one statement count: of what an obsoletion or a merge does at once, each has its
    own reason.
    """
    gone: Counter[tuple[Node, Node]] = Counter()
    come: Counter[tuple[Node, Node]] = Counter()
    for result in results:
        if len(result.delta) == 1:
            gone.update((s.subject, s.predicate) for s in result.delta.removed)
            come.update((s.subject, s.predicate) for s in result.delta.added)
    return gone & come


def share_of(line: Iterable[Snapshot]) -> Share:
    """The share of a history, its neighbours compared."""
    share = Share()
    for before, after in pairwise(line):
        delta = Delta.between(before.statements(), after.statements())
        share.count(lift_results(before, delta, OBO_POLICY))
    return share


def report(shares: dict[str, Share]) -> Iterator[str]:
    """The tables of the README, in Markdown."""
    whole = Share()
    for share in shares.values():
        whole.add(share)
    yield "| history | changed statements | changes | plain | generic | unpaired | named |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for name, share in [*shares.items(), ("all", whole)]:
        fallen = " | ".join(f"{share.fallen[why]:,}" for why in ("plain", "generic", "unpaired"))
        total, changes = share.statements.total(), share.changes.total()
        yield f"| {name} | {total:,} | {changes:,} | {fallen} | {share.named:.1%} |"
    yield ""
    yield "| class | statements | changes |"
    yield "| --- | --- | --- |"
    for name, count in whole.statements.most_common():
        yield f"| {name} | {count:,} | {whole.changes[name]:,} |"


def main() -> None:
    if not DATA.is_dir():
        sys.stdout.write(f"no real histories in {DATA}\n")
        return
    shares = {name: share_of(states(DATA, name)) for name in HISTORIES}
    sys.stdout.write("\n".join(report(shares)) + "\n")


if __name__ == "__main__":
    main()
