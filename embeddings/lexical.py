"""What the texts of its ends say for and against an edge.

A child is mostly called and defined after its parent ("an X that ..."), and like its siblings.
Each comparison of texts scores an edge and all candidates of its slot, so that the better rival
speaks against it. Texts are compared by TF-IDF cosines of words and of character n-grams, and by
which names occur in which texts; what needs edges (siblings) is asked of a graph without the edges
that are judged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.edits import Floats
from embeddings.resolvent import Matrix, Resolvent, SparseMatrix, resolvents
from embeddings.tensors import Indices
from embeddings.texts import Texts

Mask = NDArray[np.bool_]

#: Words at the beginning of a definition among which its genus is looked for.
_GENUS = 10
#: Words of the longest name that is looked for in texts.
_LONGEST_NAME = 8
#: Candidates of a slot that an edge is compared with at most, an even sample of more.
_MOST_CANDIDATES = 2000
_CHUNK = 1000
#: Ridge of the resolvent of similar texts, beside the mean similarity.
_RIDGE = 0.3
#: Columns for each comparison.
_STATISTICS = 4
#: Which of them counts better candidates, and comparisons that ask a graph beside the texts.
_ABOVE, _OF_SIBLINGS = 3, 3


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """A score of pairs: rows of ``heads`` times rows of ``tails``, both (entities, columns)."""

    heads: SparseMatrix
    tails: SparseMatrix


class Lexicon:
    """Texts as matrices, (entities, columns); nothing here comes from edges."""

    def __init__(self, texts: Texts, seed: int = 0) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        names = [" ".join((label, *more)) for label, more in _pairs(texts)]
        signs = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), dtype=np.float32)
        chars = signs.fit_transform(texts.labels).tocsr()
        tokens = TfidfVectorizer(
            tokenizer=str.split, token_pattern=None, sublinear_tf=True, dtype=np.float32
        )
        tokens.fit([*names, *texts.definitions])
        named = tokens.transform(names).tocsr()
        labelled = tokens.transform(texts.labels).tocsr()
        defined = tokens.transform(texts.definitions).tocsr()
        in_label, in_genus, in_definition, owned = _mentions(texts)
        self.size = len(texts.labels)
        self.comparisons = (
            Comparison(chars, chars),
            Comparison(labelled, labelled),
            Comparison(named, named),
            Comparison(defined, labelled),
            Comparison(labelled, defined),
            Comparison(defined, defined),
            Comparison(in_label, owned),
            Comparison(in_genus, owned),
            Comparison(in_definition, owned),
        )
        #: Cosines of entities are products of rows.
        self.described: SparseMatrix = sparse.hstack((chars, named, defined), format="csr")
        self.described *= np.float32(3**-0.5)
        self.resolvent: Resolvent = resolvents(self.described, (_RIDGE,), seed)[0]
        self.own = _own(texts)

    @property
    def width(self) -> int:
        """The columns of :meth:`LexicalEvidence.features`."""
        own: int = self.own.shape[1]
        return 2 * ((len(self.comparisons) + _OF_SIBLINGS) * _STATISTICS + own)

    def closer(self, features: Floats) -> Indices:
        """How many other candidates all texts prefer to the tail, at least: (n,).

        ``features`` are those of the evidence. Sampled candidates count as all of them.
        """
        above = features[:, _ABOVE : len(self.comparisons) * _STATISTICS : _STATISTICS]
        found: Indices = np.floor(np.expm1(above).min(axis=1)).astype(np.int64)
        return found

    def likely(self, source: int, candidates: Indices) -> Floats:
        """How well the texts of candidates as tails fit a head, (candidates,): 0 to comparisons."""
        total = np.zeros(len(candidates))
        for comparison in self.comparisons:
            scores = comparison.heads[source] @ comparison.tails[candidates].T
            scores = np.asarray(scores.todense()).ravel()
            total += scores / max(float(scores.max(initial=0)), 1e-9)
        return total


def _pairs(texts: Texts) -> list[tuple[str, tuple[str, ...]]]:
    return list(zip(texts.labels, texts.synonyms, strict=True))


def _mentions(texts: Texts) -> tuple[SparseMatrix, SparseMatrix, SparseMatrix, SparseMatrix]:
    """Which names occur in labels, where definitions begin, and in definitions; and whose they are.

    Longer names weigh more, as the number of their words squared: what is called "white blood
    cell count" is more of a "cell count" than of a "count".
    """
    from sklearn.feature_extraction.text import CountVectorizer

    names = [{label, *more} - {""} for label, more in _pairs(texts)]
    known = sorted({name for some in names for name in some if name.count(" ") < _LONGEST_NAME})
    place = {name: i for i, name in enumerate(known)}
    pairs = [(row, place[name]) for row, some in enumerate(names) for name in some if name in place]
    rows, columns = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    shape = len(names), len(known)
    ones = np.ones(len(rows), dtype=np.float32)
    owned = sparse.csr_matrix((ones, (rows, columns)), shape=shape)
    weights = np.array([(name.count(" ") + 1) ** 2 for name in known], dtype=np.float32)
    grams = CountVectorizer(
        tokenizer=str.split,
        token_pattern=None,
        ngram_range=(1, _LONGEST_NAME),
        vocabulary=place,
        binary=True,
        dtype=np.float32,
    )
    begun = [" ".join(text.split()[:_GENUS]) for text in texts.definitions]
    found = [
        grams.transform(part).multiply(weights).tocsr()
        for part in (texts.labels, begun, texts.definitions)
    ]
    return found[0], found[1], found[2], owned


def _own(texts: Texts) -> Floats:
    """Words of label and definition, and synonyms, of each entity: (entities, 3)."""
    counted = [
        (len(label.split()), len(definition.split()), len(more))
        for label, definition, more in zip(
            texts.labels, texts.definitions, texts.synonyms, strict=True
        )
    ]
    found: Floats = np.array(counted, dtype=np.float64).reshape(-1, 3)
    return found


class LexicalEvidence:
    """Features of edges from texts and from a graph, (n, 3), that does not hold the edges."""

    def __init__(
        self, lexicon: Lexicon, triples: Indices, num_relations: int, seed: int = 0
    ) -> None:
        self._lexicon = lexicon
        self._generator = np.random.default_rng((seed, 17))
        self._adjacency: list[SparseMatrix] = []
        for relation in range(num_relations):
            own = triples[triples[:, 1] == relation]
            there = _matrix(own[:, 0], own[:, 2], lexicon.size)
            self._adjacency += [there, there.T.tocsr()]

    def features(self, triples: Indices) -> Floats:
        """One row for each edge: how good its tail is for its head, and its head for its tail."""
        h, r, t = triples.T
        tails = self._compared(h, 2 * r, t, backwards=False)
        heads = self._compared(t, 2 * r + 1, h, backwards=True)
        return np.concatenate((tails, heads, self._lexicon.own[h], self._lexicon.own[t]), axis=1)

    def _compared(
        self, sources: Indices, directed: Indices, targets: Indices, backwards: bool
    ) -> Floats:
        lexicon = self._lexicon
        width = (len(lexicon.comparisons) + _OF_SIBLINGS) * _STATISTICS
        result = np.zeros((len(sources), width))
        for d in np.unique(directed).tolist():
            rows = np.flatnonzero(directed == d)
            slot = _Slot(lexicon, self._adjacency[d], self._candidates(d), backwards)
            for begin in range(0, len(rows), _CHUNK):
                some = rows[begin : begin + _CHUNK]
                result[some] = slot.compared(sources[some], targets[some])
        return result

    def _candidates(self, directed: int) -> Indices:
        """The entities that a directed relation leads to, an even sample of many."""
        found: Indices = np.unique(self._adjacency[directed].indices).astype(np.int64)
        if len(found) > _MOST_CANDIDATES:
            found = np.sort(self._generator.choice(found, _MOST_CANDIDATES, replace=False))
        return found


class _Slot:
    """One end of a relation: what entities it leads to, and from which."""

    def __init__(
        self, lexicon: Lexicon, adjacency: SparseMatrix, candidates: Indices, backwards: bool
    ) -> None:
        self._lexicon, self._adjacency, self._backwards = lexicon, adjacency, backwards
        self._candidates = candidates
        self._holders = adjacency.tocsc()

    def compared(self, sources: Indices, targets: Indices) -> Floats:
        """Statistics of each comparison and of siblings, (n, width)."""
        unique, inverse = np.unique(sources, return_inverse=True)
        asked = np.union1d(self._candidates, targets)
        own = np.searchsorted(asked, targets)
        taken = np.isin(asked, self._candidates)
        has = np.asarray(self._adjacency[unique][:, asked].todense()) > 0
        scored = self._scores(unique, asked)
        return np.concatenate([_statistics(s, inverse, own, taken, has) for s in scored], axis=1)

    def _scores(self, sources: Indices, asked: Indices) -> list[Matrix]:
        """Scores of sources with what is asked, (sources, asked) each."""
        found: list[Matrix] = []
        for comparison in self._lexicon.comparisons:
            here, there = comparison.heads, comparison.tails
            if self._backwards:
                here, there = there, here
            found.append(np.asarray((here[sources] @ there[asked].T).todense()))
        holders = self._holders[:, asked]
        counts = np.diff(holders.indptr)
        described = self._lexicon.described
        alike = np.asarray((described[sources] @ described.T).todense())
        # What a source has itself says nothing of those like it.
        alike[np.arange(len(sources)), sources] = 0
        own = np.asarray(self._adjacency[sources][:, asked].todense()) > 0
        total = (holders.T @ alike.T).T
        found.append(total / np.maximum(counts - own, 1))
        found.append(_largest(alike, holders))
        found.append(self._lexicon.resolvent.spread(sources, holders.tocsr()))
        return found


def _largest(alike: Matrix, holders: SparseMatrix) -> Matrix:
    """The likeness of the most alike of each column's holders, 0 without any."""
    result = np.zeros((len(alike), holders.shape[1]), dtype=np.float32)
    filled = np.flatnonzero(np.diff(holders.indptr))
    if len(filled):
        starts = holders.indptr[filled]
        result[:, filled] = np.maximum.reduceat(alike[:, holders.indices], starts, axis=1)
    return result


def _statistics(scores: Matrix, rows: Indices, own: Indices, taken: Mask, has: Mask) -> Floats:
    """Value, lead over the best other candidate, z and share of candidates above: (n, 4)."""
    value = scores[rows, own]
    among = scores[:, taken]
    if not among.shape[1]:
        return np.stack((value, value, np.zeros_like(value), np.zeros_like(value)), axis=1)
    mean, deviation = among.mean(axis=1)[rows], among.std(axis=1)[rows]
    rival = np.where(taken & ~has, scores, -np.inf)[rows]
    rival[np.arange(len(rows)), own] = -np.inf
    best = np.maximum(rival.max(axis=1), 0)
    level = value[:, None]
    above = (rival > level).sum(axis=1) + 0.5 * (rival == level).sum(axis=1)
    return np.stack(
        (value, value - best, (value - mean) / (deviation + 1e-6), np.log1p(above)), axis=1
    )


def _matrix(heads: Indices, tails: Indices, size: int) -> SparseMatrix:
    ones = np.ones(len(heads), dtype=np.float32)
    return sparse.csr_matrix((ones, (heads, tails)), shape=(size, size))
