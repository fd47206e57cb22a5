"""Many sets of qualifiers as their canonical bytes, which become objects only where asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, overload

from graph.decoding import decode_qualifiers
from graph.model import Node, Qualifier, encode_qualifiers

#: How a node begins inside canonical bytes: its kind, and a length of less than 2**40.
_NODE: Final = b"N\0\0\0"


class EncodedGroups(Sequence[tuple[Qualifier, ...]]):
    """Sets of qualifiers by place; ``encoded`` has the canonical bytes of each.

    A look at one decodes it, and raises what ``decode`` raises where those are no such bytes.
    """

    __slots__ = ("_decode", "encoded")

    def __init__(
        self,
        encoded: Sequence[bytes],
        decode: Callable[[bytes], tuple[Qualifier, ...]] = decode_qualifiers,
    ) -> None:
        self.encoded = encoded
        self._decode = decode

    @overload
    def __getitem__(self, place: int) -> tuple[Qualifier, ...]: ...

    @overload
    def __getitem__(self, place: slice) -> EncodedGroups: ...

    def __getitem__(self, place: int | slice) -> tuple[Qualifier, ...] | EncodedGroups:
        if isinstance(place, slice):
            return EncodedGroups(self.encoded[place], self._decode)
        return self._decode(self.encoded[place])

    def __len__(self) -> int:
        return len(self.encoded)


def encoded(groups: Sequence[tuple[Qualifier, ...]]) -> Sequence[bytes]:
    """The canonical bytes of each set of qualifiers, by place."""
    if isinstance(groups, EncodedGroups):
        return groups.encoded
    return [encode_qualifiers(group) for group in groups]


def mentions(groups: Iterable[bytes]) -> dict[int, set[Node]]:
    """Nodes in encoded sets of qualifiers, by place; those without any are left out."""
    found: dict[int, set[Node]] = {}
    for place, data in enumerate(groups):
        # A text may look like a node, but no node looks like anything else.
        if _NODE in data:
            nodes = {node for q in decode_qualifiers(data) for node in q.mentions()}
            if nodes:
                found[place] = nodes
    return found
