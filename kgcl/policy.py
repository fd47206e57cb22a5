"""What the words leave open: named policies, each choice documented and with a default.

Three layers make the policy of a call, the later over the earlier: a named one (``obo`` unless
another is named), the settings that a graph keeps on its ontology node, and a ``kgcl.toml``.
:mod:`kgcl.policy_settings` reads the last two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from graph.model import Literal
from graph.prefixes import ontology_node
from graph.vocabulary import OBSOLETION_POLICY, POLICY_SETTING
from kgcl.errors import ChangeError
from kgcl.terms import Scope

if TYPE_CHECKING:
    from graph.snapshot import Snapshot
    from kgcl.ids import IdPolicy

#: The name of the file of settings beside an ontology.
POLICY_FILE: Final = "kgcl.toml"


class Rewire(StrEnum):
    """Where edges go that point at a node that becomes obsolete."""

    BOTH = "both"
    REPLACEMENT = "replacement"
    PARENTS = "parents"
    NONE = "none"


class Consider(StrEnum):
    """What an obsoletion that names nothing to use instead suggests."""

    SAID = "said"
    PARENTS = "parents"


class Incoming(StrEnum):
    """What a deletion does with edges that lead to the node."""

    CASCADE = "cascade"
    REFUSE = "refuse"


class Judgement(StrEnum):
    """What becomes of a change that is doubtful."""

    ALLOW = "allow"
    WARN = "warn"
    REJECT = "reject"


class OldLabel(StrEnum):
    """What a rename does with the label that was there."""

    DROP = "drop"
    EXACT = "exact"
    NARROW = "narrow"
    BROAD = "broad"
    RELATED = "related"


class LabelComments(StrEnum):
    """What a file editor does with ``! label`` comments that a rename makes stale."""

    REFRESH = "refresh"
    LEAVE = "leave"


class Restore(StrEnum):
    """How much an unobsoletion brings back."""

    FLAGS = "flags"
    HISTORY = "history"


class Moved(StrEnum):
    """What of a merged node may go over to the node that takes it in."""

    LABEL = "label"
    SYNONYMS = "synonyms"
    XREFS = "xrefs"
    EDGES = "edges"
    SUBSETS = "subsets"
    TEXTS = "texts"
    ANNOTATIONS = "annotations"


class Required(StrEnum):
    """What a change may have to say; which of them make sense depends on the change."""

    XREF = "xref"
    CREATOR = "creator"
    DATE = "date"
    ISSUE = "issue"
    REASON = "reason"
    LABEL = "label"
    DEFINITION = "definition"
    PARENT = "parent"
    INSTEAD = "instead"


@dataclass(frozen=True, slots=True)
class Policy:
    """Choices that a change does not spell out; README.md has the table of what each does.

    ``ids`` gives ids to what is created without one. Properties (``obsolete_date``, ...) are
    written as in KGCL, '' for none; what they record is what a change says of itself by a clause.
    """

    name: str
    synonym_scope: Scope = Scope.RELATED
    label_prefix: str = ""
    drop_axioms: bool = False
    rewire: Rewire = Rewire.NONE
    ids: IdPolicy | None = None
    old_label_scope: Scope = Scope.EXACT
    merged_stays: bool = False
    definition_prefix: str = ""
    consider: Consider = Consider.SAID
    obsolete_issue: str = ""
    obsolete_date: str = ""
    obsolete_reason: str = ""
    restore: Restore = Restore.FLAGS
    old_label: OldLabel = OldLabel.DROP
    incoming: Incoming = Incoming.CASCADE
    merge_moves: frozenset[Moved] = frozenset(Moved)
    alternative_id: bool = True
    old_id_kept: bool = False
    create_creator: str = ""
    create_date: str = ""
    create_issue: str = ""
    require_change: frozenset[Required] = frozenset()
    require_creation: frozenset[Required] = frozenset()
    require_definition: frozenset[Required] = frozenset()
    require_synonym: frozenset[Required] = frozenset()
    require_obsoletion: frozenset[Required] = frozenset()
    same_label: Judgement = Judgement.WARN
    edge_range: Judgement = Judgement.WARN
    protected: tuple[str, ...] = ()
    label_comments: LabelComments = LabelComments.REFRESH

    @property
    def telling(self) -> Policy:
        """The same without fields that are required and nodes that are protected.

        To tell what was done is always allowed; what labels and edges may be is judged, so that
        what is told can be applied.
        """
        nothing: frozenset[Required] = frozenset()
        allowed = Judgement.ALLOW
        return replace(
            self,
            require_change=nothing,
            require_creation=nothing,
            require_definition=nothing,
            require_synonym=nothing,
            require_obsoletion=nothing,
            # a warning is for those who make a change
            same_label=allowed if self.same_label is Judgement.WARN else self.same_label,
            protected=(),
        )

    def guarded_as(self, other: Policy) -> Policy:
        """These choices under the guards and with the ids of another policy."""
        return replace(
            self,
            ids=other.ids,
            require_change=other.require_change,
            require_creation=other.require_creation,
            require_definition=other.require_definition,
            require_synonym=other.require_synonym,
            require_obsoletion=other.require_obsoletion,
            same_label=other.same_label,
            edge_range=other.edge_range,
            protected=other.protected,
            label_comments=other.label_comments,
        )


OBO_POLICY: Final = Policy("obo", label_prefix="obsolete ", drop_axioms=True, rewire=Rewire.BOTH)
FLAG_POLICY: Final = Policy("flag", merged_stays=True)

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
    """The policy that a graph keeps in its settings, else ``obo``.

    ``kgdelta:obsoletion 'flag'`` names one, and each ``kgdelta:policy`` is a line of a
    ``kgcl.toml``. Raises ChangeError for a name or a line that is none.
    """
    node = ontology_node(snapshot)
    found = list(snapshot.statements({node}, {OBSOLETION_POLICY, POLICY_SETTING}))
    if not found:
        return OBO_POLICY
    texts: dict[str, list[str]] = {OBSOLETION_POLICY: [], POLICY_SETTING: []}
    for statement in found:
        if isinstance(statement.object, Literal):
            texts[statement.predicate].append(statement.object.value)
    names = sorted(texts[OBSOLETION_POLICY])
    base = named_policy(names[0]) if names else OBO_POLICY
    if not texts[POLICY_SETTING]:
        return base
    from kgcl.policy_settings import kept_policy

    return kept_policy(sorted(texts[POLICY_SETTING]), base)
