"""What to say of a text that is not KGCL: where, what fits there, and what was perhaps meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Final

from kgcl.errors import KgclSyntaxError
from kgcl.forms import FORMS
from kgcl.lexical import KEYWORDS, quote

if TYPE_CHECKING:
    from lark.exceptions import UnexpectedInput

_READABLE: Final = {
    "IRI": "an entity",
    "CURIE": "an entity",
    "NAME": "an entity",
    "STRING": "a quoted text",
    "LANGUAGE": "a language tag",
    "OPERATOR": "an expression",
    "$END": "the end of the command",
    "COMMA": "','",
    "LBRACE": "qualifiers in braces",
    "RBRACE": "'}'",
    "RPAR": "')'",
    "EQUAL": "'='",
}
_OPENS_A_CLAUSE: Final = frozenset(
    {
        "because",
        "by",
        "contributor",
        "described",
        "forcing",
        "generated",
        "identified",
        "issue",
        "on",
        "pull",
        "see",
        "undone",
    }
)
_PIECE: Final = re.compile(
    r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|<[^<>\s]*>|[{}(),=]|[^\s{}(),='"]+|['"]"""
)
_ORDER: Final = " ".join(["", *(form for forms in FORMS.values() for form in forms), ""])
#: An apostrophe inside a word.
_WORD_WITH_QUOTE: Final = re.compile(r"\b[A-Za-z]+'[a-z]+\b")
_INNER_QUOTE: Final = re.compile(r"(?<=[A-Za-z])'(?=[a-z])")
#: Longer commands get no second reading: trying one costs a parse of the whole.
_LONGEST: Final = 2000
_TRIALS: Final = 250
_DEAREST: Final = 4
_PHRASE: Final = 8


def syntax_error(
    error: UnexpectedInput, source: str, line: int, start: int, raw: str
) -> KgclSyntaxError:
    """The mistake in a command as what it says to people."""
    offset, wanted = _stop(error, source)
    expected = _worded(wanted)
    return KgclSyntaxError(
        _reason(source, offset), line, start + offset + 1, tuple(expected), raw, source
    )


def _stop(error: UnexpectedInput, source: str) -> tuple[int, set[str]]:
    """Where reading stopped, and the terminals that fit there."""
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken

    from kgcl.parser import grammar

    if isinstance(error, UnexpectedToken):
        at_end = error.token.type == "$END"
        offset = len(source) if at_end else error.token.start_pos or 0
        return offset, error.accepts or error.expected
    if isinstance(error, UnexpectedCharacters):
        offset = error.column - 1
        prefix = grammar().parse_interactive(source[:offset])
        prefix.exhaust_lexer()
        return offset, prefix.accepts()  # type: ignore[no-untyped-call]
    return len(source), set()


def _worded(wanted: set[str]) -> list[str]:
    """Terminals as people read them; the clauses that may end any command are one thing."""
    words = _keywords()
    found: set[str] = set()
    for name in wanted:
        word = words.get(name, name.lower())
        if name.startswith("_"):
            continue
        if "$END" in wanted and word in _OPENS_A_CLAUSE:
            found.add("a clause such as 'because'")
        else:
            found.add(_READABLE.get(name) or f"'{word}'")
    return sorted(found)


def _reason(source: str, offset: int) -> str:
    if offset >= len(source):
        return "the command ends too early"
    if source[offset] in "'\"":
        return "a quoted text does not fit here, or is not closed"
    word = re.split(r"[\s;]", source[offset:], maxsplit=1)[0] or source[offset]
    return f"{word[:40]!r} does not fit here"


@cache
def _keywords() -> dict[str, str]:
    """The word of each keyword terminal of the grammar."""
    from lark.lexer import PatternStr

    from kgcl.parser import grammar

    return {
        terminal.name: terminal.pattern.value
        for terminal in grammar().terminals
        if isinstance(terminal.pattern, PatternStr)
    }


def nearest(source: str) -> str:
    """What a text that is not KGCL perhaps meant: itself with few words mended, or a form.

    A mended text parses. Empty where the text is too long, or nothing is near.
    """
    if len(source) > _LONGEST:
        return ""
    return _mended(source) or _nearest_form(source)


def _is_change(text: str) -> bool:
    from kgcl.changes import Change
    from kgcl.parser import grammar

    return isinstance(grammar().parse(text), Change)


