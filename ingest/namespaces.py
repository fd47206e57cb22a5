"""The prefixes that a graph declares, the same for equal graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.model import Literal, in_order
from graph.vocabulary import NAMESPACE, PREFIX

if TYPE_CHECKING:
    from graph.snapshot import Snapshot


def declared_namespaces(snapshot: Snapshot) -> dict[str, str]:
    """Namespace by prefix; of a prefix that is declared twice the last in canonical order."""
    found: dict[str, str] = {}
    for statement in in_order(snapshot.statements(predicates={PREFIX})):
        prefix = statement.object
        for qualifier in statement.qualifiers:
            value = qualifier.value
            if qualifier.predicate == NAMESPACE and isinstance(value, Literal):
                found |= {prefix.value: value.value} if isinstance(prefix, Literal) else {}
    return dict(sorted(found.items()))
