"""What OAK makes of KGCL commands, each on a fresh copy of an OBO file: asked by JSON on stdin."""

from __future__ import annotations

import json
import logging
import sys
import tempfile
from pathlib import Path
from typing import Any


def answer(text: str, command: str) -> dict[str, Any]:
    """The OBO text afterwards, or the error."""
    from kgcl_schema.grammar.parser import parse_statement
    from oaklib import get_adapter

    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "x.obo", Path(folder) / "y.obo"
        before.write_text(text, encoding="utf-8")
        try:
            adapter = get_adapter(f"simpleobo:{before}")
            adapter.apply_patch(parse_statement(command))
            adapter.dump(str(after), "obo")
        except Exception as error:
            return {"error": f"{type(error).__name__}: {error}"}
        return {"obo": after.read_text(encoding="utf-8")}


def main() -> None:
    logging.disable(logging.CRITICAL)
    request = json.load(sys.stdin)
    found = [answer(request["obo"], command) for command in request["commands"]]
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
