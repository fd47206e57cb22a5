"""Snapshots as edges between numbered rows, and as torch_geometric data.

Which statements are edges is an :class:`EdgeRule`; which row an entity has is a
:class:`Vocabulary`, which only ever grows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from embeddings.geometric import geometric
from graph.axioms import is_annotation_predicate
from graph.expression import Expression
from graph.model import Key, Node, Object, Qualifier
from graph.snapshot import UNCOMMITTED, Columns, Snapshot, Version
from graph.vocabulary import (
    ANNOTATION_PROPERTY,
    DEFAULT_ONTOLOGY,
    EQUIVALENT_CLASS,
    KGDELTA,
    OBJECT_PROPERTY,
    ONTOLOGY,
    OWL,
    RDF,
    RDF_TYPE,
    RDFS,
    SUBCLASS_OF,
    XSD,
)

if TYPE_CHECKING:
    from torch_geometric.data import Data

Indices = NDArray[np.int64]

#: A statement with the qualifier (SOURCE, a node that starts with MODEL) was written by a model.
SOURCE: Final = KGDELTA + "source"
MODEL: Final = KGDELTA + "model"

_VOCABULARIES: Final = (OWL, RDF, RDFS, XSD)
_RECORDS: Final = frozenset({ONTOLOGY, OBJECT_PROPERTY, ANNOTATION_PROPERTY})


@dataclass(frozen=True, slots=True)
class EdgeRule:
    """Which statements a model sees as edges.

    Kept: statements from node to node that are logical (``graph.axioms``), and ``rdf:type`` of
    an individual. Left out: annotations, literals, what is said about the ontology itself and
    about relations, objects out of the OWL, RDF, RDFS and XSD vocabularies, and statements that
    a model wrote. ``expressions`` adds the edges that an intersection entails: genus and
    differentia of ``EquivalentClasses`` and ``SubClassOf``.
    """

    expressions: bool = True
    model_statements: bool = False
    exclude: frozenset[Node] = frozenset()

    def takes_predicate(self, predicate: Object) -> bool:
        """Whether statements with this predicate can be edges."""
        return (
            isinstance(predicate, str)
            and predicate not in self.exclude
            and (predicate == RDF_TYPE or not is_annotation_predicate(predicate))
        )

    def takes_qualifiers(self, qualifiers: Iterable[Qualifier]) -> bool:
        """Whether the statement's source may train a model."""
        return self.model_statements or not any(
            q.predicate == SOURCE and isinstance(q.value, str) and q.value.startswith(MODEL)
            for q in qualifiers
        )


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The row of every entity and relation; rows are appended and never reused."""

    entities: tuple[Node, ...] = ()
    relations: tuple[Node, ...] = ()
    entity_rows: dict[Node, int] = field(init=False, repr=False, compare=False)
    relation_rows: dict[Node, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "entity_rows", {n: i for i, n in enumerate(self.entities)})
        object.__setattr__(self, "relation_rows", {n: i for i, n in enumerate(self.relations)})

    def extended(self, entities: Iterable[Node], relations: Iterable[Node]) -> Vocabulary:
        """A vocabulary with what is new behind what is known, in the order of the ids."""
        new_entities = sorted(set(entities) - self.entity_rows.keys())
        new_relations = sorted(set(relations) - self.relation_rows.keys())
        if not new_entities and not new_relations:
            return self
        return Vocabulary((*self.entities, *new_entities), (*self.relations, *new_relations))


@dataclass(frozen=True, slots=True, eq=False)
class EdgeTable:
    """The edges of one snapshot over a vocabulary, sorted by (head, relation, tail).

    ``triples`` has shape (edges, 3): rows of head, relation, tail; int64, no repetitions.
    ``statements[i]`` is the (subject, predicate, object) that edge ``i`` stands for.
    ``features`` (entities, columns) is what else is known of each row, for models that read it.
    """

    vocabulary: Vocabulary
    triples: Indices
    statements: tuple[Key, ...]
    version: Version = UNCOMMITTED
    features: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.statements)

    @property
    def num_entities(self) -> int:
        """Rows of entities, retired ones too."""
        return len(self.vocabulary.entities)

    @property
    def num_relations(self) -> int:
        """Rows of relations."""
        return len(self.vocabulary.relations)

    def live(self) -> Indices:
        """Rows of the entities that have an edge here; the others are retired."""
        return np.unique(self.triples[:, [0, 2]])

    def degrees(self) -> Indices:
        """Edges at each entity, shape (entities,); a loop counts twice."""
        return np.bincount(self.triples[:, [0, 2]].ravel(), minlength=self.num_entities)

    def keys(self) -> Indices:
        """One number for each edge, equal where the edge is equal under the same vocabulary."""
        return edge_keys(self.triples)

    def data(self) -> Data:
        """As torch_geometric data: edge_index [2, E], edge_type [E], num_nodes, num_relations."""
        import torch

        triples = torch.from_numpy(np.ascontiguousarray(self.triples))
        kind: type[Data] = geometric("data").Data
        return kind(
            edge_index=triples[:, [0, 2]].t().contiguous(),
            edge_type=triples[:, 1].contiguous(),
            num_nodes=self.num_entities,
            num_relations=self.num_relations,
        )


def edge_keys(triples: Indices) -> Indices:
    """(head, relation, tail) packed into one int64; 24, 15 and 24 bits."""
    packed: Indices = (triples[:, 0] << 39) | (triples[:, 1] << 24) | triples[:, 2]
    return packed


def read_edges(
    snapshot: Snapshot, vocabulary: Vocabulary | None = None, rule: EdgeRule | None = None
) -> EdgeTable:
    """The edges of a snapshot; the vocabulary is extended by what it does not know yet."""
    rule = rule or EdgeRule()
    columns = snapshot.columns()
    records = _records(columns)
    rows = _takes(columns, rule, records)
    asserted = np.stack([c[rows] for c in (columns.subject, columns.predicate, columns.object)], 1)
    entailments = list(_entailments(columns, rule, records))
    terms = columns.terms
    known = (vocabulary or Vocabulary()).extended(
        chain(
            (str(terms[i]) for i in np.unique(asserted[:, [0, 2]])),
            (node for (s, _, o), _ in entailments for node in (s, o)),
        ),
        chain(
            (str(terms[i]) for i in np.unique(asserted[:, 1])),
            (relation for (_, relation, _), _ in entailments),
        ),
    )
    entities, relations = known.entity_rows, known.relation_rows
    triples = np.concatenate(
        (
            np.stack(
                [
                    _places(terms, asserted[:, i], relations if i == 1 else entities)
                    for i in range(3)
                ],
                axis=1,
            ),
            np.array(
                [(entities[s], relations[p], entities[o]) for (s, p, o), _ in entailments],
                dtype=np.int64,
            ).reshape(-1, 3),
        )
    )
    # Of equal edges the first stays: asserted ones name themselves and stand before entailed.
    _, first = np.unique(edge_keys(triples), return_index=True)
    names = np.array(terms, dtype=object)
    split = len(asserted)
    own = asserted[first[first < split]]
    columns_of = (names[own[:, i]].tolist() for i in range(3))
    keys: NDArray[np.object_] = np.empty(len(first), dtype=object)
    keys[first < split] = _objects(zip(*columns_of, strict=True))
    keys[first >= split] = _objects(entailments[i - split][1] for i in first[first >= split])
    return EdgeTable(known, triples[first], tuple(keys.tolist()), snapshot.version)


def _objects(keys: Iterable[Key]) -> NDArray[np.object_]:
    """Tuples as an array of objects, which numpy would else take for rows."""
    listed = list(keys)
    found: NDArray[np.object_] = np.empty(len(listed), dtype=object)
    found[:] = listed
    return found


def _places(terms: Sequence[Object], column: Indices, rows: dict[Node, int]) -> Indices:
    """The row of each term of a column."""
    distinct, inverse = np.unique(column, return_inverse=True)
    found = np.array([rows[str(terms[i])] for i in distinct.tolist()], dtype=np.int64)
    return found[inverse] if len(found) else column.astype(np.int64)


def table_from_triples(
    triples: Indices, vocabulary: Vocabulary, version: Version = UNCOMMITTED
) -> EdgeTable:
    """A table of rows of an existing vocabulary; repetitions are dropped."""
    unique = np.unique(triples.reshape(-1, 3), axis=0)
    names, relations = vocabulary.entities, vocabulary.relations
    statements = tuple((names[h], relations[r], names[t]) for h, r, t in unique)
    return EdgeTable(vocabulary, unique, statements, version)


def _takes(columns: Columns, rule: EdgeRule, records: frozenset[Node]) -> Indices:
    """Places of the statements that are edges themselves."""
    plain = np.array([_is_entity(term, records) for term in columns.terms], dtype=bool)
    if not len(columns):
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(_good(columns, rule, plain) & plain[columns.object])


def _is_entity(term: Object, records: frozenset[Node]) -> bool:
    return isinstance(term, str) and term not in records and not term.startswith(_VOCABULARIES)


def _good(columns: Columns, rule: EdgeRule, plain: NDArray[np.bool_]) -> NDArray[np.bool_]:
    predicate = np.zeros(len(columns.terms), dtype=bool)
    for row in np.unique(columns.predicate):
        predicate[row] = rule.takes_predicate(columns.terms[row])
    distinct = np.unique(columns.qualifier)
    trusted = np.zeros(int(distinct.max(initial=0)) + 1, dtype=bool)
    for place in distinct.tolist():
        trusted[place] = rule.takes_qualifiers(columns.qualifiers[place])
    good: NDArray[np.bool_] = (
        plain[columns.subject] & predicate[columns.predicate] & trusted[columns.qualifier]
    )
    return good


def _entailments(
    columns: Columns, rule: EdgeRule, records: frozenset[Node]
) -> Iterator[tuple[tuple[Node, Node, Node], Key]]:
    """(edge, the statement that entails it) of every expression."""
    if not rule.expressions or not len(columns):
        return
    terms = columns.terms
    tree = np.array([isinstance(term, Expression) for term in terms], dtype=bool)
    plain = np.array([_is_entity(term, records) for term in terms], dtype=bool)
    for i in np.flatnonzero(_good(columns, rule, plain) & tree[columns.object]):
        s, p, o = (terms[c[i]] for c in (columns.subject, columns.predicate, columns.object))
        if (
            isinstance(s, str)
            and isinstance(o, Expression)
            and p in (EQUIVALENT_CLASS, SUBCLASS_OF)
        ):
            for relation, filler in entailed(o):
                if rule.takes_predicate(relation) and filler not in records:
                    yield (s, relation, filler), (s, str(p), o)


def _records(columns: Columns) -> frozenset[Node]:
    """Nodes that are the ontology or a relation, which are no entities of the graph."""
    terms = columns.terms
    if RDF_TYPE not in terms:
        return frozenset({DEFAULT_ONTOLOGY})
    of_type = columns.predicate == terms.index(RDF_TYPE)
    typed = (
        terms[s]
        for s, o in zip(columns.subject[of_type], columns.object[of_type], strict=True)
        if terms[o] in _RECORDS
    )
    return frozenset({DEFAULT_ONTOLOGY, *(term for term in typed if isinstance(term, str))})


def entailed(tree: Expression) -> Iterator[tuple[Node, Node]]:
    """(relation, filler) of every edge that being under this expression entails.

    Of an intersection: its named members as parents, its *some* restrictions as edges.
    """
    if tree.operator == "ObjectIntersectionOf":
        for member in tree.arguments:
            if isinstance(member, str):
                yield SUBCLASS_OF, member
            elif isinstance(member, Expression):
                yield from entailed(member)
    elif tree.operator == "ObjectSomeValuesFrom" and len(tree.arguments) == 2:
        relation, filler = tree.arguments
        if isinstance(relation, str) and isinstance(filler, str):
            yield relation, filler
