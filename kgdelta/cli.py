"""The command line. Commands are imported when they are asked for, to start fast."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Final, NoReturn

import click

from kgdelta.rooms import ForeignRoomError, check_rooms

#: Where each command lives, in the order of the help page.
COMMANDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "demo": "kgdelta.commands.demo",
        "init": "kgdelta.commands.refs",
        "graphs": "kgdelta.commands.refs",
        "import": "kgdelta.commands.importing",
        "export": "kgdelta.commands.files",
        "convert": "kgdelta.commands.files",
        "formats": "kgdelta.commands.files",
        "parse": "kgdelta.commands.parsing",
        "apply": "kgdelta.commands.changes",
        "policy": "kgdelta.commands.policy",
        "diff": "kgdelta.commands.difference",
        "check": "kgdelta.commands.checking",
        "textconv": "kgdelta.commands.git_drivers",
        "git-diff": "kgdelta.commands.git_drivers",
        "pr-comment": "kgdelta.commands.pull_requests",
        "log": "kgdelta.commands.past",
        "show": "kgdelta.commands.past",
        "life": "kgdelta.commands.past",
        "blame": "kgdelta.commands.past",
        "bisect": "kgdelta.commands.bisecting",
        "branch": "kgdelta.commands.refs",
        "tag": "kgdelta.commands.refs",
        "merge": "kgdelta.commands.merging",
        "merge-file": "kgdelta.commands.file_merging",
        "cherry-pick": "kgdelta.commands.merging",
        "revert": "kgdelta.commands.merging",
        "undo": "kgdelta.commands.undoing",
        "invert": "kgdelta.commands.undoing",
        "bundle": "kgdelta.commands.exchange",
        "verify": "kgdelta.commands.care",
        "compact": "kgdelta.commands.care",
        "purge": "kgdelta.commands.care",
        "search": "kgdelta.commands.ask",
        "tree": "kgdelta.commands.ask",
        "query": "kgdelta.commands.query",
        "shift": "kgdelta.commands.shifting",
        "shifts": "kgdelta.commands.shifting",
        "denoise": "kgdelta.commands.drift",
        "doubts": "kgdelta.commands.drift",
        "embed": "kgdelta.commands.embedding",
        "models": "kgdelta.commands.embedding",
        "neo4j": "kgdelta.commands.development_server",
    }
)


#: How a command is told the format of a file; to the others a file tells it.
_FORMAT_OPTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("import", "export", "textconv", "merge-file"), "--format"),
        "apply": "--format",
        "convert": "--from (IN) or --format (OUT)",
    }
)


class LazyGroup(click.Group):
    """A group whose commands are imported by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command = getattr(import_module(module), f"{cmd_name.replace('-', '_')}_command")
        return command if isinstance(command, click.Command) else None


@click.command(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="kgdelta")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def cli(context: click.Context, debug: bool) -> None:
    """Version control and drift analysis for knowledge graphs.

    Exit codes: 0 done, 1 the answer is no, 2 wrong usage, 3 bad input, 4 rejected change,
    5 stale head, 6 not found, 7 unavailable.
    """
    del debug  # read from the arguments by main, which must know it before parsing fails
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code; an error is one line."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        check_rooms()
    except ForeignRoomError as error:
        _leave(str(error), 7)
    # Not before it is sure that this is our own.
    from graph.errors import KgdeltaError

    try:
        # Outside standalone mode click returns the code of an Exit; a command returns None.
        code = cli.main(args=given, prog_name="kgdelta", standalone_mode=False)
    except click.Abort:
        _leave("interrupted; what was committed before is kept, nothing is half-done", 130)
    except click.ClickException as error:
        _leave(_usage(error), error.exit_code)
    except BrokenPipeError:
        # The reader of our output has left, as `| head` does; there is nobody to tell.
        sys.stderr.close()
        sys.exit(0)
    except (KgdeltaError, OSError, UnicodeError) as error:
        if "--debug" in given:
            raise
        _leave(_one_line(error) + _advice(error, given), _code(error))
    sys.exit(code if isinstance(code, int) else 0)


def _usage(error: click.ClickException) -> str:
    """What is wrong with a call, and where its help is."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "kgdelta"
    message = error.format_message().rstrip(".")
    return f"{' '.join(message.split())}; see '{path} --help'"


def _code(error: BaseException) -> int:
    if isinstance(error, FileNotFoundError):
        return 6
    if isinstance(error, OSError):
        return 7
    from kgdelta.errors import exit_code

    return exit_code(error)


def _one_line(error: BaseException) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return " ".join(str(error).split())


def _advice(error: BaseException, given: list[str]) -> str:
    """What to do about a file of which nobody knows the format, with the command that met it."""
    from ingest.errors import UnknownFormatError

    if not isinstance(error, UnknownFormatError):
        return ""
    command = next((word for word in given if word in COMMANDS), "")
    option = _FORMAT_OPTIONS.get(command)
    if option is None:
        return f"; `kgdelta convert {error.source} NEW --from F` reads it as one of them"
    return f"; say which with {option}"


def _leave(message: str, code: int) -> NoReturn:
    click.echo(f"kgdelta: {message}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
