"""Journal: what a command is about to do in several steps, written down before the first of them.

Whatever ends the command, what it had begun is known afterwards and can be finished: by the same command, or by another
that writes to the corpus.
"""

from __future__ import annotations

import json
from typing import Any

from tablekin.corpus.atomic_file import write_json
from tablekin.corpus.layout import CorpusLayout
from tablekin.errors import CorpusError


class Journal:
    """Commands that have begun to change the corpus of this layout and have not ended."""

    def __init__(self, layout: CorpusLayout) -> None:
        self._layout = layout

    def begin(self, command: str, **facts: Any) -> None:
        """Write down what a command is about to do."""
        write_json(self._layout.begun(command), facts)

    def begun(self, command: str) -> dict[str, Any] | None:
        """Tell what a command had begun to do; None if it has ended.

        Raises
        ------
        CorpusError
            It cannot be told.
        """
        path = self._layout.begun(command)
        try:
            return dict(json.loads(path.read_text("utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError) as error:
            raise CorpusError(
                f"{path} is damaged ({error}); delete it, and give the command tablekin {command} again"
            ) from error

    def end(self, command: str) -> None:
        """Strike out what a command had begun: all of it is done."""
        self._layout.begun(command).unlink(missing_ok=True)

    def dropping(self) -> dict[str, str]:
        """Name the documents that a command had begun to drop, and their scans."""
        found = self.begun("drop") or {}
        return dict(found.get("documents", {}))
