"""Typed changes to canonical KGCL text, one line each, that always parses again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from kgcl import changes as c
from kgcl.parser import MAX_BLOCKS
from kgcl.render_edges import EDGE_FORMS
from kgcl.render_nodes import NODE_FORMS
from kgcl.render_text import TEXT_FORMS
from kgcl.writing import Writer

if TYPE_CHECKING:
    from graph.prefixes import PrefixMap

_FORMS: Final[Mapping[type[c.Change], Callable[[Writer, Any], str]]] = MappingProxyType(
    {**NODE_FORMS, **TEXT_FORMS, **EDGE_FORMS}
)


def render(change: c.Change, prefixes: PrefixMap | None = None, dialect: str = "") -> str:
    """The canonical text of a change: ``parse(render(change)) == [change]``.

    With a prefix map, IRIs are written as names and CURIEs where these read back. A ``dialect``,
    *python* or *java*, is for people who must feed an older tool (:mod:`kgcl.dialects`). Raises
    ValueError where a change holds what no text can say (a space in an IRI, a keyword as a
    name), or what that tool would not read as this change.
    """
    if dialect:
        from kgcl.dialects import render_dialect

        return render_dialect(change, dialect, prefixes)
    return _command(Writer(prefixes), change, 0)


def _command(writer: Writer, change: c.Change, depth: int) -> str:
    if depth > MAX_BLOCKS:
        raise ValueError(f"blocks nest more than {MAX_BLOCKS} deep")
    if isinstance(change, c.Transaction):
        return _block(writer, "begin", change, change.change_set, depth)
    if isinstance(change, c.MultiNodeObsoletion) and not _is_list(change):
        return _block(writer, "begin obsoletion", change, change.change_set, depth)
    return _with_tail(writer, _FORMS[type(change)](writer, change), change, depth)


def _with_tail(writer: Writer, text: str, change: c.Change, depth: int) -> str:
    """A command, then its qualifiers, its clauses, and the changes that come with it."""
    parts = [text]
    if change.qualifiers is not None:
        parts.append(writer.notes(change.qualifiers))
    meta = change.meta
    if meta is not None:
        parts.append(writer.clauses(meta))
        if meta.associated_change_set:
            parts.append("forcing begin" + _members(writer, meta.associated_change_set, depth))
    return " ".join(filter(None, parts))


def _block(
    writer: Writer, word: str, change: c.Change, members: tuple[c.Change, ...], depth: int
) -> str:
    if not members:
        raise ValueError("a set of changes has at least one")
    return _with_tail(writer, word, change, depth) + _members(writer, members, depth)


def _members(writer: Writer, members: tuple[c.Change, ...], depth: int) -> str:
    return "".join(f"; {_command(writer, member, depth + 1)}" for member in members) + "; end"


def _is_list(change: c.MultiNodeObsoletion) -> bool:
    """Whether nothing but nodes is said, so that they can stand in a list."""
    if not all(isinstance(member, c.OBSOLETIONS) for member in change.change_set):
        raise ValueError("an obsoletion of several nodes is made of obsoletions")
    return len(change.change_set) > 1 and all(
        isinstance(member, c.NodeObsoletion) and member == c.NodeObsoletion(member.about_node)
        for member in change.change_set
    )
