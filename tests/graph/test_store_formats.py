"""Stores of earlier formats open in the present one, with every answer they had."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from graph.expression import Expression
from graph.model import Literal, Qualifier, Statement
from graph.sqlite_schema import SCHEMA_VERSION
from graph.store import open_store
from graph.vocabulary import DEFINITION, EQUIVALENT_CLASS, EXACT_SYNONYM, LABEL, XREF
from tests.graph.conformance import isa, label, state

DUMPS = Path(__file__).parent / "data"


def schema(path: Path) -> dict[str, set[str]]:
    """Tables with their columns, and indexes, as SQLite tells them."""
    connection = apsw.Connection(str(path))
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema")]
    found = {
        name: {row[1] for row in connection.execute("SELECT * FROM pragma_table_info(?)", (name,))}
        for name in names
    }
    connection.close()
    return found


def test_format_1_becomes_the_present_one(tmp_path: Path) -> None:
    path = tmp_path / "kg.db"
    connection = apsw.Connection(str(path))
    connection.execute((DUMPS / "format-1.sql").read_text())
    connection.close()
    store = open_store(str(path))
    synonym = Statement(
        "urn:n:a",
        EXACT_SYNONYM,
        Literal("Straße"),
        (Qualifier(XREF, Literal("X:1")), Qualifier(XREF, "urn:n:b")),
    )
    definition = Statement("urn:n:a", DEFINITION, Literal("A mass of things.", language="en"))
    tree = Expression("ObjectIntersectionOf", ("urn:n:a", "urn:n:b"))
    same = Statement("urn:n:c", EQUIVALENT_CLASS, tree)
    names = {label(f"urn:n:{letter}", f"name {letter}") for letter in "abcdef"}
    first = {*names, synonym, definition, same, isa("urn:n:b", "urn:n:a")}
    assert state(store, "main~3") == first
    assert state(store, "v1") == first - {label("urn:n:b", "name b")} | {label("urn:n:b", "other")}
    assert state(store, "b") == first - {label("urn:n:c", "name c"), same}
    assert state(store, "deep") == state(store, "b") | {label("urn:n:z", "z")}
    assert [commit.id[:8] for commit in store.log()] == [
        "380978f2",
        "ee56ee6f",
        "46636625",
        "0ef75575",
    ]
    assert [hit.node for hit in store.snapshot().search("mass things")] == ["urn:n:a"]
    assert [hit.node for hit in store.snapshot().search("strasse")] == ["urn:n:a"]
    assert list(store.verify()) == []
    store.close()
    open_store(str(tmp_path / "new.db"), create=True).close()
    assert schema(path) == schema(tmp_path / "new.db")


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_migration_that_fails_leaves_the_old_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    path = tmp_path / "kg.db"
    connection = apsw.Connection(str(path))
    connection.execute((DUMPS / "format-1.sql").read_text())
    connection.close()
    calls = []

    def failing(text: str) -> list[str]:
        calls.append(text)
        if len(calls) == cut:
            raise KeyboardInterrupt
        return [text]

    monkeypatch.setattr("graph.sqlite_migrations.words", failing)
    with pytest.raises(KeyboardInterrupt):
        open_store(str(path))
    monkeypatch.undo()
    connection = apsw.Connection(str(path))
    assert list(connection.execute("PRAGMA user_version")) == [(1,)]
    connection.close()
    store = open_store(str(path))
    assert store.snapshot("main").labels({"urn:n:a"}) == {"urn:n:a": Literal("name a")}
    assert list(store.snapshot("main").statements({"urn:n:z"}, {LABEL})) == []
    store.close()
    connection = apsw.Connection(str(path))
    assert list(connection.execute("PRAGMA user_version")) == [(SCHEMA_VERSION,)]
    connection.close()
