"""Qualifiers as sets: what two sides made of them, united over what they were."""

from __future__ import annotations

from graph.model import Node, Object, Qualifier


def unite(
    base: tuple[Qualifier, ...],
    ours: tuple[Qualifier, ...],
    theirs: tuple[Qualifier, ...],
    single_valued: frozenset[Node] = frozenset(),
) -> tuple[Qualifier, ...] | None:
    """Three-way union of qualifiers, paired by predicate and value; None where they contradict."""
    old, mine, yours = _paired(base), _paired(ours), _paired(theirs)
    if old is None or mine is None or yours is None:
        return _united_sets(frozenset(base), frozenset(ours), frozenset(theirs))
    united: list[Qualifier] = []
    for pair in old.keys() | mine.keys() | yours.keys():
        one, other, before = mine.get(pair), yours.get(pair), old.get(pair)
        if one == other:
            chosen = one
        elif one == before:
            chosen = other
        elif other == before:
            chosen = one
        elif one is None or other is None:
            return None
        else:
            nested = unite(
                before.qualifiers if before else (),
                one.qualifiers,
                other.qualifiers,
                single_valued,
            )
            if nested is None:
                return None
            chosen = Qualifier(one.predicate, one.value, nested)
        if chosen is not None:
            united.append(chosen)
    for predicate in single_valued:
        if sum(q.predicate == predicate for q in united) > max(
            sum(q.predicate == predicate for q in side) for side in (ours, theirs)
        ):
            return None
    return tuple(united)


def _united_sets(
    base: frozenset[Qualifier], ours: frozenset[Qualifier], theirs: frozenset[Qualifier]
) -> tuple[Qualifier, ...]:
    return tuple((ours & theirs) | (ours - base) | (theirs - base))


def _paired(
    qualifiers: tuple[Qualifier, ...],
) -> dict[tuple[Node, Object], Qualifier] | None:
    """Qualifiers by predicate and value, None where two have the same."""
    found = {(q.predicate, q.value): q for q in qualifiers}
    return found if len(found) == len(qualifiers) else None
