"""Side effects of changes, and how far they reach, in plain words and as rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from kgcl.state import Effect, EffectKind
from kgdelta.output import counted
from kgdelta.wording import object_text, statement_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graph.model import Node, Statement
    from graph.prefixes import PrefixMap
    from graph.snapshot import Snapshot
    from kgcl.impact import Impact

#: What is said of one statement, by kind; the other kinds have sentences of their own.
_OF_ONE: Final[Mapping[EffectKind, str]] = {
    EffectKind.DROPPED: "is not taken over",
    EffectKind.NOT_RESTORED: "it was changed since, or what it mentions is gone",
}


class Words:
    """Tells effects against the state before the batch, whose labels it looks up."""

    def __init__(self, prefixes: PrefixMap, before: Snapshot) -> None:
        self.prefixes = prefixes
        self.before = before

    def name(self, node: Node) -> str:
        label = self.before.labels({node}).get(node)
        return self.prefixes.contract(node) + (f" ({label.value})" if label else "")

    def said(self, statement: Statement) -> str:
        """What a statement says of its subject."""
        predicate = self.prefixes.contract(statement.predicate)
        return f"{predicate} {object_text(statement.object, self.prefixes)}"

    def whole(self, statement: Statement) -> str:
        return f"{self.name(statement.subject)} {self.said(statement)}"

    def text(self, effect: Effect) -> str:
        """A side effect as a sentence."""
        old, new = effect.removed, effect.added
        if old is not None and new is not None:
            return self._exchange(effect.kind, old, new)
        if effect.concerns is not None and effect.kind is EffectKind.SAME_LABEL:
            return f"{self.name(effect.concerns.subject)} has this label too"
        if new is not None and effect.kind is not EffectKind.RECORDED:
            return self._arrival(effect.kind, new)
        if old is not None and effect.kind is EffectKind.REWIRED:
            name = self.name(old.subject)
            return f"{name} no longer has {self.said(old)}: it has the new edge already"
        statement = old or new or effect.concerns
        if statement is None:
            return effect.kind.value
        more = _OF_ONE.get(effect.kind)
        return f"{effect.kind.value}: {self.whole(statement)}" + (f": {more}" if more else "")

    def _exchange(self, kind: EffectKind, old: Statement, new: Statement) -> str:
        name = self.name(old.subject)
        after = object_text(new.object, self.prefixes)
        if kind is EffectKind.RELABELLED:
            return f"{name} is relabelled {after}"
        if kind is EffectKind.DEFINITION_PREFIXED:
            return f"the definition of {name} becomes {after}"
        if kind is EffectKind.MOVED:
            said = "" if self.said(old) == self.said(new) else f" as {self.said(new)}"
            return f"{name} {self.said(old)} moves to {self.name(new.subject)}{said}"
        same = old.predicate == new.predicate
        way = f"from {self.said(old)} to {after if same else self.said(new)}"
        if kind is EffectKind.REWIRED:
            return f"{name} goes {way}"
        if kind is EffectKind.RESTORED:
            return f"{name} goes back {way}"
        return f"{kind.value}: {name} {way}"

    def _arrival(self, kind: EffectKind, new: Statement) -> str:
        name, said = self.name(new.subject), self.said(new)
        if kind is EffectKind.MOVED:
            return f"{name} gets {said} too"
        if kind is EffectKind.LABEL_KEPT:
            return f"{name} keeps its old label as {said}"
        if kind is EffectKind.SUGGESTED:
            return f"{name} suggests its parent: {said}"
        if kind is EffectKind.RESTORED:
            return f"{name} has {said} again"
        if kind is EffectKind.REWIRED:
            return f"{name} now has {said}"
        return f"{kind.value}: {name} {said}"

    def row(self, effect: Effect) -> dict[str, object]:
        """A side effect for programs: its kind, the sentence, and the statements."""
        row: dict[str, object] = {"kind": effect.kind.value, "text": self.text(effect)}
        for field in ("removed", "added", "concerns"):
            statement = getattr(effect, field)
            if statement is not None:
                row[field] = statement_text(statement, self.prefixes)
        return row

    def reach_text(self, impact: Impact) -> str:
        """How far a change of a node reaches, as a sentence."""
        parts = [
            counted(impact.descendants, "descendant"),
            f"edges from {counted(impact.users, 'other node')}",
            counted(impact.expressions, "expression"),
            counted(len(impact.mappings), "mapping"),
        ]
        shown = [part for part in parts if not part.startswith(("0 ", "edges from 0 "))]
        if impact.subsets:
            shown.append("subsets " + ", ".join(map(self.prefixes.contract, impact.subsets)))
        return f"{self.name(impact.node)}: {', '.join(shown)}"

    def reach_row(self, impact: Impact) -> dict[str, object]:
        """How far a change of a node reaches, for programs."""
        return {
            "node": self.prefixes.contract(impact.node),
            "descendants": impact.descendants,
            "users": impact.users,
            "expressions": impact.expressions,
            "subsets": [self.prefixes.contract(node) for node in impact.subsets],
            "mappings": [self.said(statement) for statement in impact.mappings],
        }


def tally(effects: Iterable[Effect]) -> str:
    """How many side effects there are of each kind, the most frequent first; '' for none."""
    found = Counter(effect.kind.value for effect in effects)
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return "; ".join(f"{number} {kind}" for kind, number in ordered)
