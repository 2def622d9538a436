"""Write the pages of the documentation that follow from the code: commands, exit codes, and keys of the config.

``python scripts/write_reference.py`` writes ``docs/reference/commands.md`` and ``docs/reference/configuration.md``; a
test fails where they are not up to date.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from lib.reference import describe_commands, describe_config

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
PAGES = {"commands.md": describe_commands, "configuration.md": describe_config}


def main() -> None:
    """Write the pages."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder of the pages")
    options = parser.parse_args()
    for name, describe in PAGES.items():
        (options.out / name).write_text(describe(), "utf-8")
        print(options.out / name)


if __name__ == "__main__":
    main()
