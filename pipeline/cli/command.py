"""Command: what all commands have in common: options of messages, ``--json``, and exit codes of what goes wrong."""

from __future__ import annotations

import inspect
import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from tablekin.cli.json_text import to_json
from tablekin.errors import ExitCode, TablekinError, UsageError
from tablekin.faults import describe_fault
from tablekin.interruption import Terminated
from tablekin.lettering import on_terminal

LOGGER = logging.getLogger("tablekin")
_PANEL = "Messages"

Verbose = Annotated[
    bool,
    typer.Option(
        "-v", "--verbose", rich_help_panel=_PANEL, help="Also say what each stage did and how long it took."
    ),
]
Quiet = Annotated[
    bool, typer.Option("-q", "--quiet", rich_help_panel=_PANEL, help="Say only what went wrong; no progress.")
]
LogFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", rich_help_panel=_PANEL, help="Write every message into this file, too, with its time."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@dataclass(frozen=True)
class MessageOptions:
    """How much is said, and where to; given before the command or after it."""

    verbose: bool = False
    quiet: bool = False
    log_file: Path | None = None

    def or_else(self, other: MessageOptions) -> MessageOptions:
        """Add what was given elsewhere."""
        return MessageOptions(
            self.verbose or other.verbose, self.quiet or other.quiet, self.log_file or other.log_file
        )

    @property
    def threshold(self) -> int:
        """Least level of a message that is shown.

        Raises
        ------
        UsageError
            The options contradict one another.
        """
        if self.verbose and self.quiet:
            raise UsageError("-v says more and -q says less; leave one of them out")
        return logging.DEBUG if self.verbose else logging.WARNING if self.quiet else logging.INFO


@dataclass(frozen=True)
class Output:
    """What a command found: as lines, as data for ``--json``, and how the command ends."""

    lines: Iterable[str] = ()
    data: Callable[[], Any] = dict
    code: ExitCode = ExitCode.DONE


def command(
    app: typer.Typer, label: str | None = None, is_brief: bool = False
) -> Callable[[Callable[..., Output]], None]:
    """Make a function a command that prints its ``Output``.

    Parameters
    ----------
    app
        What the command is added to.
    label
        What it does, for who waits, if it says nothing of that itself: ``reading``.
    is_brief
        Whether it looks at a page or two, so that most of its time goes into what it imports.
    """

    def register(function: Callable[..., Output]) -> None:
        hints = get_type_hints(function, include_extras=True)
        own = inspect.signature(function).parameters.values()
        added = {"json": Json, "verbose": Verbose, "quiet": Quiet, "log_file": LogFile}
        parameters = [
            inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context),
            *(each.replace(kind=each.KEYWORD_ONLY, annotation=hints[each.name]) for each in own),
            *(
                inspect.Parameter(
                    name,
                    inspect.Parameter.KEYWORD_ONLY,
                    default=None if name == "log_file" else False,
                    annotation=hint,
                )
                for name, hint in added.items()
            ),
        ]

        @wraps(function)
        def print_output(**given: Any) -> None:
            context, as_json = given.pop("context"), given.pop("json")
            here = MessageOptions(given.pop("verbose"), given.pop("quiet"), given.pop("log_file"))
            with _messages(here.or_else(context.obj)):
                output = _run(function, given, label, is_brief)
                if as_json:
                    typer.echo(to_json(output.data()))
                else:
                    for line in output.lines:
                        typer.echo(on_terminal(line))
                sys.stdout.flush()  # or nobody would be told that there is no room for it
                if output.code:
                    raise typer.Exit(output.code)

        print_output.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        print_output.__annotations__ = {each.name: each.annotation for each in parameters}
        app.command()(print_output)

    return register


def _run(function: Callable[..., Output], given: dict[str, Any], label: str | None, is_brief: bool) -> Output:
    if label is None:
        return function(**given)
    from tablekin.execution import Progress, looked_for_less

    with looked_for_less() if is_brief else nullcontext(), Progress(label):
        output = function(**given)
        return Output([*output.lines], output.data, output.code)


@contextmanager
def _messages(options: MessageOptions) -> Iterator[None]:
    """Show what is said meanwhile, and end with the exit code of what goes wrong."""
    from tablekin.console import show_messages

    try:
        with show_messages(options.threshold, options.log_file), _exit_codes():
            yield
    except UsageError as error:  # of the options themselves
        typer.echo(on_terminal(f"tablekin: {error}"), err=True)
        raise typer.Exit(error.exit_code) from error


@contextmanager
def _exit_codes() -> Iterator[None]:
    try:
        yield
    except (typer.Exit, typer.Abort, BrokenPipeError):
        raise
    except TablekinError as error:
        LOGGER.error("%s", error)
        raise typer.Exit(error.exit_code) from error
    except Terminated as error:
        LOGGER.error("asked to end; what is finished is kept, run the same command to go on")
        raise typer.Exit(ExitCode.TERMINATED) from error
    except KeyboardInterrupt as error:
        LOGGER.error("interrupted; what is finished is kept, run the same command to go on")
        raise typer.Exit(ExitCode.INTERRUPTED) from error
    except Exception as error:
        if isinstance(error, OSError) and (told := describe_fault(error)):
            LOGGER.debug("where it came about:", exc_info=True)
            LOGGER.error("%s", told)
            raise typer.Exit(told.exit_code) from error
        LOGGER.critical("an error of tablekin itself, please report it with these lines:", exc_info=True)
        raise typer.Exit(ExitCode.FAULT) from error
