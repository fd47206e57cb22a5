"""Canonical text of changes in the life of nodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from kgcl import changes as c
from kgcl.writing import Writer


def _naming(w: Writer, kind: str, node: c.Ref | None, name: str | None, language: str) -> str:
    if name is None and (language or node is None):
        raise ValueError("a creation needs an id or a label, and a label where it has a language")
    parts = [f"create {kind}"]
    if node is not None:
        parts.append(w.id(node))
    if name is not None:
        parts.append(w.text(name, language))
    return " ".join(parts)


def _node(w: Writer, x: c.NodeCreation) -> str:
    return _naming(w, x.owl_type.value, x.about_node, x.name, x.language)


def _class(w: Writer, x: c.ClassCreation) -> str:
    text = _naming(w, "class", x.about_node, x.name, x.language)
    if x.superclass is not None:
        text += f" under {w.entity(x.superclass)}"
    if x.definition is not None:
        text += f" with definition {w.text(x.definition, x.definition_language)}"
    elif x.definition_language:
        raise ValueError("a definition that is not given has no language")
    return text


def _relation(w: Writer, x: c.ObjectPropertyCreation) -> str:
    return _naming(w, "relation", x.about_node, x.name, x.language)


def _obsoletion(w: Writer, x: c.NodeObsoletion) -> str:
    return f"obsolete {w.entity(x.about_node)}"


def _several(w: Writer, x: c.MultiNodeObsoletion) -> str:
    nodes = [member.about_node for member in x.change_set if isinstance(member, c.NodeObsoletion)]
    return f"obsolete {w.entities(nodes)}"


def _replaced(w: Writer, x: c.NodeObsoletionWithDirectReplacement) -> str:
    text = f"obsolete {w.entity(x.about_node)} with replacement"
    text = f"{text} {w.entity(x.has_direct_replacement)}"
    return (
        f"{text} and{_alternatives(w, others)}" if (others := x.has_nondirect_replacement) else text
    )


def _alternative(w: Writer, x: c.NodeObsoletionWithNoDirectReplacement) -> str:
    if not x.has_nondirect_replacement:
        raise ValueError("an obsoletion with alternatives names at least one")
    others = _alternatives(w, x.has_nondirect_replacement)
    return f"obsolete {w.entity(x.about_node)} with{others}"


def _alternatives(w: Writer, nodes: tuple[c.Ref, ...]) -> str:
    return f" alternative {w.entities(nodes)}"


def _unobsoletion(w: Writer, x: c.NodeUnobsoletion) -> str:
    ends = [("replacement", x.replaced_by), ("alternative", x.consider)]
    said = " and ".join(f"{word} {w.entity(node)}" for word, node in ends if node is not None)
    return f"unobsolete {w.entity(x.about_node)}" + (f" without {said}" if said else "")


def _merge(w: Writer, x: c.NodeDirectMerge) -> str:
    text = f"merge {w.entity(x.about_node)} into {w.entity(x.has_direct_replacement)}"
    others = x.has_nondirect_replacement
    return f"{text} with{_alternatives(w, others)}" if others else text


def _deletion(w: Writer, x: c.NodeDeletion) -> str:
    return f"delete {w.entity(x.about_node)}"


def _id_change(w: Writer, x: c.NodeIdChange) -> str:
    return f"change id of {w.entity(x.about_node)} to {w.id(x.new_value)}"


def _to_subset(w: Writer, x: c.AddNodeToSubset) -> str:
    return f"add {w.entity(x.about_node)} to subset {w.entity(x.in_subset)}"


def _from_subset(w: Writer, x: c.RemoveNodeFromSubset) -> str:
    return f"remove {w.entity(x.about_node)} from subset {w.entity(x.in_subset)}"


NODE_FORMS: Final[Mapping[type[c.Change], Callable[[Writer, Any], str]]] = MappingProxyType(
    {
        c.NodeCreation: _node,
        c.ClassCreation: _class,
        c.ObjectPropertyCreation: _relation,
        c.NodeObsoletion: _obsoletion,
        c.NodeObsoletionWithDirectReplacement: _replaced,
        c.NodeObsoletionWithNoDirectReplacement: _alternative,
        c.MultiNodeObsoletion: _several,
        c.NodeUnobsoletion: _unobsoletion,
        c.NodeDirectMerge: _merge,
        c.NodeDeletion: _deletion,
        c.NodeIdChange: _id_change,
        c.AddNodeToSubset: _to_subset,
        c.RemoveNodeFromSubset: _from_subset,
    }
)
