"""Where the files lie that tests read."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
DOCS = ROOT / "docs"
SHARED = Path(
    os.environ.get("TABLEKIN_SHARED", ROOT.parent / "shared")
)  # real scans, never part of the project
SCANS = SHARED / "scans"
METADATA = SHARED / "inputs" / "metadata"  # files that once lost all that they say
