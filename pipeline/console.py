"""Console: where what is said is shown. On a terminal with a bar for what takes time, otherwise as plain lines.

The program says everything through the logger ``tablekin``; results are no messages and go to the standard output.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from tablekin.errors import UsageError
from tablekin.execution import STEP, ProgressStep
from tablekin.lettering import on_terminal

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class PlainFormatter(logging.Formatter):
    """Writes records without what would steer the terminal on which the file is read."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        return on_terminal(super().format(record))


class Console(logging.Handler):
    """Shows messages on a stream.

    Parameters
    ----------
    stream
        Where to: the standard error.
    threshold
        Least level of a message that is shown; the bar is shown with those of level INFO.
    """

    def __init__(self, stream: TextIO, threshold: int) -> None:
        self._has_bar = stream.isatty() and threshold <= logging.INFO
        super().__init__(STEP if self._has_bar else threshold)
        self._stream, self._threshold = stream, threshold
        self._bar = None

    def emit(self, record: logging.LogRecord) -> None:
        """Show a record: as a line, or on the bar."""
        try:
            step = getattr(record, "step", None)
            if step is not None and self._has_bar:
                self._draw(step)
            elif record.levelno >= self._threshold:
                self._write(self.format(record))
        except Exception:
            self.handleError(record)

    def format(self, record: logging.LogRecord) -> str:
        """Write the name of the program before an error, and that of the module before what happens inside."""
        text = on_terminal(super().format(record))
        if record.levelno >= logging.ERROR:
            return f"tablekin: {text}"
        return f"  {record.name}: {text}" if record.levelno < logging.INFO else text

    def _write(self, line: str) -> None:
        if self._bar is None:
            print(line, file=self._stream, flush=True)
        else:
            self._bar.write(line, file=self._stream)

    def _draw(self, step: ProgressStep) -> None:
        from tqdm import tqdm

        if self._bar is None and not step.ended:
            self._bar = tqdm(total=step.total, desc=step.label, unit=f" {step.unit}", file=self._stream)
        if self._bar is not None:
            self._bar.n = step.done
            self._bar.refresh()
            if step.ended:
                self._bar.close()
                self._bar = None


class LogFile(logging.FileHandler):
    """Writes messages into a file as long as there is room; then says so once, and the program goes on."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Give up after an error."""
        error = sys.exc_info()[1]
        logger = logging.getLogger("tablekin")
        logger.removeHandler(self)
        logger.warning(
            "the log file %s ends here, it cannot be written any more: %s", self.baseFilename, error
        )

    def close(self) -> None:
        """Close the file; what could not be written has been told."""
        with suppress(OSError):
            super().close()


@contextmanager
def show_messages(threshold: int = logging.INFO, log_file: Path | None = None) -> Iterator[None]:
    """Show what is said on the standard error meanwhile, and write it into a file.

    Parameters
    ----------
    threshold
        Least level that is shown.
    log_file
        Gets every message with its time, DEBUG among them; what the file holds is kept.

    Raises
    ------
    UsageError
        The file cannot be written.
    """
    logger = logging.getLogger("tablekin")
    handlers: list[logging.Handler] = [Console(sys.stderr, threshold)]
    if log_file is not None:
        handlers.append(_open_log(log_file))
    before = logger.level
    logger.setLevel(min(handler.level for handler in handlers))
    for handler in handlers:
        logger.addHandler(handler)
    try:
        yield
    finally:
        logger.setLevel(before)
        for handler in handlers:
            logger.removeHandler(handler)
            handler.close()


def _open_log(path: Path) -> logging.Handler:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = LogFile(path, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise UsageError(f"cannot write the log file {path}: {error.strerror}; name another one") from error
    handler.setLevel(logging.DEBUG)
    handler.setFormatter(PlainFormatter(_FORMAT))
    return handler
