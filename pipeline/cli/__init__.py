"""The ``tablekin`` command. Results go to stdout; what happened, to which file, and what to do, to stderr."""

from tablekin.cli.app import app, main

__all__ = ["app", "main"]
