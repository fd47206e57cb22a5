"""What a policy asks of every change: protected nodes, fields that are filled in, labels apart.

A guard looks at what a rule has made of a change, before it is staged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graph.model import Delta, Literal, Statement, in_order
from graph.vocabulary import DEFINITION, DEPRECATED, LABEL, SYNONYMS, XREF
from kgcl import changes as c
from kgcl.policy import Judgement, Required
from kgcl.state import TRUE, Effect, EffectKind, RefusedError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from kgcl.state import Ruling, State

CREATIONS: Final = (c.NodeCreation, c.ClassCreation, c.ObjectPropertyCreation)
_DEFINING: Final = (c.NewTextDefinition, c.TextDefinitionReplacement)
_NAMING: Final = (c.NewSynonym, c.SynonymReplacement)

#: How a change says what a policy may require of it: the field of its clauses, and the words.
_CLAUSES: Final[Mapping[Required, tuple[str, str]]] = {
    Required.CREATOR: ("creator", "by orcid:0000-0000-0000-0000"),
    Required.DATE: ("change_date", "on 2026-11-23"),
    Required.ISSUE: ("term_tracker_issue", "issue <link>"),
    Required.REASON: ("reason", "because 'why'"),
}


def guard(change: c.Change, ruling: Ruling, state: State) -> tuple[Effect, ...]:
    """Effects that the policy wants told. Raises RefusedError for what it does not allow."""
    policy = state.policy
    if policy.protected:
        _check_protected(ruling.delta, state)
    for required, kinds in (
        (policy.require_change, None),
        (policy.require_creation, CREATIONS),
        (policy.require_definition, _DEFINING),
        (policy.require_synonym, _NAMING),
        (policy.require_obsoletion, c.OBSOLETIONS),
    ):
        if required and (kinds is None or isinstance(change, kinds)):
            _check_required(change, required, ruling.delta, state)
    if policy.require_definition and isinstance(change, c.ClassCreation) and change.definition:
        _check_required(change, policy.require_definition, ruling.delta, state)
    if policy.same_label is Judgement.ALLOW or isinstance(change, c.StatementAddition):
        return ()
    return _check_labels(ruling.delta, state)


def _check_protected(delta: Delta, state: State) -> None:
    for node in sorted({s.subject for s in delta.removed | delta.added}):
        pattern = state.protecting(node)
        if pattern:
            which = f" as one of {pattern}" if "*" in pattern else ""
            raise RefusedError(f"{state.show(node)} is protected{which}: nothing of it may change")


def _check_required(
    change: c.Change, required: Collection[Required], delta: Delta, state: State
) -> None:
    for field in Required:
        if field in required and not _has(change, field, delta, state):
            hint = f": add {_CLAUSES[field][1]!r}" if field in _CLAUSES else ""
            if field is Required.XREF:
                hint = ": add {oboInOwl:hasDbXref='...'}"
            kind = type(change).__name__
            words = "a replacement or an alternative" if field is Required.INSTEAD else f"{field}"
            raise RefusedError(f"the policy requires {words} of a {kind}{hint}")


def _has(change: c.Change, field: Required, delta: Delta, state: State) -> bool:
    if field in _CLAUSES:
        return bool(state.said(change, _CLAUSES[field][0]))
    if field is Required.XREF:
        texts = [s for s in delta.added if s.predicate in (DEFINITION, *SYNONYMS)]
        return all(any(q.predicate == XREF for q in s.qualifiers) for s in texts)
    if field is Required.INSTEAD:
        return not isinstance(change, c.NodeObsoletion)
    if field is Required.LABEL:
        return bool(getattr(change, "name", None))
    if not isinstance(change, c.ClassCreation):
        # only a class has a parent and a definition in the change that makes it
        return True
    return bool(change.definition if field is Required.DEFINITION else change.superclass)


def _check_labels(delta: Delta, state: State) -> tuple[Effect, ...]:
    """Labels that come and that another living node has already."""
    effects: list[Effect] = []
    for new in [s for s in delta.added if s.predicate == LABEL]:
        other = _of_another(new, delta, state)
        if other is None:
            continue
        if state.policy.same_label is Judgement.REJECT:
            raise RefusedError(f"{state.show(other.subject)} has this label already")
        effects.append(Effect(EffectKind.SAME_LABEL, concerns=other))
    return tuple(effects)


def _of_another(new: Statement, delta: Delta, state: State) -> Statement | None:
    """The same label on another node in use, if there is one."""
    label = new.object
    going = Statement(new.subject, DEPRECATED, TRUE) in delta.added
    if not isinstance(label, Literal) or going or state.is_obsolete(new.subject):
        return None
    for node in state.draft.named(label.value):
        if node == new.subject or state.is_obsolete(node):
            continue
        for other in in_order(state.draft.about(node, LABEL)):
            if other.object == label and other not in delta.removed:
                return other
    return None
