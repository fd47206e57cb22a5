"""ROBOT, the ontology tool that ours is compared with: its jars from Maven, once, in a cache."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from graph.errors import UnavailableError
from kgdelta import settings
from kgdelta.maven import find_jars

VERSION: Final = "1.9.8"
_MAIN_CLASS: Final = "org.obolibrary.robot.CommandLineInterface"
_MAXIMUM_SECONDS: Final = 600


class NoRobotError(Exception):
    """ROBOT cannot be had here; the message says why."""


class RobotError(Exception):
    """ROBOT refused to do something; the message is what it said last."""


@dataclass(frozen=True, slots=True)
class Robot:
    """An installed ROBOT."""

    jars: Path

    def command(self, *arguments: str | Path, memory: str = "2g") -> list[str]:
        """How a chain of ROBOT commands is called, with so much memory at most."""
        java = ["java", f"-Xmx{memory}", "-cp", f"{self.jars}/*", _MAIN_CLASS]
        return [*java, *map(str, arguments)]

    def run(self, *arguments: str | Path) -> str:
        """Run a chain of ROBOT commands; what it printed. Raises RobotError."""
        done = _run(self.command(*arguments))
        if done.returncode:
            raise RobotError(_last_line(done))
        return done.stdout

    def convert(self, source: Path, *targets: Path, check: bool = True) -> None:
        """Write an ontology in other formats, told by suffix: ofn, owx, owl, ttl, obo, json.

        ``check=False`` saves OBO that breaks the rules of OBO too. Raises RobotError.
        """
        arguments: list[str | Path] = []
        for target in targets:
            arguments += ["convert", *(() if arguments else ("--input", source))]
            arguments += ["--output", target]
            if target.suffix == ".obo" and not check:
                arguments += ["--check", "false"]
        self.run(*arguments)


def find_robot() -> Robot:
    """ROBOT from the cache folder, downloaded where it is not there. Raises NoRobotError."""
    try:
        cache = settings.cache_folder()
        return Robot(find_jars(cache, "robot", "org.obolibrary.robot", "robot-command", VERSION))
    except UnavailableError as error:
        raise NoRobotError(str(error)) from error


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            timeout=_MAXIMUM_SECONDS,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoRobotError(str(error)) from error


def _last_line(done: subprocess.CompletedProcess[str]) -> str:
    lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
    return lines[-1] if lines else f"exit code {done.returncode}, and no word"
