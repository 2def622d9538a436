"""Which scans are compared."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from lib.pairing import choose_pairs


def test_pairs_of_an_archive_are_editions_and_unrelated_tables(tmp_path: Path) -> None:
    rows = [
        {"file": f"{work}{edition}.png", "work": work, "edition": f"{work}{edition}", "kind": "table"}
        for work in "pqrs"
        for edition in "abc"
    ]
    rows.append({"file": "title.png", "work": "t", "edition": "ta", "kind": "title"})
    pd.DataFrame(rows).to_csv(tmp_path / "metadata.csv", index=False)
    pairs = choose_pairs(tmp_path, 6, 1)
    assert [pair.group for pair in pairs] == ["editions"] * 3 + ["unrelated"] * 3
    for pair in pairs:
        same = pair.a.name[0] == pair.b.name[0]
        assert same == (pair.group == "editions") == (pair.units[0] == pair.units[1])
        assert pair.a != pair.b
    assert {p.a for p in pairs[:3]} == {p.a for p in pairs[3:]}


def test_pages_of_a_folder_are_paired_with_the_next(tmp_path: Path) -> None:
    for number in range(7):
        (tmp_path / f"{number}.jpg").touch()
    (tmp_path / "0.csv").touch()
    pairs = choose_pairs(tmp_path, 4, 1)
    assert [(pair.a.stem, pair.b.stem) for pair in pairs] == [("0", "2"), ("2", "4"), ("4", "6"), ("6", "0")]
    assert len(choose_pairs(tmp_path, 2, 1)) == 1
