"""The peers in an environment of their own, with the versions of ``requirements.txt``."""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Final

from kgdelta import settings

REQUIREMENTS: Final = Path(__file__).with_name("requirements.txt")


class NotInstalledError(Exception):
    """The peers cannot be measured here; the message says why."""


def peers_python(requirements: Path = REQUIREMENTS) -> Path:
    """The Python that has the peers; made once, in the cache folder. Raises NotInstalledError."""
    key = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    folder = settings.cache_folder() / f"peers-{key}"
    python = folder / "bin" / "python"
    ready = folder / "ready"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        # Others may want it at the same time; they wait until it is whole.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            _run([sys.executable, "-m", "venv", "--clear", str(folder)])
            pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            _run([*pip, "--requirement", str(requirements)])
            ready.touch()
    return python


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise NotInstalledError(str(error)) from error
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no reason given").splitlines()[-1]
        raise NotInstalledError(last)
