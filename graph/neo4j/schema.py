"""The layout of a database: which nodes there are, what is unique among them, what is indexed.

``(:VersionedGraph {name, layout, changed, commits, seq, rows, token})`` counts a graph's writes
(``changed``), commits, entries of its main line (``seq``) and rows with mentions;
``(:Commit {graph, number, id, ...})`` is a commit, with ``seq`` where it stands on the main line;
``(:Branch)`` and ``(:Tag)`` name commits. The graph itself is ``(:Entity {graph, id})`` and, for
literals and expressions, ``(:Value)``. NEO4J.md has the picture.
"""

from __future__ import annotations

from typing import Final

from graph.errors import CorruptStoreError
from graph.neo4j.server import Server

#: Grows when the layout changes in a way that older code would misread.
LAYOUT: Final = 1

_DECLARATIONS: Final = (
    "CREATE CONSTRAINT kg_graph IF NOT EXISTS FOR (g:VersionedGraph) REQUIRE g.name IS UNIQUE",
    "CREATE CONSTRAINT kg_entity IF NOT EXISTS FOR (e:Entity) REQUIRE (e.graph, e.id) IS UNIQUE",
    "CREATE CONSTRAINT kg_commit IF NOT EXISTS "
    "FOR (c:Commit) REQUIRE (c.graph, c.number) IS UNIQUE",
    "CREATE CONSTRAINT kg_commit_id IF NOT EXISTS FOR (c:Commit) REQUIRE (c.graph, c.id) IS UNIQUE",
    "CREATE CONSTRAINT kg_commit_seq IF NOT EXISTS "
    "FOR (c:Commit) REQUIRE (c.graph, c.seq) IS UNIQUE",
    "CREATE CONSTRAINT kg_branch IF NOT EXISTS FOR (b:Branch) REQUIRE (b.graph, b.name) IS UNIQUE",
    "CREATE CONSTRAINT kg_tag IF NOT EXISTS FOR (t:Tag) REQUIRE (t.graph, t.name) IS UNIQUE",
    "CREATE CONSTRAINT kg_predicate IF NOT EXISTS "
    "FOR (p:Predicate) REQUIRE (p.graph, p.id) IS UNIQUE",
    "CREATE CONSTRAINT kg_type IF NOT EXISTS FOR (p:Predicate) REQUIRE (p.graph, p.type) IS UNIQUE",
    "CREATE CONSTRAINT kg_node_type IF NOT EXISTS "
    "FOR (t:NodeType) REQUIRE (t.graph, t.id) IS UNIQUE",
    "CREATE INDEX kg_value_named IF NOT EXISTS FOR (v:Value) ON (v.named)",
    "CREATE FULLTEXT INDEX kg_value_words IF NOT EXISTS FOR (v:Value) ON EACH [v.words] "
    "OPTIONS {indexConfig: {`fulltext.analyzer`: 'whitespace'}}",
    "CREATE FULLTEXT INDEX kg_entity_names IF NOT EXISTS "
    "FOR (e:Entity) ON EACH [e.label, e.synonyms]",
)


def declare(server: Server) -> None:
    """Make what is missing of constraints and indexes, and wait until they can be used."""
    present = {row[0] for row in server.rows("SHOW INDEXES YIELD name RETURN name")}
    missing = [
        text for text in _DECLARATIONS if text.split()[2 + ("FULLTEXT" in text)] not in present
    ]
    for text in missing:
        server.declare(text)
    if missing:
        server.declare("CALL db.awaitIndexes(300)")


def check(server: Server, layout: object) -> None:
    """Raises CorruptStoreError where a graph was written by newer code."""
    if not isinstance(layout, int):
        raise CorruptStoreError(server.shown, "damaged: the graph does not say its layout")
    if layout > LAYOUT:
        reason = f"written by a newer kgdelta (layout {layout}, this one reads {LAYOUT})"
        raise CorruptStoreError(server.shown, reason)
