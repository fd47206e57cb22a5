"""Where the environment and ``kgdelta.toml`` are read; no other module does."""

from __future__ import annotations

import getpass
import os
import subprocess
import tomllib
from pathlib import Path
from typing import Final

from kgdelta.errors import UsageError

CONFIG: Final = "kgdelta.toml"
DEFAULT_STORE: Final = "kg.db"


def store_url(given: str | None) -> str:
    """The store to use: as given, else KGDELTA_STORE, else kgdelta.toml, else ./kg.db."""
    return given or os.environ.get("KGDELTA_STORE") or _configured("store") or DEFAULT_STORE


def author(given: str | None) -> str:
    """Who commits: as given, else KGDELTA_AUTHOR, else kgdelta.toml, else git's, else the login."""
    configured = given or os.environ.get("KGDELTA_AUTHOR") or _configured("author")
    return configured or _git_author() or _login()


def cache_folder() -> Path:
    """Where downloads are kept: KGDELTA_CACHE, else the user's cache folder."""
    named = os.environ.get("KGDELTA_CACHE")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "kgdelta"


def neo4j_login() -> tuple[str | None, str | None]:
    """User and password for a Neo4j server: NEO4J_USERNAME and NEO4J_PASSWORD.

    The password may also be the text of the file that NEO4J_PASSWORD_FILE names. Raises UsageError.
    """
    named = os.environ.get("NEO4J_PASSWORD_FILE")
    password = os.environ.get("NEO4J_PASSWORD")
    if password is None and named:
        try:
            password = Path(named).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"NEO4J_PASSWORD_FILE: {error}") from None
    user = os.environ.get("NEO4J_USERNAME")
    return user or ("neo4j" if password else None), password


def let_threads_sleep() -> None:
    """Let OpenMP's threads sleep while they wait; must come before torch is imported.

    By default they spin, and on cores that other work uses a training then takes many times as
    long. What the user set stays.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def _configured(key: str) -> str | None:
    path = Path(CONFIG)
    if not path.is_file():
        return None
    try:
        value = tomllib.loads(path.read_text(encoding="utf-8")).get(key)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{CONFIG}: {error}") from None
    if value is not None and not isinstance(value, str):
        raise UsageError(f"{CONFIG}: {key} must be a text")
    return value


def _git_author() -> str | None:
    try:
        found = subprocess.run(
            ["git", "config", "user.name"],  # noqa: S607
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return None
    return found.stdout.strip() or None


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
