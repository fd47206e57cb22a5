"""Statements, commits, effects and conflicts as people read them, and as rows for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.commit import format_time
from graph.expression import Expression
from graph.model import Literal, Object, Qualifier, Statement, in_order
from graph.resolution import RESOLVED
from graph.vocabulary import XSD_STRING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from graph.commit import Commit
    from graph.conflicts import Conflict
    from graph.prefixes import PrefixMap
    from graph.snapshot import Snapshot
    from kgcl.changes import Change
    from kgcl.state import Effect


def changes_as(
    changes: Sequence[Change], form: str = "kgcl", prefixes: PrefixMap | None = None
) -> str:
    """Changes as canonical text, one a line, as *yaml* or *json* of the KGCL schema, or as *tsv*.

    Nodes are contracted where there are prefixes.
    """
    from kgcl.render import render

    if form == "kgcl":
        return "".join(f"{render(change, prefixes)}\n" for change in changes)
    if prefixes is not None:
        from kgcl.parser import parse

        changes = [short for change in changes for short in parse(render(change, prefixes))]
    if form == "tsv":
        from kgcl.change_table import write_table

        return write_table(changes)
    from kgcl.schema import dump_json, dump_yaml

    return dump_yaml(changes) if form == "yaml" else dump_json(changes)


def object_text(value: Object, prefixes: PrefixMap) -> str:
    """An object with its nodes contracted."""
    if isinstance(value, str):
        return prefixes.contract(value)
    if isinstance(value, Expression):
        inner = " ".join(object_text(argument, prefixes) for argument in value.arguments)
        return f"{value.operator}({inner})"
    if value.language or value.datatype == XSD_STRING:
        return str(value)
    return f"{Literal(value.value)}^^{prefixes.contract(value.datatype)}"


def qualifier_text(qualifiers: Iterable[Qualifier], prefixes: PrefixMap) -> str:
    """Qualifiers in braces, or nothing."""
    parts = [
        f"{prefixes.contract(q.predicate)}={object_text(q.value, prefixes)}"
        + qualifier_text(q.qualifiers, prefixes)
        for q in qualifiers
    ]
    return f" {{{', '.join(parts)}}}" if parts else ""


def statement_text(statement: Statement, prefixes: PrefixMap) -> str:
    """A statement on one line, its nodes contracted."""
    return (
        f"{prefixes.contract(statement.subject)} {prefixes.contract(statement.predicate)} "
        f"{object_text(statement.object, prefixes)}"
        f"{qualifier_text(statement.qualifiers, prefixes)}"
    )


def statement_row(statement: Statement, prefixes: PrefixMap) -> dict[str, object]:
    """A statement as a row: contracted nodes, and the parts of a literal."""
    row: dict[str, object] = {
        "subject": prefixes.contract(statement.subject),
        "predicate": prefixes.contract(statement.predicate),
    }
    if isinstance(statement.object, Literal):
        row["object"] = statement.object.value
        row["datatype"] = prefixes.contract(statement.object.datatype)
        if statement.object.language:
            row["language"] = statement.object.language
    else:
        row["object"] = object_text(statement.object, prefixes)
    if statement.qualifiers:
        row["qualifiers"] = qualifier_text(statement.qualifiers, prefixes).strip()
    return row


def statement_texts(statements: Iterable[Statement], prefixes: PrefixMap) -> list[str]:
    """Statements in canonical order, each on one line."""
    return [statement_text(statement, prefixes) for statement in in_order(statements)]


def day(commit: Commit) -> str:
    """The date on which a commit was authored, in UTC."""
    return commit.authored.strftime("%Y-%m-%d")


def title(commit: Commit) -> str:
    """A commit on one line: its id, its date, and the first line of its message."""
    return f"{commit.short} {day(commit)} {commit.message.partition(chr(10))[0]}"


def commit_row(commit: Commit) -> dict[str, object]:
    """A commit as a row for programs."""
    return {
        "commit": commit.id,
        "parents": list(commit.parents),
        "date": format_time(commit.authored),
        "committed": format_time(commit.committed),
        "author": commit.author,
        "message": commit.message,
        "provenance": _provenance(commit),
    }


def _provenance(commit: Commit) -> dict[str, str | list[str]]:
    """Each key with its value, or with a list where it stands several times."""
    values: dict[str, list[str]] = {}
    for key, value in commit.provenance:
        values.setdefault(key, []).append(value)
    return {key: found[0] if len(found) == 1 else found for key, found in values.items()}


def provenance_lines(commit: Commit, prefixes: PrefixMap) -> list[str]:
    """Where a commit came from, a line each; the node of a decision is contracted."""
    lines = []
    for key, value in commit.provenance:
        shown = decision_text(value, prefixes) if key == RESOLVED else value
        lines.append(f"{key:<7} {shown}")
    return lines


def decision_text(record: str, prefixes: PrefixMap) -> str:
    """How a conflict was decided, as the provenance of a merge has it, its node contracted."""
    words, _, node = record.rpartition(" ")
    return f"{words} {prefixes.contract(node)}"


def effect_text(effect: Effect, prefixes: PrefixMap, snapshot: Snapshot) -> str:
    """A side effect in plain words."""
    from kgdelta.effect_words import Words

    return Words(prefixes, snapshot).text(effect)


def conflict_row(conflict: Conflict, prefixes: PrefixMap) -> dict[str, object]:
    """A conflict as a row: id, kind, subject; base, ours, theirs as lists of statements."""
    return {
        "id": conflict.id,
        "kind": str(conflict.kind),
        "subject": prefixes.contract(conflict.subject),
        "base": statement_texts(conflict.base, prefixes),
        "ours": statement_texts(conflict.ours, prefixes),
        "theirs": statement_texts(conflict.theirs, prefixes),
    }


def conflict_text(conflict: Conflict, prefixes: PrefixMap) -> str:
    """A conflict on a few lines."""
    lines = [f"conflict {conflict.id}: {conflict.kind}"]
    for side in ("base", "ours", "theirs"):
        statements = statement_texts(getattr(conflict, side), prefixes)
        lines += [f"  {side:<6} {text}" for text in statements or ["-"]]
    return "\n".join(lines)
