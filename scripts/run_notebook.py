"""Run a notebook of the documentation anew, and store in it what its cells give.

``python scripts/run_notebook.py docs/tutorial/from-scans-to-a-finding.ipynb`` runs the cells in an empty temporary
folder, so that nothing is left behind.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from pathlib import Path

from lib.notebook import NotebookError, run_notebook, store_outputs


def main() -> int:
    """Run the notebooks that are named."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("notebooks", type=Path, nargs="+", metavar="NOTEBOOK")
    options = parser.parse_args()
    for notebook in options.notebooks:
        path = notebook.resolve()
        try:
            with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
                outputs = run_notebook(path)
            store_outputs(path, outputs)
        except (OSError, NotebookError) as error:
            print(f"run_notebook: {error}", file=sys.stderr)
            return 1
        print(f"{notebook}: {len(outputs)} cells run")
    return 0


if __name__ == "__main__":
    sys.exit(main())
