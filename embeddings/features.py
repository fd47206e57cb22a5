"""What is known of entities beside their edges: text, numbers, and when edges hold.

All of it is arrays by the rows of a vocabulary; :func:`graph_data` puts them into torch_geometric
data.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from embeddings.geometric import geometric
from embeddings.tensors import EdgeTable
from graph.model import Key, Literal, Node
from graph.snapshot import Columns, Snapshot
from graph.vocabulary import DEFINITION, LABEL, VALID_FROM, VALID_TO

if TYPE_CHECKING:
    from torch_geometric.data import Data, HeteroData

Floats32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class FeatureRule:
    """Which literals become features.

    ``texts`` are the predicates whose literals are read together as the entity's text, hashed
    into ``width`` columns (0: no text); ``numbers`` are those whose literals are numbers, two
    columns each: the value as a z-score over the entities that have one, and whether there is
    one. Other literals are no features.
    """

    texts: tuple[Node, ...] = (LABEL, DEFINITION)
    width: int = 256
    numbers: tuple[Node, ...] = ()


def entity_features(
    snapshot: Snapshot, table: EdgeTable, rule: FeatureRule | None = None
) -> Floats32:
    """Features of every row of the table's vocabulary, shape (entities, columns).

    Text: character n-grams of 3 to 5 within words, hashed with signs, of length 1; an entity
    without text is 0. Of several numbers of one predicate the mean counts.
    """
    rule = rule or FeatureRule()
    columns = snapshot.columns()
    parts = []
    if rule.width:
        parts.append(text_features(texts_of(columns, table, rule.texts), rule.width))
    parts += [_numbers(columns, table, predicate) for predicate in rule.numbers]
    return np.concatenate([np.zeros((table.num_entities, 0), np.float32), *parts], axis=1)


def texts_of(columns: Columns, table: EdgeTable, predicates: Iterable[Node]) -> list[str]:
    """The text of each row: its literals by predicate, in the order asked, then sorted."""
    found: list[list[str]] = [[] for _ in range(table.num_entities)]
    for predicate in predicates:
        for row, literals in literals_of(columns, table, predicate).items():
            found[row] += sorted(literal.value for literal in literals)
    return [" \n ".join(texts) for texts in found]


def text_features(texts: list[str], width: int) -> Floats32:
    """Hashed n-grams of texts, shape (texts, width)."""
    from sklearn.feature_extraction.text import HashingVectorizer

    if not texts:
        return np.zeros((0, width), dtype=np.float32)
    vectoriser = HashingVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), n_features=width, dtype=np.float32
    )
    return np.asarray(vectoriser.transform(texts).todense(), dtype=np.float32)


def literals_of(columns: Columns, table: EdgeTable, predicate: Node) -> dict[int, list[Literal]]:
    """The literals that a predicate has at each row of the vocabulary."""
    terms, rows = columns.terms, table.vocabulary.entity_rows
    if predicate not in terms:
        return {}
    found: dict[int, list[Literal]] = {}
    for i in np.flatnonzero(columns.predicate == terms.index(predicate)).tolist():
        subject, value = terms[columns.subject[i]], terms[columns.object[i]]
        if isinstance(value, Literal) and isinstance(subject, str) and subject in rows:
            found.setdefault(rows[subject], []).append(value)
    return found


def _numbers(columns: Columns, table: EdgeTable, predicate: Node) -> Floats32:
    result = np.zeros((table.num_entities, 2), dtype=np.float32)
    values: dict[int, float] = {}
    for row, literals in literals_of(columns, table, predicate).items():
        numbers = [n for n in map(_number, literals) if n is not None]
        if numbers:
            values[row] = float(np.mean(numbers))
    if values:
        rows = np.fromiter(values, dtype=np.int64)
        found = np.fromiter(values.values(), dtype=np.float64)
        result[rows, 0] = (found - found.mean()) / (found.std() or 1.0)
        result[rows, 1] = 1
    return result


def _number(literal: Literal) -> float | None:
    try:
        value = float(literal.value)
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def valid_times(snapshot: Snapshot, table: EdgeTable) -> NDArray[np.float64]:
    """When each edge holds, in days since 1970-01-01, shape (edges, 2).

    From the statement's qualifiers ``valid_from`` and ``valid_to``, which are ISO dates or times;
    -inf and inf where one is missing or is no date.
    """
    columns = snapshot.columns()
    spans: dict[Key, tuple[float, float]] = {}
    for i in np.flatnonzero(columns.qualifier).tolist():
        told = {
            q.predicate: _days(q.value.value)
            for q in columns.qualifiers[columns.qualifier[i]]
            if q.predicate in (VALID_FROM, VALID_TO) and isinstance(q.value, Literal)
        }
        if told:
            key = tuple(columns.terms[c[i]] for c in (columns.subject, columns.predicate))
            start, end = told.get(VALID_FROM), told.get(VALID_TO)
            spans[str(key[0]), str(key[1]), columns.terms[columns.object[i]]] = (
                -np.inf if start is None else start,
                np.inf if end is None else end,
            )
    always = (-np.inf, np.inf)
    found = [spans.get(key, always) for key in table.statements] if spans else [always] * len(table)
    return np.array(found, dtype=np.float64).reshape(-1, 2)


def _days(text: str) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp() / 86400


def graph_data(
    snapshot: Snapshot,
    table: EdgeTable,
    rule: FeatureRule | None = None,
    inverses: bool = True,
) -> Data:
    """A snapshot as torch_geometric data, with what :func:`entity_features` gives as ``x``.

    ``edge_index`` [2, E] and ``edge_type`` [E]: with inverses every edge twice, as directed
    relation 2 r from head to tail and 2 r + 1 back, the second half in the order of the first.
    ``edge_attr`` [E, 2] is :func:`valid_times`.
    """
    data = table.data()
    data.x = torch.from_numpy(entity_features(snapshot, table, rule))
    data.edge_attr = torch.from_numpy(valid_times(snapshot, table))
    if inverses:
        index, kind = data.edge_index, data.edge_type
        data.edge_index = torch.cat((index, index.flip(0)), dim=1)
        data.edge_type = torch.cat((2 * kind, 2 * kind + 1))
        data.edge_attr = torch.cat((data.edge_attr, data.edge_attr))
        data.num_relations = 2 * table.num_relations
    return data


def hetero_data(
    snapshot: Snapshot, table: EdgeTable, rule: FeatureRule | None = None
) -> HeteroData:
    """The same with an edge store for each relation: ("entity", IRI, "entity") and its inverse.

    The inverse of a relation is named ``rev_`` and its IRI, as torch_geometric's ToUndirected does.
    """
    kind: type[HeteroData] = geometric("data").HeteroData
    data = kind()
    data["entity"].x = torch.from_numpy(entity_features(snapshot, table, rule))
    data["entity"].num_nodes = table.num_entities
    triples = torch.from_numpy(table.triples)
    times = torch.from_numpy(valid_times(snapshot, table))
    for relation, name in enumerate(table.vocabulary.relations):
        own = triples[:, 1] == relation
        index = triples[own][:, [0, 2]].t().contiguous()
        for label, ends in ((name, index), (f"rev_{name}", index.flip(0))):
            data["entity", label, "entity"].edge_index = ends
            data["entity", label, "entity"].edge_attr = times[own]
    return data
