"""The lines of an OBO text: whatever ends them, and however they are continued."""

from __future__ import annotations

from ingest.clauses import split_tag, stanza_of

#: A problem of a line: its number, from 1, and the reason.
LineProblem = tuple[int, str]


def logical_lines(text: str) -> tuple[list[str], list[LineProblem]]:
    """The lines of a text without their ends, and what was wrong with them.

    A line that a backslash continues has all of its text, and the lines it took are empty, so that
    the place of a line in the list is its number less one (OBO 1.4, section 2: an escaped line end
    is no line end).
    """
    problems: list[LineProblem] = []
    if "\r" in text:
        text = text.replace("\r\n", "\n")
        if "\n" not in text:
            text = text.replace("\r", "\n")
    lines = text.split("\n")
    if "\r" in text:
        lines = _without_returns(lines, problems)
    if "\\\n" in text or text.endswith("\\") or "\\\r" in text:
        _join_continued(lines, problems)
    return lines, problems


def is_continued(line: str) -> bool:
    """Whether a backslash at its end continues a line; an escaped one does not."""
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1 and not line.lstrip().startswith("!")


def _without_returns(lines: list[str], problems: list[LineProblem]) -> list[str]:
    """Lines cut at carriage returns, where what follows one is a line by itself."""
    found: list[str] = []
    for line in lines:
        line = line.rstrip("\r")
        if "\r" not in line:
            found.append(line)
            continue
        first, *parts = line.split("\r")
        found.append(first)
        for part in parts:
            if _stands_alone(part):
                problems.append((len(found), "a carriage return; read as the end of the line"))
                found.append(part)
            else:
                problems.append((len(found), "a carriage return; kept in the line"))
                found[-1] += "\r" + part
    return found


def _stands_alone(part: str) -> bool:
    bare = part.strip()
    if not bare or bare.startswith("!"):
        return True
    return split_tag(bare) is not None or stanza_of(part) is not None


def _join_continued(lines: list[str], problems: list[LineProblem]) -> None:
    at = 0
    while at < len(lines):
        line, following = lines[at], at + 1
        while line.endswith("\\") and is_continued(line):
            if following >= len(lines) or not lines[following].strip():
                problems.append((following, "a backslash at the end continues nothing; kept"))
                break
            if stanza_of(lines[following]) is not None:
                problems.append((following, "a backslash before a heading; kept as it is"))
                break
            if split_tag(lines[following]) is not None:
                reason = f"continued by {lines[following][:40]!r}, which looks like a clause"
                problems.append((following, reason))
            line = line[:-1] + lines[following]
            lines[following] = ""
            following += 1
        lines[at] = line
        at = following
