"""NEXUS: what the witnesses of each family read, as a matrix for programs of phylogenetics, and its tree.

Maddison, Swofford, Maddison 1997: NEXUS: an extensible file format for systematic information.
"""

from __future__ import annotations

import io
import logging
import string
from collections.abc import Iterator
from pathlib import Path

from Bio import Phylo

from tablekin.export.chosen_families import chosen_families, family_in_words
from tablekin.export.selection import Selection
from tablekin.export.written_file import one_line, write_file
from tablekin.kinship import Family
from tablekin.version import __version__

_LOGGER = logging.getLogger(__name__)
_SYMBOLS = string.digits + string.ascii_uppercase  # small letters are the same as capitals in NEXUS
_DOUBT, _ABSENT = "?", "-"
Place = tuple[int, int, int]  # table, row and column, counted from 1


def write(selection: Selection) -> Iterator[Path]:
    """Write ``family-0000.nex`` and so on.

    Yields
    ------
    Path
        Each file when it is written.
    """
    for family in chosen_families(selection):
        if not len(family.variants.readings):
            _LOGGER.warning(
                "family %d has no matrix: no cell of it was read surely in two witnesses", family.number
            )
            continue
        text = "\n".join([*_lines(family, _places(selection, family)), ""])
        yield write_file(selection.out / f"family-{family.number:04d}.nex", text.encode())


def _places(selection: Selection, family: Family) -> dict[tuple[str, int], Place]:
    """Find where each cell of a family stands."""
    columns = ["doc_id", "region_id", "table_id", "row", "col"]
    cells = selection.corpus.read("regions", [*family.witness_of], columns).dropna()
    rows = cells.astype({name: int for name in columns[1:]}).itertuples(index=False)
    return {(row.doc_id, row.region_id): (row.table_id + 1, row.row + 1, row.col + 1) for row in rows}


def _lines(family: Family, places: dict[tuple[str, int], Place]) -> Iterator[str]:
    variants = family.variants
    count, taxa = len(variants.readings), len(variants.witnesses)
    names = [_quoted(name) for name in variants.witnesses]
    yield "#NEXUS"
    yield from (f"[{_plain(line)}]" for line in (f"tablekin {__version__}", *family_in_words(family)))
    yield f"[{_DOUBT}: read in doubt; {_ABSENT}: the witness has no such cell; 0: what most witnesses read]"
    yield from ("BEGIN TAXA;", f"DIMENSIONS NTAX={taxa};", f"TAXLABELS {' '.join(names)};", "END;")
    yield from ("BEGIN CHARACTERS;", f"DIMENSIONS NCHAR={count};")
    used = min(int(variants.readings.max()) + 1, len(_SYMBOLS))
    symbols = _SYMBOLS[: max(used, 2)]
    yield f'FORMAT DATATYPE=STANDARD MISSING={_DOUBT} GAP={_ABSENT} SYMBOLS="{symbols}";'
    yield "CHARSTATELABELS"
    for number in range(count):
        yield f"{number + 1} {_state_labels(family, number, places)}{',' if number + 1 < count else ';'}"
    yield "MATRIX"
    present = variants.present
    for column, name in enumerate(names):
        states = zip(variants.readings[:, column].tolist(), present[:, column].tolist(), strict=True)
        yield f"{name} {''.join(_symbol(reading, is_there) for reading, is_there in states)}"
    yield from (";", "END;")
    yield from _tree(family, names)


def _symbol(reading: int, is_there: bool) -> str:
    if not is_there:
        return _ABSENT
    return _SYMBOLS[reading] if 0 <= reading < len(_SYMBOLS) else _DOUBT


def _state_labels(family: Family, number: int, places: dict[tuple[str, int], Place]) -> str:
    """Name a cell by where the first witness has it, and its states by what they read."""
    variants = family.variants
    cells = variants.cells[number]
    witness = min(cells)
    table, row, column = places.get(cells[witness], (0, 0, 0))
    label = _quoted(f"place {number}, {witness} table {table} row {row} column {column}")
    read: dict[int, str] = {}
    for name, reading in zip(variants.witnesses, variants.readings[number].tolist(), strict=True):
        if reading >= 0:
            read.setdefault(reading, variants.texts[cells[name]])
    states = [_quoted(read.get(state) or "_") for state in range(max(read, default=-1) + 1)]
    return f"{label} / {' '.join(states)}"


def _tree(family: Family, names: list[str]) -> Iterator[str]:
    """Write the stemma with numbers for its leaves, which stand for witnesses."""
    if family.stemma is None or family.stemma.is_thin:
        return
    tree = family.stemma.tree()
    numbers = {name: number for number, name in enumerate(family.variants.witnesses, 1)}
    for leaf in tree.get_terminals():
        leaf.name = str(numbers[leaf.name])
    written = io.StringIO()
    Phylo.write(tree, written, "newick", format_branch_length="%1.5f", format_confidence="%d")
    yield from ("BEGIN TREES;", "TRANSLATE")
    yield ",\n".join(f"{number} {name}" for number, name in enumerate(names, 1)) + ";"
    rooted = "&R" if family.stemma.is_rooted else "&U"
    yield from (f"TREE stemma = [{rooted}] {written.getvalue().strip()}", "END;")


def _plain(text: str) -> str:
    """Write a text as a comment can hold it; those that begin with & or ! would be commands."""
    return one_line(text).replace("[", "(").replace("]", ")").lstrip("&!\\/")


def _quoted(text: str) -> str:
    """Write a text as one word."""
    return "'" + (_plain(text) or "_").replace("'", "''") + "'"
