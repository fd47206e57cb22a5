"""Asks kgcl-schema, in its own environment: a JSON request on standard input, the answer as JSON.

``model``: its classes and slots. ``documents``: what it reads and writes back. ``commands``: what
it understands of KGCL text, and the text that it writes for that.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from typing import Any

from kgcl_schema.datamodel.kgcl import Change, Session
from kgcl_schema.grammar.parser import parse_statement
from kgcl_schema.grammar.render_operations import render
from kgcl_schema.schema import get_schemaview
from kgcl_schema.utils import to_json, to_yaml
from linkml_runtime.dumpers import json_dumper
from linkml_runtime.loaders import json_loader, yaml_loader


def classes_of(kind: type) -> dict[str, type]:
    found = {}
    for each in kind.__subclasses__():
        found[each.class_name] = each
        found.update(classes_of(each))
    return found


def answer_model(_: Any) -> Any:
    view = get_schemaview()
    return {
        name: {
            "abstract": bool(view.get_class(name).abstract),
            "python": [field.name for field in dataclasses.fields(kind)],
            "schema": [slot.name for slot in view.class_induced_slots(name)],
        }
        for name, kind in classes_of(Change).items()
    }


def answer_documents(request: Any) -> Any:
    found = []
    for text in request["texts"]:
        loader, write = (json_loader, to_json) if text.startswith("{") else (yaml_loader, to_yaml)
        try:
            found.append({"text": write(loader.loads(text, Session))})
        except Exception as error:
            found.append({"error": f"{type(error).__name__}: {error}"[:500]})
    return found


def answer_commands(request: Any) -> Any:
    found = []
    for line in request["texts"]:
        try:
            change = parse_statement(line)
            session = json_dumper.to_dict(Session(change_set=[change]))
        except Exception as error:
            found.append({"error": f"{type(error).__name__}: {error}"[:500]})
            continue
        try:
            text = render(change)
        except Exception:
            text = None
        found.append({"session": session, "text": text})
    return found


def answer_speed(request: Any) -> Any:
    lines = request["texts"]
    parse_statement(lines[0])
    start = time.perf_counter()
    for line in lines:
        parse_statement(line)
    return {"parse": time.perf_counter() - start}


if __name__ == "__main__":
    request = json.load(sys.stdin)
    answers = {
        "model": answer_model,
        "documents": answer_documents,
        "commands": answer_commands,
        "speed": answer_speed,
    }
    json.dump(answers[request["do"]](request), sys.stdout)
