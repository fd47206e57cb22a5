"""The keys of ``kgcl.toml``: for each the field of the policy that it sets, and what it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kgcl.policy import (
    Consider,
    Incoming,
    Judgement,
    LabelComments,
    Moved,
    OldLabel,
    Required,
    Restore,
    Rewire,
)
from kgcl.terms import Scope


class Kind(StrEnum):
    """What a value is, in the words of a refusal."""

    TEXT = "a text"
    FLAG = "true or false"
    COUNT = "a whole number"
    WORD = "one of"
    WORDS = "a list of"
    TEXTS = "a list of texts"


@dataclass(frozen=True, slots=True)
class Key:
    """A key: the field of :class:`Policy` that it sets ('' for an id range), its values."""

    field: str
    kind: Kind
    words: tuple[StrEnum, ...] = ()

    @property
    def wanted(self) -> str:
        """What the value has to be, in words."""
        named = ", ".join(f"{word.value!r}" for word in self.words)
        return f"{self.kind.value} {named}" if named else self.kind.value


def _word(field: str, words: type[StrEnum]) -> Key:
    return Key(field, Kind.WORD, tuple(words))


def _words(field: str, *words: StrEnum) -> Key:
    return Key(field, Kind.WORDS, words)


_SAID: Final = (Required.CREATOR, Required.DATE, Required.ISSUE, Required.REASON)

#: By name, in the order of the documentation. ``base`` is read before all others.
KEYS: Final[Mapping[str, Key]] = MappingProxyType(
    {
        "base": Key("name", Kind.TEXT),
        "synonym.scope": _word("synonym_scope", Scope),
        "synonym.old_label": _word("old_label_scope", Scope),
        "rename.old_label": _word("old_label", OldLabel),
        "obsolete.label_prefix": Key("label_prefix", Kind.TEXT),
        "obsolete.definition_prefix": Key("definition_prefix", Kind.TEXT),
        "obsolete.drop_axioms": Key("drop_axioms", Kind.FLAG),
        "obsolete.rewire": _word("rewire", Rewire),
        "obsolete.consider": _word("consider", Consider),
        "obsolete.issue": Key("obsolete_issue", Kind.TEXT),
        "obsolete.date": Key("obsolete_date", Kind.TEXT),
        "obsolete.reason": Key("obsolete_reason", Kind.TEXT),
        "unobsolete.restore": _word("restore", Restore),
        "delete.incoming": _word("incoming", Incoming),
        "merge.source_stays": Key("merged_stays", Kind.FLAG),
        "merge.moves": _words("merge_moves", *Moved),
        "merge.alternative_id": Key("alternative_id", Kind.FLAG),
        "change_id.alternative_id": Key("old_id_kept", Kind.FLAG),
        "create.creator": Key("create_creator", Kind.TEXT),
        "create.date": Key("create_date", Kind.TEXT),
        "create.issue": Key("create_issue", Kind.TEXT),
        "require.change": _words("require_change", *_SAID),
        "require.creation": _words(
            "require_creation", Required.LABEL, Required.DEFINITION, Required.PARENT, *_SAID
        ),
        "require.definition": _words("require_definition", Required.XREF, *_SAID),
        "require.synonym": _words("require_synonym", Required.XREF, *_SAID),
        "require.obsoletion": _words("require_obsoletion", Required.INSTEAD, *_SAID),
        "label.same": _word("same_label", Judgement),
        "label.comments": _word("label_comments", LabelComments),
        "edge.range": _word("edge_range", Judgement),
        "protect.nodes": Key("protected", Kind.TEXTS),
        "ids.ranges": Key("", Kind.TEXT),
        "ids.owner": Key("", Kind.TEXT),
        "ids.order": Key("", Kind.TEXT),
        "ids.namespace": Key("", Kind.TEXT),
        "ids.digits": Key("", Kind.COUNT),
        "ids.first": Key("", Kind.COUNT),
        "ids.last": Key("", Kind.COUNT),
    }
)

#: Tables that several keys stand in.
TABLES: Final = frozenset(name.partition(".")[0] for name in KEYS if "." in name)
