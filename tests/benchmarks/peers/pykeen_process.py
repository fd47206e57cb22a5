"""PyKEEN as a process of its own environment, which answers one request after the other."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.peers.environment import peers_python

FOLDER: Final = Path(__file__).parent


class PyKEEN:
    """A running PyKEEN; its arrays lie in a folder beside."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self._process = process
        self._folder = folder

    def ask(self, what: str, arrays: Mapping[str, NDArray[Any]], **asked: object) -> Any:
        """What ``pykeen_worker`` answers to ``train``, ``rank`` or ``judge``."""
        path = self._folder / "arrays.npz"
        with path.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        streams = self._process.stdin, self._process.stdout
        if streams[0] is None or streams[1] is None:
            raise RuntimeError("PyKEEN has no pipes")
        streams[0].write(json.dumps({"do": what, "arrays": str(path), **asked}) + "\n")
        streams[0].flush()
        line = streams[1].readline()
        if not line:
            log = (self._folder / "log").read_text(encoding="utf-8").strip()
            raise RuntimeError(f"PyKEEN ended: {log[-2000:]}")
        return json.loads(line)


@contextmanager
def running() -> Iterator[PyKEEN]:
    """A PyKEEN that is ended with the block. Raises NotInstalledError."""
    python = peers_python(FOLDER / "pykeen_requirements.txt")
    with TemporaryDirectory() as name:
        folder = Path(name)
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(
                [str(python), str(FOLDER / "pykeen_worker.py")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        try:
            yield PyKEEN(process, folder)
        finally:
            process.kill()
            process.communicate()
