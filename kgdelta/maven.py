"""Java programs from Maven: their jars, once, in a cache folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from graph.errors import UnavailableError

_MAXIMUM_SECONDS: Final = 600
_PROJECT: Final = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>kgdelta</groupId>
  <artifactId>{name}</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>{group}</groupId>
      <artifactId>{artifact}</artifactId>
      <version>{version}</version>
    </dependency>
  </dependencies>
</project>
"""


def find_jars(cache: Path, name: str, group: str, artifact: str, version: str) -> Path:
    """The folder with an artifact's jars and all that it needs, downloaded if it is not there.

    Raises UnavailableError.
    """
    for tool in ("java", "mvn"):
        if shutil.which(tool) is None:
            raise UnavailableError(name, f"no {tool} on the path", "install Java 17 and Maven")
    folder = cache / f"{name}-{version}"
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as made:
        project = Path(made) / "pom.xml"
        text = _PROJECT.format(name=name, group=group, artifact=artifact, version=version)
        project.write_text(text, encoding="utf-8")
        _download(name, project, Path(made) / "jars")
        try:
            (Path(made) / "jars").rename(folder)
        except OSError as error:
            # Another process may have been first; its jars are the same.
            if not folder.is_dir():
                raise UnavailableError(name, str(error)) from error
    return folder


def _download(name: str, project: Path, jars: Path) -> None:
    command = ["mvn", "--quiet", "--batch-mode", "--file", str(project)]
    command += ["dependency:copy-dependencies", f"-DoutputDirectory={jars}"]
    try:
        done = subprocess.run(  # noqa: S603
            command,
            capture_output=True,
            text=True,
            check=False,
            timeout=_MAXIMUM_SECONDS,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnavailableError(name, str(error)) from error
    if done.returncode or not jars.is_dir():
        lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
        said = lines[-1] if lines else f"exit code {done.returncode}, and no word"
        raise UnavailableError(name, f"Maven could not download it: {said}", "is there a network?")
