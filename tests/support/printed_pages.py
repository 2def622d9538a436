"""Pages that the sample archive prints: two editions of a table of declinations, and a multiplication table."""

from pathlib import Path

from tablekin.sample.archive import print_page
from tablekin.sample.plan import plan_archive

PAGES = {
    "p053.jpg": "declination-01_a_1717_p053.jpg",
    "p232.tif": "declination-01_b_1742_p232.tif",
    "p303.jpg": "multiplication-01_a_1652_p303.jpg",
}


def print_pages(folder: Path) -> None:
    """Print them into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    planned = {page.metadata["file"]: page for page in plan_archive(6, 1).pages}
    for name, file in PAGES.items():
        print_page(planned[file], folder)
        (folder / file).rename(folder / name)
