import pandas as pd
import pyarrow as pa

from tablekin.iiif.book import lay_out
from tablekin.iiif.columns import add_columns, columns_of, number_columns
from tablekin.iiif.presentation import read_presentation
from tests.support.iiif_manifests import canvas, image, manifest

INT, TEXT = pa.int64(), pa.string()


def add(frame, fields, said, before=None):
    return add_columns(frame, fields, said, before or {}, number_columns(said))


def documents(**columns):
    return pd.DataFrame({"source": ["a", "b", "c"], **columns})


def types(fields):
    return {field.name: field.type for field in fields}


def listed(frame, name):
    return [None if pd.isna(each) else each for each in frame[name]]


def test_what_is_said_of_a_page_goes_before_what_is_said_of_the_book(tmp_path):
    page = canvas("c1", image("https://library.example/1.jpg"), label="f. 1r", rights="page")
    content = manifest([page], rights="book", metadata=[{"label": "Author", "value": "Kepler"}])
    (found,) = lay_out(read_presentation(content, ""), "All tables", tmp_path)
    assert columns_of(found, "https://library.example/1.jpg?small") == {
        "author": "Kepler",
        "rights": "page",
        "iiif_manifest": "https://library.example/manifest",
        "iiif_canvas": "c1",
        "iiif_image": "https://library.example/1.jpg",
        "iiif_address": "https://library.example/1.jpg?small",
        "canvas_width": "1000",
        "canvas_height": "1500",
        "label": "Tables",
        "canvas_label": "f. 1r",
        "collection": "All tables",
    }


def test_columns_are_added_and_those_of_whole_numbers_are_numbers():
    said = {
        "a": {"label": "Tables", "year": "1551"},
        "b": {"year": "1627", "date": "1627"},
        "z": {"date": "c. 1550"},
    }
    joined, fields = add(documents(), [], said)
    assert types(fields) == {"label": TEXT, "year": INT, "date": TEXT}
    assert listed(joined, "year") == [1551, 1627, None]
    assert listed(joined, "date") == [None, "1627", None]
    assert listed(joined, "label") == ["Tables", None, None]


def test_the_users_values_stay():
    given = documents(label=["mine", None, ""], year=pd.array([1500, None, None], "Int64"))
    said = {each: {"label": "theirs", "year": "1551"} for each in "abc"}
    joined, fields = add(given, [pa.field("label", TEXT), pa.field("year", INT)], said)
    assert types(fields) == {"label": TEXT, "year": INT}
    assert listed(joined, "label") == ["mine", "theirs", "theirs"]
    assert listed(joined, "year") == [1500, 1551, 1551]


def test_words_do_not_make_text_of_the_users_numbers():
    given = documents(year=pd.array([1500, None, None], "Int64"))
    joined, fields = add(given, [pa.field("year", INT)], {"b": {"year": "c. 1551"}})
    assert types(fields) == {"year": INT, "metadata_year": TEXT}
    assert listed(joined, "year") == [1500, None, None]
    assert listed(joined, "metadata_year") == [None, "c. 1551", None]


def test_numbers_of_a_library_fit_into_a_text_of_the_users():
    given = documents(date=["c. 1500", None, None])
    joined, fields = add(given, [pa.field("date", TEXT)], {"b": {"date": "1551"}})
    assert types(fields) == {"date": TEXT}
    assert listed(joined, "date") == ["c. 1500", "1551", None]


def test_what_a_library_said_before_gives_way_to_what_it_says_now():
    before = {"a": {"label": "old"}, "b": {"label": "old"}}
    first, fields = add(documents(), [], before)
    first.loc[1, "label"] = "mine"
    second, fields = add(first, fields, {"a": {"label": "new"}, "b": {"label": "new"}}, before)
    assert listed(second, "label") == ["new", "mine", None]


def test_a_librarys_own_numbers_become_words_where_it_has_words_now():
    before = {"a": {"year": "1551"}}
    first, fields = add(documents(), [], before)
    assert types(fields) == {"year": INT}
    second, fields = add(first, fields, {**before, "b": {"year": "c. 1600"}}, before)
    assert types(fields) == {"year": TEXT}
    assert listed(second, "year") == ["1551", "c. 1600", None]


def test_adding_twice_changes_nothing():
    said = {"a": {"label": "Tables", "year": "1551", "date": "c. 1551"}}
    first, fields = add(documents(), [], said)
    second, again = add(first, fields, said, said)
    assert again == fields
    pd.testing.assert_frame_equal(second, first)


def test_a_batch_gets_the_columns_that_all_documents_have():
    said = {"a": {"date": "1551"}, "z": {"date": "c. 1600"}}
    joined, fields = add(documents(), [], said)
    assert types(fields) == {"date": TEXT}
    assert listed(joined, "date") == ["1551", None, None]
    users = [pa.field("year", INT), pa.field("note", TEXT)]  # that other documents have
    joined, fields = add(documents(), users, {"a": {"year": "c. 1551", "note": "1"}})
    assert types(fields) == {"year": INT, "note": TEXT, "metadata_year": TEXT}
    assert listed(joined, "note") == ["1", None, None]
