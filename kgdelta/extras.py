"""What is installed only with an extra, asked for before any work begins."""

from __future__ import annotations

from importlib.util import find_spec

from graph.errors import UnavailableError


def need_extra(what: str, extra: str, *packages: str) -> None:
    """Refuse in one line where a package is not installed. Raises UnavailableError."""
    for package in packages:
        if find_spec(package) is None:
            told = f"{package} is not installed"
            raise UnavailableError(what, told, f"pip install 'kgdelta[{extra}]'")
