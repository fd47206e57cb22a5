"""What a diff has still to say: the statements not yet covered by the changes so far."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from graph.model import Delta, Literal, Node, Statement
from kgcl.changes import Ref, StatementAddition, StatementRemoval
from kgcl.resolve import notes_of, term_of

if TYPE_CHECKING:
    from kgcl.changes import Notes
    from kgcl.state import State


#: A statement that goes and one that comes in its place.
Pair: TypeAlias = tuple[Statement, Statement]


class Wanted:
    """The rest of a delta while changes are found that say it, and the state they have made."""

    def __init__(self, delta: Delta, state: State) -> None:
        self.state = state
        self.removed = set(delta.removed)
        self.added = set(delta.added)
        #: Canonical bytes of statements: what they are sorted by, again and again.
        self._encoded: dict[Statement, bytes] = {}
        self.deleted = self._deleted_nodes()

    def _deleted_nodes(self) -> frozenset[Node]:
        """Nodes whose every statement is to go and that get no new one."""
        kept = {statement.subject for statement in self.added}
        going: defaultdict[Node, set[Statement]] = defaultdict(set)
        for statement in self.removed:
            going[statement.subject].add(statement)
        return frozenset(
            node
            for node, statements in going.items()
            if node not in kept and statements.issuperset(self.state.draft.statements({node}))
        )

    def keep_deleted(self) -> bool:
        """Whether something of a deleted node is left to say; it is now like that of any other."""
        left = any(statement.subject in self.deleted for statement in self.removed)
        self.deleted = frozenset()
        return left

    def weigh(self, delta: Delta) -> tuple[int, int]:
        """How many statements of a delta are wanted, and how many are not."""
        gain = sum(s in self.removed for s in delta.removed)
        gain += sum(s in self.added for s in delta.added)
        return gain, len(delta) - gain

    def consume(self, delta: Delta) -> None:
        """Take a delta that was applied off the rest; what was not wanted is to be undone."""
        for statement in delta.removed:
            if statement in self.removed:
                self.removed.remove(statement)
            else:
                self.added.add(statement)
        for statement in delta.added:
            if statement in self.added:
                self.added.remove(statement)
            else:
                self.removed.add(statement)

    def going(self, test: Callable[[Statement], bool]) -> list[Statement]:
        """Statements still to be removed that pass a test, those of deleted nodes left out."""
        kept = (s for s in self.removed if s.subject not in self.deleted)
        return sorted(filter(test, kept), key=self._encode)

    def coming(self, test: Callable[[Statement], bool]) -> list[Statement]:
        """Statements still to be added that pass a test."""
        return sorted(filter(test, self.added), key=self._encode)

    def _encode(self, statement: Statement) -> bytes:
        encoded = self._encoded.get(statement)
        if encoded is None:
            encoded = self._encoded[statement] = statement.encode()
        return encoded


def paired(
    going: Iterable[Statement],
    coming: Iterable[Statement],
    key: Callable[[Statement], object],
) -> list[tuple[list[Statement], list[Statement]]]:
    """Statements that go and that come, grouped by a key that both sides have, in order."""
    groups: dict[object, tuple[list[Statement], list[Statement]]] = {}
    for statement in going:
        groups.setdefault(key(statement), ([], []))[0].append(statement)
    for statement in coming:
        groups.setdefault(key(statement), ([], []))[1].append(statement)
    return [group for group in groups.values() if group[0] and group[1]]


#: Groups larger than this are paired in order: comparing all texts with all would take too long.
_COMPARED: Final = 12


def matched(olds: Sequence[Statement], news: Sequence[Statement]) -> list[Pair]:
    """What became of what among statements that go and come: equal objects, then alike texts.

    Each statement is in one pair at most; as many pairs as the shorter side has.
    """
    pairs: list[Pair] = []
    rest, left = list(olds), list(news)
    for old in olds:
        same = next((new for new in left if new.object == old.object), None)
        if same is not None:
            pairs.append((old, same))
            rest.remove(old)
            left.remove(same)
    if len(rest) == 1 == len(left) or max(len(rest), len(left)) > _COMPARED:
        return [*pairs, *zip(rest, left, strict=False)]
    while rest and left:
        _, old, new = max(
            ((_likeness(o, n), o, n) for o in rest for n in left), key=lambda found: found[0]
        )
        pairs.append((old, new))
        rest.remove(old)
        left.remove(new)
    return pairs


def _likeness(old: Statement, new: Statement) -> float:
    from difflib import SequenceMatcher

    return SequenceMatcher(None, _text(old), _text(new), autojunk=False).ratio()


def _text(statement: Statement) -> str:
    value = statement.object
    return value.value if isinstance(value, Literal) else str(value)


def new_notes(new: Statement) -> Notes:
    """The qualifiers that an added statement brings, None where it has none."""
    return notes_of(new.qualifiers) or None


def changed_notes(old: Statement, new: Statement) -> Notes:
    """The qualifiers that a replacement must name, None where they stay."""
    return None if old.qualifiers == new.qualifiers else notes_of(new.qualifiers)


def telling_notes(statement: Statement, wanted: Wanted) -> Notes:
    """The qualifiers of a statement where its key alone does not tell it."""
    alone = len(wanted.state.with_key(*statement.key)) == 1
    return None if alone else notes_of(statement.qualifiers)


def added(new: Statement) -> StatementAddition:
    """A statement as a plain change that adds it."""
    return StatementAddition(
        Ref(new.subject),
        Ref(new.predicate),
        term_of(new.object),
        qualifiers=notes_of(new.qualifiers) or None,
    )


def removed(old: Statement, wanted: Wanted) -> StatementRemoval:
    """A statement as a plain change that removes it."""
    return StatementRemoval(
        Ref(old.subject),
        Ref(old.predicate),
        term_of(old.object),
        qualifiers=telling_notes(old, wanted),
    )
