"""Changes that a release makes to very many terms at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from graph.axioms import HIERARCHY_PREDICATES
from graph.vocabulary import DEPRECATED, LABEL, RDF_TYPE
from kgcl.state import TRUE
from queries.branches import Branches

if TYPE_CHECKING:
    from graph.model import Delta, Node
    from graph.snapshot import Snapshot

#: Terms of a branch, or statements of a predicate, below which no share is told.
_MANY: Final = 20
#: The share of a branch that changed, and of a predicate that went, from which on it is told.
_OF_BRANCH: Final = 0.5
_OF_PREDICATE: Final = 0.1


def mass_changes(
    before: Snapshot, after: Snapshot, delta: Delta, name: Callable[[str], str]
) -> Iterator[str]:
    """Sentences: predicates that lost a tenth or more, branches of which half or more changed.

    New terms count for neither, nor do fewer than twenty; what obsolete or deleted terms lost with
    their end is no loss.
    """
    yield from _lost(before, after, delta, name)
    yield from _branches(before, after, delta, name)


def _lost(
    before: Snapshot, after: Snapshot, delta: Delta, name: Callable[[str], str]
) -> Iterator[str]:
    """Statements that went without another of their predicate coming for the same subject."""
    losers = {s.subject for s in delta.removed}
    used = {s.subject for s in after.statements(subjects=losers, predicates={RDF_TYPE})}
    flags = after.statements(subjects=losers, predicates={DEPRECATED})
    used -= {s.subject for s in flags if s.object == TRUE}
    came = Counter((s.subject, s.predicate) for s in delta.added)
    went = Counter((s.subject, s.predicate) for s in delta.removed if s.subject in used)
    lost: Counter[Node] = Counter()
    for (_, predicate), count in (went - came).items():
        lost[predicate] += count
    for predicate, count in sorted(lost.items(), key=lambda found: (-found[1], found[0])):
        if count < _MANY:
            continue
        total = sum(1 for _ in before.statements(predicates={predicate}))
        if count >= _OF_PREDICATE * total:
            share = f"{count / total:.0%}"
            yield f"{name(predicate)}: {count:,} of {total:,} statements are gone ({share})"


def _branches(
    before: Snapshot, after: Snapshot, delta: Delta, name: Callable[[str], str]
) -> Iterator[str]:
    changed = {statement.subject for statement in (*delta.removed, *delta.added)}
    old = set(before.labels(changed))
    members: defaultdict[Node, set[Node]] = defaultdict(set)
    for node, branch in Branches(before, after, old).of.items():
        members[branch].add(node)
    found = []
    for branch, nodes in members.items():
        if len(nodes) < _MANY:
            continue
        below = before.reach({branch}, HIERARCHY_PREDICATES, inverse=True) | {branch}
        terms = {s.subject for s in before.statements(subjects=below, predicates={LABEL})}
        share = len(nodes & terms) / len(terms) if terms else 0.0
        if share >= _OF_BRANCH:
            found.append((-share, name(branch), len(nodes & terms), len(terms)))
    for share, branch, count, total in sorted(found):
        yield f"{count:,} of the {total:,} terms of the branch {branch} changed ({-share:.0%})"
