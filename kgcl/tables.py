"""The parser of the grammar, from its tables where these are of this grammar and this lark.

Making an LALR parser takes a few times as long as the first parse may; its tables are data, so
they are kept beside the grammar (``python -m kgcl.tables`` writes them) and are used only while
they fit; else the parser is made from the grammar.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lark import Lark

GRAMMAR: Final = "kgcl.lark"
TABLES: Final = "kgcl-tables.json"


def load_parser() -> Lark:
    """The parser with the callbacks of :mod:`kgcl.building`."""
    import json
    from importlib.resources import files

    from lark import Lark

    from kgcl.building import Builder

    room = files("kgcl")
    grammar = room.joinpath(GRAMMAR).read_text("utf-8")
    kept = json.loads(room.joinpath(TABLES).read_text("utf-8"))
    if kept["of"] != fingerprint(grammar):
        return make_parser(grammar, transformer=Builder())
    # what lark's own stand-alone parsers call; lark has no public reader of tables but pickle
    parser: Lark = Lark._load_from_dict(  # type: ignore[no-untyped-call]
        _keyed(kept["data"]), _keyed(kept["memo"]), transformer=Builder()
    )
    return parser


def make_parser(grammar: str, **options: Any) -> Lark:
    """The parser made from a grammar; ``strict`` refuses collisions too, and needs interegular."""
    from lark import Lark

    return Lark(grammar, parser="lalr", lexer="contextual", maybe_placeholders=True, **options)


def fingerprint(grammar: str) -> str:
    """What tables depend on: the grammar and the release of lark."""
    from hashlib import sha256

    import lark

    return f"{lark.__version__} {sha256(grammar.encode()).hexdigest()}"


def tables(grammar: str) -> dict[str, Any]:
    """The tables of a grammar, ready for JSON. Raises lark's GrammarError at a conflict."""
    from lark.grammar import Rule
    from lark.lexer import TerminalDef

    parser = make_parser(grammar, strict=True)
    data, memo = parser.memo_serialize([TerminalDef, Rule])
    return {"of": fingerprint(grammar), "data": data, "memo": memo}


def _keyed(kept: Mapping[str, Any]) -> dict[Any, Any]:
    """A mapping of JSON with the numbers back that were its keys."""
    return {
        int(key) if key.isdigit() else key: _keyed(value) if isinstance(value, dict) else value
        for key, value in kept.items()
    }


def main() -> None:
    """Write the tables of the grammar beside it."""
    import json
    from pathlib import Path

    room = Path(__file__).parent
    made = tables((room / GRAMMAR).read_text("utf-8"))
    (room / TABLES).write_text(json.dumps(made, separators=(",", ":")) + "\n", "utf-8")


if __name__ == "__main__":
    main()
