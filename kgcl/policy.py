"""What the words leave open: named policies, each choice documented.

A graph names its policy by a statement on its ontology node, ``kgdelta:obsoletion 'flag'``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from graph.model import Literal
from graph.prefixes import ontology_node
from graph.vocabulary import OBSOLETION_POLICY
from kgcl.changes import Scope
from kgcl.errors import ChangeError

if TYPE_CHECKING:
    from graph.snapshot import Snapshot
    from kgcl.ids import IdPolicy


@dataclass(frozen=True, slots=True)
class Policy:
    """Choices that a change does not spell out.

    ``synonym_scope`` is that of a synonym without one. Obsoletion always sets the flag and the
    replacement; ``label_prefix`` goes before the label; ``drop_axioms`` removes the node's own
    logical axioms; ``rewire`` sends edges that point at the node to its replacement, or, without
    one, its children to its parents. ``ids`` gives ids to what is created without one.
    ``old_label_scope`` is that of a label that becomes a synonym, by a rename or by a merge.
    ``merged_stays``: a merged node stays, obsolete and replaced by the one that took it in; else
    nothing of it is left but its id, as an alternative id.
    """

    name: str
    synonym_scope: Scope
    label_prefix: str
    drop_axioms: bool
    rewire: bool
    ids: IdPolicy | None = None
    old_label_scope: Scope = Scope.EXACT
    merged_stays: bool = False


OBO_POLICY: Final = Policy("obo", Scope.RELATED, "obsolete ", drop_axioms=True, rewire=True)
FLAG_POLICY: Final = Policy(
    "flag", Scope.RELATED, "", drop_axioms=False, rewire=False, merged_stays=True
)

POLICIES: Final[Mapping[str, Policy]] = MappingProxyType(
    {policy.name: policy for policy in (OBO_POLICY, FLAG_POLICY)}
)


def named_policy(name: str) -> Policy:
    """The policy of this name. Raises ChangeError."""
    try:
        return POLICIES[name]
    except KeyError:
        known = ", ".join(POLICIES)
        raise ChangeError(f"no policy {name!r}: choose one of {known}") from None


def policy_of(snapshot: Snapshot) -> Policy:
    """The policy that a graph names in its settings, else ``obo``."""
    named = snapshot.statements(subjects={ontology_node(snapshot)}, predicates={OBSOLETION_POLICY})
    names = sorted(s.object.value for s in named if isinstance(s.object, Literal))
    return named_policy(names[0]) if names else OBO_POLICY
