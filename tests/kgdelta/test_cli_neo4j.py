"""The command line with a Neo4j server: the store, Cypher, and databases that are there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from neo4j import GraphDatabase

from kgdelta.local_neo4j import LocalServer
from tests.kgdelta.calling import Run

EXPORT = ("export", "--format", "ntriples", "--output", "-")
PLAIN = "MATCH (n) WHERE n:Person OR n:Thing DETACH DELETE n"


@pytest.fixture
def here(neo4j_server: LocalServer) -> tuple[str, ...]:
    """The options that lead to a graph of one's own on the server."""
    return ("--store", neo4j_server.url, "--graph", uuid4().hex)


@pytest.fixture
def fill(neo4j_server: LocalServer) -> Iterator[Callable[..., None]]:
    """Writes plain Cypher; what it made of persons and things is deleted at the end."""
    with GraphDatabase.driver(neo4j_server.url, notifications_min_severity="OFF") as driver:

        def fill(query: str, **parameters: Any) -> None:
            driver.execute_query(query, parameters)

        fill(PLAIN)
        yield fill
        fill(PLAIN)


def test_a_graph_on_a_server_answers_as_one_in_a_file(run: Run, here: tuple[str, ...]) -> None:
    assert run("init").code == 0
    assert run("init", *here).code == 0
    change = "create class EX:9 'a drum'"
    answers = []
    for where in ((), here):
        for i in (1, 2):
            date = f"2024-0{3 * i}-01"
            done = run("import", f"instruments-{i}.obo", "--date", date, "--tag", f"v{i}", *where)
            assert done.code == 0, done.err
        assert run("apply", "-c", change, *where).code == 0
        questions = [("diff", "v1", "v2"), ("search", "ion trap"), EXPORT]
        answers.append([run(*question, *where).out for question in questions])
    assert answers[0] == answers[1]
    assert all(answers[0])
    assert run("verify", *here).code == 0


def test_cypher_asks_the_head_and_changes_nothing(run: Run, here: tuple[str, ...]) -> None:
    run("init", *here)
    run("import", "instruments-1.obo", *here)
    named = "MATCH (n:Entity:Class {graph: $graph}) WHERE n.label = $name RETURN n.label AS label"
    asked = run("query", "--cypher", named, "--param", "name=TOF", *here)
    assert asked.out.split() == ["label", "TOF"], asked.err
    row = "RETURN $x AS x, date('2024-02-29') AS day, duration('P1M') AS d, 0.0 / 0.0 AS nan"
    answer = run("query", "--json", "--cypher", row, "--param", "x=[1, {}]", *here)
    assert answer.rows == [{"x": [1, {}], "day": "2024-02-29", "d": "P1M", "nan": "nan"}]
    node = run("query", "--json", "-n", "1", "--cypher", "MATCH (n:Class) RETURN n", *here)
    assert "Class" in node.rows[0]["n"]["labels"]
    before = run("log", "--json", *here).out
    for query, reason in (
        ("MATCH (n) DETACH DELETE n", "the query would write"),
        ("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS", "the query would write"),
        ("CREATE INDEX own FOR (n:X) ON (n.y)", "the query would write"),
        ("MATCH (n RETURN n", "Invalid input 'RETURN'"),
        ("RETURN $missing", "Expected parameter(s): missing"),
        ("RETURN date('-0044-03-15') AS ides", "a value that Python cannot hold"),
    ):
        refused = run("query", "--cypher", query, *here)
        assert refused.code == 3
        assert refused.err.startswith(f"kgdelta: {here[1]}: {reason}"), refused.err
        assert refused.err.count("\n") == 1
    assert run("log", "--json", *here).out == before
    assert run("verify", *here).code == 0


def test_a_file_has_no_cypher(history: Run) -> None:
    refused = history("query", "--cypher", "RETURN 1")
    assert refused.code == 2
    assert refused.err == "kgdelta: kg.db has no Cypher: name a server, --store neo4j://HOST\n"


def test_the_tour_wants_an_empty_graph(history: Run) -> None:
    refused = history("demo", "--store", "kg.db", "--graph", "default")
    message = "graph 'default' exists already: the tour needs an empty one, name it with --graph"
    assert (refused.code, refused.err) == (2, f"kgdelta: {message}\n")


def test_a_database_becomes_a_commit_and_again_the_next_one(
    run: Run, fill: Callable[..., None], neo4j_server: LocalServer
) -> None:
    url = neo4j_server.url
    run("init")
    Path("map.json").write_text('{"EX": "http://ex.org/"}', encoding="utf-8")
    fill("CREATE (a:Person {id: 'EX:1', name: 'Ann'})-[:KNOWS]->(:Person {id: 'b', name: 'Bob'})")
    how = ("--key", "id", "--prefixes", "map.json")
    first = run("import", url, *how, "--json", "--tag", "first").rows[0]
    assert (first["added"], first["removed"], first["problems"]) == (8, 0, [])
    fill("MATCH (a:Person {id: 'EX:1'}) SET a.name = 'Anne' CREATE (a)-[:KNOWS]->(a)")
    # How it was read the first time is remembered.
    second = run("import", url.replace("neo4j://", "bolt://"), "--json").rows[0]
    assert (second["added"], second["removed"]) == (2, 1)
    assert "nothing new" in run("import", url).err
    shown = run("diff", "first", "main").out
    assert "Anne" in shown
    assert run("search", "Anne", "--json").rows[0]["exact"]


