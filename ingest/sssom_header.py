"""The metadata block of SSSOM/TSV: YAML behind number signs, read without types or aliases."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

from ingest.reporting import Report

#: A value of the block: text, list or mapping; every scalar is its text.
Value: TypeAlias = Any
#: Characters of metadata; more than sets have, and little enough for a YAML reader.
LARGEST: Final = 1 << 20
_PAIR: Final = re.compile(r"\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}")
_DEEPEST: Final = 100
_INDENT: Final = re.compile(r"[ \t\-?:]*")
_ESCAPES: Final = re.compile(r"\\(?:U([0-9a-f]{8})|.)", re.DOTALL)
_PLAIN: Final = re.compile(r"[A-Za-z0-9_/(+.][^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff]*")
_TYPED: Final = re.compile(
    r"[-+]?[0-9.][0-9_.,:eE+xob-]*|true|false|yes|no|on|off|null|none|~|y|n|[0-9-]+([Tt ].*)?",
    re.IGNORECASE,
)


def read_header(lines: list[tuple[int, str]], report: Report) -> dict[str, Value] | None:
    """The slots of a block, given line by line without number signs; None where it is damaged.

    A key that is there twice has all its values, and is reported.
    """
    import yaml

    if not lines:
        return {}
    indents = [len(text) - len(text.lstrip(" ")) for _, text in lines if text.strip()]
    cut = min(indents, default=0)
    first = lines[0][0]
    text = "\n".join(text[cut:] for _, text in lines)
    if len(text) > LARGEST:
        report.add(first, f"metadata of more than {LARGEST >> 20} MiB; kept as text")
        return None
    deep = _too_deep(text)
    if deep is not None:
        report.add(first + deep, "metadata nested too deeply; kept as text")
        return None
    try:
        for event in yaml.parse(text, Loader=yaml.BaseLoader):
            if isinstance(event, yaml.AliasEvent):
                line = first + (event.start_mark.line if event.start_mark is not None else 0)
                report.add(line, "an alias, which SSSOM forbids; the metadata is kept as text")
                return None
        node = yaml.compose(text, Loader=yaml.BaseLoader)
        found = _plain(node, first, report) if node is not None else {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = first + (mark.line if mark is not None else 0)
        report.add(line, f"not YAML ({getattr(error, 'problem', error)}); kept as text")
        return None
    except ValueError as error:  # an escape beyond Unicode
        report.add(first, f"not YAML ({error}); kept as text")
        return None
    except RecursionError:
        report.add(first, "metadata nested too deeply; kept as text")
        return None
    if not isinstance(found, dict):
        report.add(first, "the metadata has no keys; kept as text")
        return None
    return found


def _too_deep(text: str) -> int | None:
    """The line from which on brackets or indents nest deeper than any metadata do."""
    depth = 0
    for number, line in enumerate(text.split("\n")):
        depth += sum(map(line.count, "[{")) - sum(map(line.count, "]}"))
        most = depth if depth > 0 else 0
        most = max(most, sum(map(line.count, "[{")))
        indent = _INDENT.match(line)
        if most > _DEEPEST or (indent is not None and indent.end() > 2 * _DEEPEST):
            return number
    return None


def take_list(
    lines: list[tuple[int, str]], key: str
) -> tuple[list[tuple[int, str]], list[tuple[int, str]] | None]:
    """A block without a key whose texts stand a line each, and those texts; None without it.

    They may be many, and YAML readers are slow: this is the form that our writer gives them.
    """
    heads = [
        place for place, (_, line) in enumerate(lines) if line.rstrip() in (f"{key}:", f"{key}: []")
    ]
    if not heads:
        return lines, None
    start = end = heads[0] + 1
    while end < len(lines) and lines[end][1].startswith('  - "'):
        end += 1
    texts = [(number, line[4:]) for number, line in lines[start:end]]
    return lines[: start - 1] + lines[end:], texts


def unquoted(text: str) -> str:
    """A text in double quotes, as :func:`scalar` writes it. Raises ValueError."""
    plain = _ESCAPES.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[0], text)
    read = json.loads(plain)
    if not isinstance(read, str):
        raise ValueError("no text in quotes")
    return read


def _plain(node: Any, first: int, report: Report) -> Value:
    import yaml

    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, first, report) for item in node.value]
    found: dict[str, Value] = {}
    for key_node, value_node in node.value:
        key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
        if not isinstance(key, str):
            report.add(first + key_node.start_mark.line, "a key that is no text; left out")
            continue
        value = _plain(value_node, first, report)
        if key in found:
            report.add(first + key_node.start_mark.line, f"the key {key!r} is there twice")
            value = [*_as_list(found[key]), *_as_list(value)]
        found[key] = value
    return found


def _as_list(value: Value) -> list[Value]:
    return value if isinstance(value, list) else [value]


def write_list(key: str, texts: list[str]) -> str:
    """A key with texts a line each, which :func:`take_list` takes."""
    lines = [f"{key}:", *(f"  - {quoted(text)}" for text in texts)] if texts else [f"{key}: []"]
    return "".join(f"#{line}\n" for line in lines)


def write_header(slots: Iterable[tuple[str, Value, bool]]) -> str:
    """Slots with their values as a block; the third part says that a text is one for YAML too."""
    lines: list[str] = []
    for slot, value, is_text in slots:
        if isinstance(value, Mapping):
            lines += [f"{scalar(slot)}:"]
            lines += [f"  {scalar(key)}: {scalar(str(text))}" for key, text in value.items()]
        elif isinstance(value, list):
            lines += [f"{scalar(slot)}:"] if value else [f"{scalar(slot)}: []"]
            lines += [line for item in value for line in _item(item)]
        else:
            lines += [f"{scalar(slot)}: {scalar(value, is_text)}"]
    return "".join(f"#{line}\n" for line in lines)


def _item(item: Value) -> list[str]:
    if not isinstance(item, Mapping):
        return [f"  - {scalar(item)}"]
    pairs = [f"{scalar(key)}: {scalar(str(text))}" for key, text in item.items()]
    return [f"{'  - ' if place == 0 else '    '}{pair}" for place, pair in enumerate(pairs)]


def scalar(text: str, is_text: bool = True) -> str:
    """A text in plain style where YAML reads it back as a text, else in double quotes."""
    plain = _PLAIN.fullmatch(text) and ": " not in text and " #" not in text
    typed = is_text and _TYPED.fullmatch(text)
    if plain and not typed and text == text.strip() and not text.endswith(":"):
        return text
    return quoted(text)


def quoted(text: str) -> str:
    """A text in double quotes, the same for YAML and for JSON but for one kind of escape."""
    # JSON writes characters beyond the basic plane as two escapes, which YAML reads as two.
    return _PAIR.sub(_whole, json.dumps(text, ensure_ascii=True))


def _whole(found: re.Match[str]) -> str:
    pair = f'"{found[0]}"'
    return f"\\U{ord(json.loads(pair)):08x}"
