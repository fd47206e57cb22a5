"""What entities are called and how they are defined, by the rows of an edge table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np

from embeddings.features import literals_of
from embeddings.tensors import EdgeTable
from graph.model import Node
from graph.snapshot import Snapshot
from graph.vocabulary import (
    BROAD_SYNONYM,
    COMMENT,
    DCTERMS,
    DEFINITION,
    EXACT_SYNONYM,
    LABEL,
    NARROW_SYNONYM,
    RELATED_SYNONYM,
    SKOS,
)

_LABELS: Final = (LABEL, SKOS + "prefLabel")
_SYNONYMS: Final = (
    EXACT_SYNONYM,
    RELATED_SYNONYM,
    NARROW_SYNONYM,
    BROAD_SYNONYM,
    SKOS + "altLabel",
)
#: The first of these that any entity has; a comment defines where nothing else does.
_DEFINITIONS: Final = (
    DEFINITION,
    SKOS + "definition",
    DCTERMS + "description",
    COMMENT,
)
_WORD: Final = re.compile(r"\w+")
#: Entities with a label, of all that have an edge, from which on labels are evidence.
_ENOUGH: Final = 0.5


@dataclass(frozen=True, slots=True)
class Texts:
    """``labels[i]``, ``synonyms[i]`` and ``definitions[i]`` are those of row i, "" for none.

    Words are in lower case with one space between them, as :func:`plain` makes them.
    """

    labels: tuple[str, ...]
    synonyms: tuple[tuple[str, ...], ...]
    definitions: tuple[str, ...]


def read_texts(snapshot: Snapshot, table: EdgeTable) -> Texts | None:
    """The texts of the table's entities, or None where fewer than half of them have a label."""
    columns = snapshot.columns()

    def of(predicates: tuple[Node, ...]) -> list[list[str]]:
        found: list[list[str]] = [[] for _ in range(table.num_entities)]
        for predicate in predicates:
            for row, literals in literals_of(columns, table, predicate).items():
                found[row] += sorted(plain(literal.value) for literal in literals)
        return found

    labels = [texts[0] if texts else "" for texts in of(_LABELS)]
    live = table.live()
    if not len(live) or np.mean([bool(labels[row]) for row in live.tolist()]) < _ENOUGH:
        return None
    definitions: list[list[str]] = []
    for predicate in _DEFINITIONS:
        definitions = of((predicate,))
        if any(definitions):
            break
    return Texts(
        tuple(labels),
        tuple(tuple(texts) for texts in of(_SYNONYMS)),
        tuple(" ".join(texts) for texts in definitions),
    )


def plain(text: str) -> str:
    """The words of a text in lower case, one space between them."""
    return " ".join(_WORD.findall(text.lower().replace("_", " ")))