def test_intervals_kept_by_hand_become_the_history(
    run: Run, fill: Callable[..., None], neo4j_server: LocalServer
) -> None:
    run("init")
    fill("""CREATE (a:Person {id: 'a'}), (b:Person {id: 'b'})
        CREATE (a)-[:LEADS {from: date('2020-01-01'), to: date('2021-12-31')}]->(b),
        (b)-[:LEADS {from: date('2022-01-01'), to: date('9999-12-31')}]->(a)""")
    how = ("--key", "id", "--intervals", "from,to", "--json")
    rows = run("import", neo4j_server.url, *how).rows
    assert [(row["date"][:10], row["added"], row["removed"]) for row in rows] == [
        ("2019-12-31", 4, 0),
        ("2020-01-01", 1, 0),
        ("2022-01-01", 1, 1),
    ]
    led = run("export", "--at", "2021-06-01", "--format", "ntriples", "--output", "-").out
    assert "<urn:token:a> <urn:kgdelta:neo4j:type:LEADS> <urn:token:b>" in led
    fill("MATCH (a:Person {id: 'b'})-[r:LEADS]->() SET r.to = date('2023-06-30')")
    again = run("import", neo4j_server.url, "--json").rows
    assert [(row["date"][:10], row["added"], row["removed"]) for row in again] == [
        ("2023-07-01", 0, 1)
    ]


def test_a_database_is_versioned_beside_itself(
    run: Run, fill: Callable[..., None], here: tuple[str, ...]
) -> None:
    run("init", *here)
    fill("CREATE (:Person {id: 1})-[:knows {since: 2010}]->(:Person {id: 2})")
    assert run("import", here[1], "--key", "id", *here).code == 0
    asked = "MATCH (a:Entity:Person {graph: $graph})-[r:knows]->(b) RETURN a.id, b.id, r.q_since"
    told = run("query", "--json", "--cypher", asked, *here).rows
    assert told == [{"a.id": "urn:token:1", "b.id": "urn:token:2", "r.q_since": ["2010"]}]
    # What it made itself is not read again.
    assert "nothing new" in run("import", here[1], *here).err


def test_what_others_wrote_becomes_their_commit(
    run: Run, fill: Callable[..., None], here: tuple[str, ...]
) -> None:
    run("init", *here)
    run("import", "instruments-1.obo", *here)
    assert run("neo4j", "adopt", *here).err == "nobody wrote past the store\n"
    fill("MATCH (e:Entity {graph: $g, label: 'TOF'}) SET e.label = 'time of flight'", g=here[3])
    fill("MATCH (:Entity {graph: $g})-[r:IS_A]->() WITH r LIMIT 1 DELETE r", g=here[3])
    refused = run("apply", "-c", "create class EX:9 'a drum'", *here)
    assert refused.code == 1
    assert "somebody wrote past the store" in refused.err
    looked = run("neo4j", "adopt", "--dry-run", "--json", *here).document
    assert (looked["commit"], len(looked["added"]), len(looked["removed"])) == (None, 1, 2)
    done = run("neo4j", "adopt", "--author", "Somebody", "-m", "by hand", *here)
    assert '"time of flight"' in done.out
    assert run("log", "--json", *here).rows[0]["author"] == "Somebody"
    assert run("verify", *here).code == 0
    assert run("neo4j", "adopt").code == 2


def test_a_database_is_taken_over_in_place(
    run: Run, here: tuple[str, ...], fill: Callable[..., None]
) -> None:
    run("init", *here)
    fill("CREATE (a:Person {mail: 'a', name: 'Ann', age: 30})-[:KNOWS {from: 2010}]->(:Person)")
    done = run("import", here[1], "--in-place", "--tag", "taken", *here)
    assert done.code == 0, done.err
    assert done.err == ""
    asked = "MATCH (p:Person {graph: $graph})-[k:KNOWS]->() RETURN p.name, p.age, k.from"
    assert list(run("query", "--cypher", asked, "--json", *here).rows[0].values()) == [
        *("Ann", 30, 2010)
    ]
    assert run("verify", *here).code == 0
    fill("MATCH (p:Person {mail: 'a'}) SET p.age = 31")
    assert run("neo4j", "adopt", "--author", "Ada", *here).code == 0
    assert "to '31'" in run("diff", "taken", "main", *here).out
    again = run("import", here[1], "--in-place", *here)
    assert again.code == 7
    assert "has commits" in again.err


def test_what_is_for_files_is_not_for_databases(run: Run, neo4j_server: LocalServer) -> None:
    run("init")
    for arguments, message in (
        ((neo4j_server.url, "--history"), "--history is for files"),
        ((neo4j_server.url, "instruments-1.obo"), "a Neo4j database is imported alone"),
        (("instruments-1.obo", "--key", "id"), "--key is for a Neo4j database"),
        ((neo4j_server.url, "--intervals", "from"), "--intervals from: write FROM,TO"),
        ((neo4j_server.url, "--in-place"), "--in-place needs --store neo4j://HOST/DATABASE"),
        (("instruments-1.obo", "--in-place"), "--in-place is for a Neo4j database"),
    ):
        refused = run("import", *arguments)
        assert refused.code == 2
        assert refused.err.startswith(f"kgdelta: {message}"), refused.err


@pytest.mark.parametrize(
    "command", [("log",), ("import", "URL"), ("query", "--cypher", "RETURN 1")]
)
@pytest.mark.parametrize(
    "url",
    ["neo4j://ada:secret@127.0.0.1:1/db", "neo4j://ada:sec/ret@127.0.0.1:1", "x://a:secret@h"],
)
def test_no_password_shows_where_nobody_answers(
    run: Run, tmp_path: Path, command: tuple[str, ...], url: str
) -> None:
    run("init")
    whole = "URL" in command and url.startswith("neo4j")
    named = tuple(url if part == "URL" and whole else part for part in command)
    where = () if whole else ("--store", url)
    refused = run(*named, *where)
    assert refused.code in (2, 6, 7)
    assert "sec" not in refused.err.replace("secure", "")
    assert refused.err.count("\n") == 1
