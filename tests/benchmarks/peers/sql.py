"""Questions to a table of nodes and one of edges, in SQL."""

from __future__ import annotations

from typing import Final

#: A node's number, from its IRI.
NUMBER: Final = "(SELECT id FROM node WHERE iri=?)"
DELETE: Final = f"DELETE FROM edge WHERE s={NUMBER} AND p=? AND o={NUMBER}"
INSERT: Final = f"INSERT INTO edge VALUES({NUMBER}, ?, {NUMBER})"

NEIGHBOURS: Final = """
    SELECT b.iri FROM node a CROSS JOIN edge e ON e.s=a.id CROSS JOIN node b ON b.id=e.o
    WHERE a.iri=?"""

TWO_HOP: Final = """
    WITH near(n) AS (SELECT e.o FROM node a CROSS JOIN edge e ON e.s=a.id WHERE a.iri=?),
    both(n) AS (SELECT n FROM near UNION SELECT e.o FROM near CROSS JOIN edge e ON e.s=near.n)
    SELECT b.iri FROM both CROSS JOIN node b ON b.id=both.n"""

#: Predicate 0 is the hierarchy.
DESCENDANTS: Final = """
    WITH RECURSIVE below(n) AS (
        SELECT e.s FROM node a CROSS JOIN edge e ON e.o=a.id AND e.p=0 WHERE a.iri=?
        UNION SELECT e.s FROM below CROSS JOIN edge e ON e.o=below.n AND e.p=0)
    SELECT b.iri FROM below CROSS JOIN node b ON b.id=below.n"""
