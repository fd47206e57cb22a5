"""Full-text search: which nodes a few words find, and in which order."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

from graph.model import Literal, Node, Statement
from graph.snapshot import Match
from graph.vocabulary import COMMENT, DEFINITION, LABEL, SKOS
from graph.words import words

#: A label says more about what a node is than a definition does; a synonym is between them.
_WEIGHT: Final = MappingProxyType(
    {LABEL: 0, SKOS + "prefLabel": 0, DEFINITION: 2, SKOS + "definition": 2, COMMENT: 3}
)
_SYNONYM: Final = 1


def ranked(text: str, statements: Iterable[Statement], limit: int) -> list[Match]:
    """The best text of each node, best nodes first.

    A text is found when each word asked for begins one of its words. Whole texts come before
    whole words before beginnings, then labels before synonyms before definitions, then short
    texts.
    """
    asked = words(text)
    best: dict[Node, tuple[tuple[object, ...], Match]] = {}
    if not asked:
        return []
    for statement in statements:
        if not isinstance(statement.object, Literal):
            continue
        value = statement.object.value
        having = words(value)
        if not all(any(word.startswith(start) for word in having) for start in asked):
            continue
        rank = (
            having != asked,
            not set(asked) <= set(having),
            _WEIGHT.get(statement.predicate, _SYNONYM),
            len(having),
            value,
            statement.predicate,
        )
        match = Match(statement.subject, statement.predicate, value, value == text)
        known = best.get(statement.subject)
        if known is None or rank < known[0]:
            best[statement.subject] = (rank, match)
    order = sorted(best.values(), key=lambda found: (found[0], found[1].node))
    return [match for _, match in order[:limit]]
