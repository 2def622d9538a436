from pathlib import Path

import pytest

from tablekin.corpus import CorpusLayout


@pytest.fixture
def layout(tmp_path):
    return CorpusLayout(tmp_path / "corpus")


def test_nothing_is_made_by_asking(layout):
    assert layout.parts("pairs") == layout.unfinished("pairs") == []
    assert not layout.root.exists()


def test_parts_come_in_the_order_of_their_names_and_a_new_one_after_them(layout):
    assert layout.next_part("regions").name == "part-00000.parquet"
    folder = layout.table("regions")
    folder.mkdir(parents=True)
    for name in ("part-00010.parquet", "part-00002.parquet", ".part-00011.parquet.tmp", "notes.txt"):
        (folder / name).touch()
    assert [part.name for part in layout.parts("regions")] == ["part-00002.parquet", "part-00010.parquet"]
    assert layout.next_part("regions").name == "part-00011.parquet"
    assert [path.name for path in layout.unfinished("regions")] == [".part-00011.parquet.tmp"]


def test_messages_name_places_below_the_corpus(layout):
    assert layout.place(layout.part("digits", "part-00001.parquet")) == "digits/part-00001.parquet"
    assert layout.place(layout.record) == "run.json"


def test_what_is_no_table_has_a_place_of_its_own(layout):
    places = [layout.record, layout.analysis, layout.kinship, layout.lock, layout.lock_holder]
    assert len({*places, *map(layout.table, ("pairs", "groups"))}) == 7
    assert all(isinstance(place, Path) and place.parent == layout.root for place in places)
