"""Where models, shifts and what belongs to them are kept: a folder beside the store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgdelta.errors import UsageError

if TYPE_CHECKING:
    from kgdelta.session import Session

folder_option = click.option(
    "--models",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder of the models (default: the store's name with .models).",
)


def models_folder(session: Session, folder: Path | None) -> Path:
    """The folder that was named, else the one beside the store's file.

    Raises UsageError where the store is no file.
    """
    if folder is not None:
        return folder
    beside = folder_beside(session.url)
    if beside is None:
        raise UsageError(f"{session.shown} is no file to keep models beside; name --models DIR")
    return beside


def folder_beside(url: str) -> Path | None:
    """The folder beside a store's file; None for a server or a store in memory."""
    scheme, separator, path = url.partition("://")
    location = path[1:] if separator else url
    if (separator and scheme != "sqlite") or location in ("", ":memory:"):
        return None
    return Path(f"{location}.models")
