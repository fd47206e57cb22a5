"""The judge of KGCL data and dialects: kgcl-schema, in an environment of its own."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.peers.environment import peers_python

FOLDER: Final = Path(__file__).parent


@cache
def python() -> Path:
    """The Python that has kgcl-schema, made once. Raises NotInstalledError."""
    return peers_python(FOLDER / "requirements.txt")


def ask(what: str, texts: list[str] | None = None) -> Any:
    """What kgcl-schema answers to a question of ``judge.py``."""
    request = json.dumps({"do": what, "texts": texts or []})
    command = [str(python()), str(FOLDER / "judge.py")]
    done = subprocess.run(command, input=request, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return json.loads(done.stdout)
