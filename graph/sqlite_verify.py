"""Whether a store is what it claims: ids, digests and states recomputed from the rows."""

from __future__ import annotations

from collections.abc import Iterator

from graph.errors import CorruptStoreError
from graph.model import encode_object
from graph.sqlite_commits import Commits
from graph.sqlite_database import Database
from graph.sqlite_replay import Replay
from graph.sqlite_terms import Terms, digest_of, value_from
from graph.words import words


class Verification:
    """One pass over a file and one of its graphs."""

    def __init__(self, database: Database, gid: int, terms: Terms, commits: Commits) -> None:
        self._database = database
        self._gid = gid
        self._terms = terms
        self._commits = commits

    def run(self) -> Iterator[str]:
        """One line for each thing that is damaged; nothing where all is well."""
        self._terms.forget()
        parts = (
            self._file,
            self._values,
            self._words,
            self._qualifiers,
            self._branches,
            self._facts,
        )
        for part in parts:
            try:
                yield from part()
            except CorruptStoreError as error:
                yield str(error)
            except (TypeError, ValueError, LookupError, AttributeError, OverflowError) as error:
                # A damaged row may hold anything, of any type; its kind is all that can be said.
                yield f"{part.__name__.strip('_')}: damaged rows: {error!r}"

    def _file(self) -> Iterator[str]:
        for row in self._database.rows("PRAGMA integrity_check"):
            if row[0] != "ok":
                yield f"file: {row[0]}"

    def _values(self) -> Iterator[str]:
        rows = self._database.rows("SELECT vid, text, datatype, language, tree, digest FROM value")
        for vid, text, datatype, language, tree, digest in rows:
            try:
                term = value_from(text, datatype, language, tree, f"value {vid}")
            except CorruptStoreError as error:
                yield str(error)
                continue
            if digest_of(encode_object(term)) != digest:
                yield f"value {vid}: its text does not match its digest"

    def _words(self) -> Iterator[str]:
        """Every text that a search looks at is indexed by its words, and by nothing else."""
        # It holds nothing: it shows the index, and goes with the connection.
        self._database.rows(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.word_entry "
            "USING fts5vocab(main, word, instance)"
        )
        rows = self._database.rows(
            "SELECT v.vid, v.text, e.terms FROM (SELECT vid, text FROM value "
            "WHERE searched IS NOT NULL) AS v FULL JOIN (SELECT doc, group_concat(term, ' ') "
            "AS terms FROM temp.word_entry GROUP BY doc) AS e ON e.doc=v.vid"
        )
        for vid, text, terms in rows:
            if vid is None:
                yield "words: a search finds a text that is not there"
            elif set(words(text)) != set((terms or "").split()):
                yield f"value {vid}: a search does not find it by its words"

    def _qualifiers(self) -> Iterator[str]:
        for qid, data, digest in self._database.rows("SELECT qid, data, digest FROM qualifier"):
            if digest_of(data) != digest:
                yield f"qualifiers {qid}: the content does not match its digest"

    def _branches(self) -> Iterator[str]:
        rows = self._database.rows(
            "SELECT bid, coalesce(name, '(deleted)'), seq, head, parent, fork FROM branch "
            "WHERE gid=? ORDER BY depth, bid",
            (self._gid,),
        )
        replay = Replay(self._database, self._terms, self._commits)
        for row in rows:
            yield from replay.branch(row)

    def _facts(self) -> Iterator[str]:
        rows = self._database.rows(
            "SELECT f.fid FROM fact AS f JOIN branch AS b ON b.bid=f.branch AND b.gid=? "
            "WHERE NOT EXISTS (SELECT 1 FROM commits AS c CROSS JOIN fact AS g INDEXED BY fact_out "
            "ON g.s=f.s AND g.branch=c.branch AND g.p=f.p AND g.o=f.o AND g.q=f.q "
            "AND g.since=c.seq WHERE c.cid=f.origin)",
            (self._gid,),
        )
        for (fid,) in rows:
            yield f"statement row {fid}: the commit named as its origin did not set it"
