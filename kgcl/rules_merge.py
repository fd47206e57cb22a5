"""The rule for merging a node into another.

As OBO does it: the source vanishes, its id becomes an alternative id, what points at it points at
the target, and what is said of it moves where the target has nothing of the kind. By policy the
source stays, obsolete and replaced by the target, as ontologies kept in OWL have it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from graph.axioms import is_logical
from graph.model import Literal, Node, Statement
from graph.vocabulary import (
    ALTERNATIVE_ID,
    COMMENT,
    CONSIDER,
    CREATED_BY,
    CREATION_DATE,
    DEFINITION,
    DEPRECATED,
    IN_SUBSET,
    LABEL,
    OBO_NAMESPACE,
    RDF_TYPE,
    REPLACED_BY,
    SYNONYMS,
)
from kgcl.plan import Plan, renamed, would_cycle
from kgcl.policy import Moved
from kgcl.rules_records import MAPPINGS
from kgcl.selection import PREDICATE_OF_SCOPE
from kgcl.state import TRUE, EffectKind, RefusedError, Ruling, UnchangedError

if TYPE_CHECKING:
    from kgcl.changes import NodeDirectMerge
    from kgcl.state import State

#: What is true of the record of the source and of nothing else.
_LEFT: Final = frozenset(
    {RDF_TYPE, OBO_NAMESPACE, CREATED_BY, CREATION_DATE, DEPRECATED, REPLACED_BY, CONSIDER}
)
#: What a node has one of.
_SINGLE: Final = frozenset({DEFINITION, COMMENT})
_MOVED_AS: Final = {
    LABEL: Moved.LABEL,
    IN_SUBSET: Moved.SUBSETS,
    **dict.fromkeys(SYNONYMS, Moved.SYNONYMS),
}


def merge(change: NodeDirectMerge, state: State) -> Ruling:
    """The source becomes an alternative id of the target, and the target has what it had."""
    if change.has_nondirect_replacement:
        raise RefusedError("a merged node is gone and has no alternatives: obsolete it instead")
    source, target = state.node(change.about_node), state.node(change.has_direct_replacement)
    alternative = Statement(
        target,
        ALTERNATIVE_ID,
        Literal(state.resolver.show(source)),
        state.qualifiers(change.qualifiers),
    )
    if source == target:
        raise RefusedError(f"{state.show(source)} cannot be merged into itself")
    if not state.exists(source) and state.with_key(*alternative.key):
        raise UnchangedError(f"{state.show(target)} has this alternative id already")
    for node in (source, target):
        if not state.exists(node):
            raise RefusedError(f"no node {state.show(node)}")
    if state.is_obsolete(target):
        raise RefusedError(f"{state.resolver.describe(target)}: it cannot take another in")
    if state.policy.merged_stays and state.is_obsolete(source):
        others = [s.object for s in state.about(source, REPLACED_BY) if s.object != target]
        if others:
            raise RefusedError(f"{state.show(source)} is replaced by {state.show(str(others[0]))}")
    plan = Plan(state)
    if state.policy.alternative_id and not state.with_key(*alternative.key):
        plan.add(alternative)
    for statement in state.about(source):
        _move(statement, source, target, plan)
    for statement in (*plan.incoming(source), *plan.uses(source)):
        if statement.subject == target and statement.object == source:
            plan.effect(EffectKind.EDGE_REMOVED, removed=statement)
        else:
            plan.repoint(statement, source, target)
    if state.policy.merged_stays:
        plan.add(Statement(source, DEPRECATED, TRUE))
        plan.add(Statement(source, REPLACED_BY, target))
    return plan.ruling()


def _move(old: Statement, source: Node, target: Node, plan: Plan) -> None:
    """One statement of the source: to the target where it fits there, else gone."""
    policy = plan.state.policy
    if old.predicate in _LEFT:
        if not policy.merged_stays:
            plan.removed.add(old)
        return
    if _moved_as(old) not in policy.merge_moves:
        if not policy.merged_stays:
            plan.effect(EffectKind.DROPPED, removed=old)
        return
    new = renamed(old, {source: target}, target)
    if old.predicate == LABEL:
        scope = PREDICATE_OF_SCOPE[policy.old_label_scope]
        new = Statement(target, scope, new.object, new.qualifiers)
        if policy.merged_stays:
            if not _is_said(new, plan):
                plan.effect(EffectKind.MOVED, added=new)
            return
    if new.object == target or would_cycle(new, plan.state):
        plan.effect(EffectKind.EDGE_REMOVED, removed=old)
    elif _is_said(new, plan):
        plan.effect(EffectKind.DROPPED, removed=old)
    else:
        plan.effect(EffectKind.MOVED, removed=old, added=new)


def _moved_as(statement: Statement) -> Moved:
    """What a statement counts as where a policy says what goes over."""
    predicate = statement.predicate
    if is_logical(statement):
        return Moved.EDGES
    if predicate in _SINGLE:
        return Moved.TEXTS
    if predicate in MAPPINGS:
        return Moved.XREFS
    return _MOVED_AS.get(predicate, Moved.ANNOTATIONS)


def _is_said(new: Statement, plan: Plan) -> bool:
    """Whether the target has this already, or has another where it can have only one."""
    state = plan.state
    if state.with_key(*new.key) or new.key in {s.key for s in plan.added}:
        return True
    if new.predicate in SYNONYMS:
        names = state.about(new.subject, LABEL, *SYNONYMS)
        return any(s.object == new.object for s in names)
    return new.predicate in _SINGLE and bool(state.about(new.subject, new.predicate))