def _mended(source: str) -> str:
    """The cheapest mending of a text that parses, as far as a bounded search finds one."""
    offset, wanted = _first_stop(source)
    found = [(0, 0, source, offset, wanted)]
    seen = {source}
    while found and len(seen) <= _TRIALS:
        cost, _, text, offset, wanted = heappop(found)
        if offset < 0:
            return text
        for extra, repaired in _repairs(text, offset, wanted):
            if repaired in seen or cost + extra > _DEAREST:
                continue
            seen.add(repaired)
            reached, next_wanted = _first_stop(repaired)
            if reached < 0 and not _is_change(repaired):
                continue
            if reached < 0 or reached >= offset:
                heappush(found, (cost + extra, len(seen), repaired, reached, next_wanted))
    return ""


def _first_stop(text: str) -> tuple[int, set[str]]:
    """Where reading a text stops, and what fits there; -1 where it is a change."""
    from lark.exceptions import UnexpectedInput

    from kgcl.lexical import TokenError
    from kgcl.parser import grammar

    try:
        grammar().parse(text)
    except UnexpectedInput as error:
        return _stop(error, text)
    except TokenError as error:
        return error.offset, set()
    return -1, set()


def _rank(word: str) -> int:
    """Where the forms use a word first: common ones come before rare ones."""
    return _ORDER.find(f" {word} ") % (len(_ORDER) + 1)


def _repairs(text: str, offset: int, wanted: set[str]) -> Iterator[tuple[int, str]]:
    """Texts with one thing mended at, or just before, the place where reading stops.

    Each with its cost: what people mistype is cheaper than what they leave out.
    """
    yield 1, _INNER_QUOTE.sub(r"\\'", text)
    yield 2, _WORD_WITH_QUOTE.sub(lambda found: quote(found[0]), text)
    words = _keywords()
    known = {words[name] for name in wanted if name in words} - _OPENS_A_CLAUSE
    keywords = sorted(filter(str.isalpha, known), key=_rank)
    pieces = [(found.start(), found.end()) for found in _PIECE.finditer(text)]
    at = next((n for n, (_, end) in enumerate(pieces) if end > offset), len(pieces))
    for n in (at, at - 1):
        if 0 <= n < len(pieces):
            for repaired in _respelled(text, *pieces[n], keywords if n == at else []):
                yield 1, repaired
    for first in (at, at - 1):
        for repaired in _quoted(text, pieces, first):
            yield 2, repaired
    for word in keywords if offset else ():
        yield 2, f"{text[:offset].rstrip()} {word} {text[offset:].lstrip()}".strip()
    if at < len(pieces):
        start, end = pieces[at]
        for word in keywords:
            yield 3, text[:start] + word + text[end:]
        yield 3, f"{text[:start].rstrip()} {text[end:].lstrip()}".strip()


def _respelled(text: str, start: int, end: int, keywords: list[str]) -> Iterator[str]:
    """A word as the keyword that it resembles."""
    word = text[start:end].lower()
    if word in _keywords().values():
        return
    for known in (keywords, sorted({*_keywords().values()})):
        for near in get_close_matches(word, [k for k in known if k.isalpha() and k != word], 3):
            yield text[:start] + near + text[end:]


def _quoted(text: str, pieces: list[tuple[int, int]], first: int) -> Iterator[str]:
    """Bare words as a quoted text: one, two, or more of them."""
    if not 0 <= first < len(pieces):
        return
    start = pieces[first][0]
    if text[start] in "'\"":
        if text.count(text[start]) % 2:
            yield text + text[start]
        return
    for last in range(first, min(first + _PHRASE, len(pieces))):
        end = pieces[last][1]
        phrase = text[start:end]
        if any(mark in phrase for mark in "'\"{}():<>"):
            return
        if phrase.lower() in KEYWORDS:
            continue
        yield f"{text[:start]}'{text[start:end]}'{text[end:]}"


def _nearest_form(source: str) -> str:
    """The form that shares most words with a text and begins with the same one."""
    words = [word.lower() for word in re.findall(r"[A-Za-z]+", re.sub(r"'[^']*'?", "", source))]
    first = source.split(None, 1)[0].lower() if source.strip() else ""
    forms = [form for each in FORMS.values() for form in each]
    verbs = get_close_matches(first, sorted({form.split()[0] for form in forms}), 1)
    candidates = [form for form in forms if verbs and form.split()[0] == verbs[0]]
    if not candidates:
        return ""
    known = {
        form: set(re.findall(r"\b[a-z]+\b", re.sub(r"'[^']*'", "", form))) for form in candidates
    }
    return max(candidates, key=lambda form: len(known[form] & set(words)))
