import json

from lib.growth_table import growth_table

from tests.support.places import ROOT


def entry(seconds, memory, **stages):
    return {"whole": {"core_seconds": seconds, "peak_mb": memory}, **({"stages": stages} if stages else {})}


def test_a_column_is_of_a_size_and_a_row_of_a_command():
    run = entry(
        1250.44, 2315, pairs={"core_seconds": 7.25, "peak_mb": 9}, end={"core_seconds": 1, "peak_mb": 2}
    )
    found = {
        "machine": {"cores": 2},
        "1000: run": run,
        "1000: counts": {"load": [1000, 1000]},
        "1000: bytes": 7,
        "100: 100 added": entry(3, 4),
        "100: show": entry(5, 6),
    }
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in growth_table(found).splitlines()
    ]
    assert rows[0] == ["", "100 pages", "1,000 pages", "100, MB", "1,000, MB"]
    told = {row[0]: row[1:] for row in rows[2:] if any(row[1:])}
    assert told == {
        "pairs": ["", "7.2", "", "9"],
        "to the end": ["", "1.0", "", "2"],
        "all": ["", "1,250.4", "", "2,315"],
        "pages added, analysed as they are": ["3.0", "", "4", ""],
        "`show`": ["5.0", "", "6", ""],
    }


def test_the_documentation_has_the_table_of_what_was_measured_in_entries_of_one_shape():
    found = json.loads((ROOT / "docs/growth.json").read_text("utf-8"))
    commands = {
        name: one for name, one in found.items() if name.split()[-1] not in ("machine", "counts", "bytes")
    }
    for one in commands.values():
        assert [*one] in (["commit", "whole"], ["commit", "whole", "stages"])
        for taken in (one["whole"], *one.get("stages", {}).values()):
            assert [*taken] == ["seconds", "core_seconds", "peak_mb", "largest_worker_mb"]
    assert growth_table(found) in (ROOT / "docs/method/speed.md").read_text("utf-8")
