"""The tables of a store: statements as intervals, and the log they come from."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

APPLICATION_ID: Final = 0x6B676431  # "kgd1"
SCHEMA_VERSION: Final = 2

#: ``until`` of a row that still holds. Four bytes in each of three indexes, so not larger.
OPEN: Final = (1 << 31) - 1

#: Indexes of statements, by name; a first load makes them after its rows. The last has no
#: ``until``: closing a row then leaves it as it is, and its readers fetch the row anyway.
FACT_INDEXES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "fact_out": "CREATE INDEX fact_out ON fact(s, branch, until, p, o, since)",
        "fact_in": "CREATE INDEX fact_in ON fact(o, branch, until, p, s, since)",
        "fact_predicate": "CREATE INDEX fact_predicate ON fact(p, branch)",
    }
)

#: Node ids are positive; literals and expressions stand in ``fact.o`` as ``-vid``.
#: ``counter`` has the highest numbers of terms ever given, and how often terms were deleted.
#: ``word`` holds the words of texts that a search finds, by ``value.vid``.
#: A row of ``change`` is a run of ``n`` rows of ``fact``, the first of which is ``fid``.
SCHEMA: Final = (
    "CREATE TABLE counter(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE graph(gid INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    "CREATE TABLE node(nid INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE)",
    """CREATE TABLE value(
        vid INTEGER PRIMARY KEY, text TEXT, datatype TEXT, language TEXT, tree BLOB,
        folded TEXT, digest BLOB NOT NULL UNIQUE, searched INTEGER)""",
    "CREATE INDEX value_folded ON value(folded) WHERE folded IS NOT NULL",
    """CREATE VIRTUAL TABLE word USING fts5(
        text, content='', contentless_delete=1, detail=none, tokenize='ascii')""",
    """CREATE TABLE qualifier(
        qid INTEGER PRIMARY KEY, data BLOB NOT NULL, digest BLOB NOT NULL UNIQUE)""",
    f"""CREATE TABLE fact(
        fid INTEGER PRIMARY KEY, s INTEGER NOT NULL, p INTEGER NOT NULL, o INTEGER NOT NULL,
        q INTEGER NOT NULL, branch INTEGER NOT NULL, since INTEGER NOT NULL,
        until INTEGER NOT NULL DEFAULT {OPEN}, origin INTEGER NOT NULL)""",
    *FACT_INDEXES.values(),
    """CREATE TABLE mention(
        node INTEGER NOT NULL, fid INTEGER NOT NULL, PRIMARY KEY(node, fid)) WITHOUT ROWID""",
    """CREATE TABLE closed(
        fid INTEGER NOT NULL, branch INTEGER NOT NULL, until INTEGER NOT NULL,
        PRIMARY KEY(fid, branch)) WITHOUT ROWID""",
    """CREATE TABLE change(
        branch INTEGER NOT NULL, seq INTEGER NOT NULL, i INTEGER NOT NULL, op INTEGER NOT NULL,
        fid INTEGER NOT NULL, n INTEGER NOT NULL DEFAULT 1,
        PRIMARY KEY(branch, seq, i)) WITHOUT ROWID""",
    """CREATE TABLE commits(
        cid INTEGER PRIMARY KEY, gid INTEGER NOT NULL, id TEXT NOT NULL,
        branch INTEGER NOT NULL, seq INTEGER NOT NULL, first INTEGER, second INTEGER,
        delta BLOB NOT NULL, author TEXT NOT NULL, authored INTEGER NOT NULL,
        committed INTEGER NOT NULL, message TEXT NOT NULL, changes TEXT NOT NULL,
        provenance TEXT NOT NULL, UNIQUE(gid, id))""",
    """CREATE TABLE position(
        branch INTEGER NOT NULL, seq INTEGER NOT NULL, cid INTEGER NOT NULL,
        size INTEGER NOT NULL, PRIMARY KEY(branch, seq)) WITHOUT ROWID""",
    "CREATE INDEX position_commit ON position(cid)",
    """CREATE TABLE branch(
        bid INTEGER PRIMARY KEY, gid INTEGER NOT NULL, name TEXT, seq INTEGER NOT NULL,
        head INTEGER, parent INTEGER, fork INTEGER NOT NULL DEFAULT 0,
        depth INTEGER NOT NULL DEFAULT 0, UNIQUE(gid, name))""",
    """CREATE TABLE tag(
        gid INTEGER NOT NULL, name TEXT NOT NULL, cid INTEGER NOT NULL,
        PRIMARY KEY(gid, name)) WITHOUT ROWID""",
)
