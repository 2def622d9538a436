"""App: the ``tablekin`` command and the options that stand before the name of a command."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from tablekin.cli import corpora, correcting, documents, exports, finding, reports, studies
from tablekin.cli.command import LogFile, MessageOptions, Quiet, Verbose
from tablekin.errors import ExitCode
from tablekin.execution import left_out_at_the_end
from tablekin.interruption import Terminated, end_in_order_when_terminated
from tablekin.version import __version__

app = typer.Typer(
    name="tablekin",
    help="Find out which historical numerical tables were copied from which, and see why.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tablekin {__version__}")
        raise typer.Exit


@app.callback()
def _tablekin(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
    log_file: LogFile = None,
) -> None:
    """Take options that stand before the command."""
    context.obj = MessageOptions(verbose, quiet, log_file)


corpora.add_commands(app)
documents.add_commands(app)
correcting.add_commands(app)
studies.add_commands(app)
finding.add_commands(app)
exports.add_commands(app)
reports.add_commands(app)


def main() -> None:
    """Run the command; one that is ended before it has read its options, or after its last line, shows no traceback."""
    try:
        end_in_order_when_terminated()
        app()
    except Terminated:
        sys.exit(ExitCode.TERMINATED)
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
    finally:
        left_out_at_the_end()
