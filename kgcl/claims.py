"""What the changes of a batch lay claim to: nodes that come and go, values that are set.

A claim is read off the words alone; :mod:`kgcl.batch` finds those that go against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from kgcl import changes as c
from kgcl.claims_base import Claim, Names
from kgcl.claims_edges import OF_EDGES
from kgcl.claims_nodes import OF_NODES
from kgcl.claims_values import OF_VALUES

#: By class; sets have none of their own, their changes do.
READERS: Final[Mapping[type[c.Change], Callable[[Any, Names], Iterator[Claim]]]] = MappingProxyType(
    {**OF_NODES, **OF_VALUES, **OF_EDGES}
)


def claims(change: c.Change, names: Names) -> Iterator[Claim]:
    """What a change that is no set lays claim to, in no order."""
    return READERS[type(change)](change, names)
