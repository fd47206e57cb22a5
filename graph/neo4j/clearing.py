"""A load that was broken off, taken back page by page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from graph.model import Node
from graph.neo4j.ledger import Ledger
from graph.neo4j.main_line import MainLine
from graph.neo4j.naming import MENTIONS
from graph.neo4j.server import Work

#: Nodes looked through in one transaction.
_PAGE: Final = 10_000
_TAKE_BACK: Final = f"""MATCH (s:Entity) WHERE s.graph = $graph AND s.id > $last
WITH s ORDER BY s.id LIMIT $page
WITH max(s.id) AS last, collect(s) AS page
CALL (page) {{
    UNWIND page AS s MATCH (s)-[r]->(o) WHERE r.since = $seq
    DELETE r
    FOREACH (_ IN CASE WHEN o:Value AND type(r) <> '{MENTIONS}' THEN [1] ELSE [] END | DELETE o)
    RETURN collect(DISTINCT s.id) AS nodes
}}
RETURN last, nodes"""
_FORGET: Final = """MATCH (g:VersionedGraph {name: $graph})
SET g.loading = null, g.loadKey = null, g.loadToken = null, g.loaded = null, g.loadedAt = null"""

#: What one transaction does; the result is the last node that it looked at.
Part: TypeAlias = Callable[[Ledger, Work], Node | None]


def take_back(run: Callable[[Part], Node | None], graph: str) -> None:
    """Delete what a load has written, each part in a transaction of its own."""
    last: Node | None = ""
    while last is not None:
        last = run(lambda ledger, work, after=last: _page(ledger, work, graph, after))  # type: ignore[misc]
    run(lambda _, work: forget(work, graph))


def forget(work: Work, graph: str) -> None:
    """Let others write again."""
    work.rows(_FORGET, graph=graph)


def _page(ledger: Ledger, work: Work, graph: str, after: Node) -> Node | None:
    if ledger.loading is None:
        return None
    asked: dict[str, Any] = {"graph": graph, "seq": ledger.loading.seq, "last": after}
    ((last, nodes),) = work.rows(_TAKE_BACK, page=_PAGE, **asked)
    if ledger.in_place is None:
        # Nodes that are taken over show what they said before.
        main_line = MainLine(work, ledger, graph)
        main_line.show(nodes)
        main_line.relabel(nodes)
    return None if last is None else str(last)
