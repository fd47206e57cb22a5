"""What two sides made of one value, and of one new thing: what merges, and what conflicts."""

from __future__ import annotations

import pytest

from graph.conflicts import ConflictKind
from graph.model import Statement
from graph.vocabulary import (
    DEFINITION,
    EXACT_SYNONYM,
)
from tests.graph.merging import (
    A,
    B,
    C,
    D,
    isa,
    merged,
    noted,
    obsolete,
    text,
)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        (isa(A, B), {noted(isa(A, B), "1")}, {isa(A, B), isa(B, A)}, isa(B, A)),
        (obsolete(A), {noted(obsolete(A), "1")}, {obsolete(A), isa(B, A)}, isa(B, A)),
        (text(A, "a"), {text(A, "a"), noted(obsolete(A), "1")},
         {text(A, "a"), obsolete(A), isa(B, A)}, isa(B, A)),
    ],
)  # fmt: skip
def test_what_one_side_has_alone_is_no_conflict(
    base: Statement, ours: set, theirs: set, expected: Statement
) -> None:
    found, state = merged({base}, ours, theirs)
    assert found.conflicts == ()
    assert state == ours | {expected}


# Duplicate creation.


def kinds(base: set, ours: set, theirs: set) -> list[ConflictKind]:
    return [c.kind for c in merged(base, ours, theirs)[0].conflicts]


def test_one_node_created_twice_is_one_conflict() -> None:
    ours = {text(A, "a"), text(A, "x", DEFINITION), isa(A, B)}
    theirs = {text(A, "b"), text(A, "y", DEFINITION), isa(A, C)}
    (found,) = merged({isa(B, A)}, ours | {isa(B, A)}, theirs | {isa(B, A)})[0].conflicts
    assert (found.kind, found.subject) == (ConflictKind.DUPLICATE_CREATION, A)
    assert (found.base, set(found.ours), set(found.theirs)) == ((), ours, theirs)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        (set(), {text(A, "a"), isa(A, B)}, {text(A, "a"), isa(A, C)}, []),
        (set(), {text(A, "a")}, {text(A, "a", language="en")}, []),
        (set(), {text(A, "mass")}, {text(A, "mass"), text(B, "mass")}, []),
        (set(), {text(A, "mass")}, {text(B, "mass", language="en")}, []),
        (set(), {text(A, " ")}, {text(B, "")}, []),
        (set(), {text(A, "s", EXACT_SYNONYM)}, {text(B, "s", EXACT_SYNONYM)}, []),
        ({isa(A, C)}, {isa(A, C), text(A, "mass")}, {isa(A, C), text(B, "mass")}, []),
        (
            {isa(A, C)},
            {isa(A, C), text(A, "a")},
            {isa(A, C), text(A, "b")},
            [ConflictKind.DIVERGENT_VALUE],
        ),
        (
            set(),
            {text(A, "STRASSE \n 1")},
            {text(B, "Straße 1")},
            [ConflictKind.DUPLICATE_CREATION],
        ),
    ],
)
def test_what_counts_as_created_twice(
    base: set, ours: set, theirs: set, expected: list[ConflictKind]
) -> None:
    assert kinds(base, ours, theirs) == expected
    assert kinds(base, theirs, ours) == expected


def test_two_nodes_of_one_name_are_told_by_their_labels() -> None:
    mine = {text(B, "Mass"), text(B, "Masse", language="de")}
    yours = {text(A, "mass"), text(A, "masse", language="de")}
    (found,) = merged(set(), mine | {isa(B, C)}, yours | {isa(A, D)})[0].conflicts
    assert (found.kind, found.subject) == (ConflictKind.DUPLICATE_CREATION, A)
    assert (found.base, set(found.ours), set(found.theirs)) == ((), mine, yours)


# A text on one side, its sources on the other.

OLD = noted(text(A, "old", DEFINITION), "1")


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (noted(text(A, "new", DEFINITION), "1"), noted(OLD, "1", "2"), ("new", "12")),
        (noted(text(A, "new", DEFINITION), "1"), noted(OLD), ("new", "")),
        (noted(text(A, "new", DEFINITION), "2"), noted(OLD, "2"), ("new", "2")),
        (noted(text(A, "new", DEFINITION), "1", "2"), noted(text(A, "new", DEFINITION), "1", "3"),
         ("new", "123")),
        (noted(text(A, "new", DEFINITION), "2"), noted(OLD, "3"), ConflictKind.DIVERGENT_VALUE),
        (noted(text(A, "new", DEFINITION), "1"), noted(text(A, "other", DEFINITION), "1"),
         ConflictKind.DIVERGENT_VALUE),
        (None, noted(OLD, "1", "2"), ConflictKind.DELETE_MODIFY),
    ],
)  # fmt: skip
def test_a_text_and_its_sources_merge_apart(
    ours: Statement, theirs: Statement, expected: tuple[str, str] | ConflictKind
) -> None:
    rest = {text(A, "a")}
    mine, yours = rest | ({ours} if ours else set()), rest | {theirs}
    for one, other in ((mine, yours), (yours, mine)):
        found, state = merged({OLD} | rest, one, other)
        if isinstance(expected, ConflictKind):
            assert [c.kind for c in found.conflicts] == [expected]
        else:
            value, sources = expected
            assert found.conflicts == ()
            assert state == {noted(text(A, value, DEFINITION), *sources)} | rest


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ("ab", "abc", "abc"),
        ("b", "ac", "c"),
        ("b", "a", ConflictKind.DIVERGENT_VALUE),
        ("abc", "abd", ConflictKind.DIVERGENT_VALUE),
        ("b", "bc", ConflictKind.DELETE_MODIFY),
        ("", "abc", ConflictKind.DELETE_MODIFY),
        ("", "a", ""),
    ],
)
def test_a_slot_that_has_too_many_values(
    ours: str, theirs: str, expected: str | ConflictKind
) -> None:
    rest = {isa(A, B)}
    base, mine, yours = ({text(A, value) for value in row} | rest for row in ("ab", ours, theirs))
    for one, other in ((mine, yours), (yours, mine)):
        found, state = merged(base, one, other)
        if isinstance(expected, ConflictKind):
            assert [c.kind for c in found.conflicts] == [expected]
        else:
            assert found.conflicts == ()
            assert state == {text(A, value) for value in expected} | rest
