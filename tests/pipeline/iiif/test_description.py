import pytest

from tablekin.iiif.description import column_name, describe


def test_what_a_library_says_becomes_columns():
    said = describe(
        {
            "metadata": [
                {"label": {"en": ["Author"]}, "value": {"none": ["Reinhold", "Kepler"]}},
                {"label": "Author", "value": "Anon"},
                {"label": "Empty", "value": ""},
                "no pair",
            ],
            "rights": "https://creativecommons.org/publicdomain/zero/1.0/",
            "requiredStatement": {"label": {"en": ["Attribution"]}, "value": {"en": ["<i>A</i> library"]}},
            "navDate": "1551-01-01T00:00:00Z",
            "provider": [{"id": "x", "type": "Agent", "label": {"en": ["A library"]}}],
        }
    )
    assert said == {
        "author": "Reinhold; Kepler; Anon",
        "rights": "https://creativecommons.org/publicdomain/zero/1.0/",
        "required_statement": "A library",
        "nav_date": "1551-01-01T00:00:00Z",
        "provider": "A library",
    }


def test_what_is_broken_says_nothing():
    assert describe({"metadata": "x", "provider": "y", "requiredStatement": "z", "rights": {"a": 1}}) == {}


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Date Created", "date_created"),
        ("Lieu d’édition", "lieu_d_édition"),
        ("著者", "著者"),
        ("Width", "metadata_width"),
        ("Rights", "metadata_rights"),
        ("source", "metadata_source"),
        ("file", "metadata_file"),
        ("  -  ", ""),
        ("x" * 99, "x" * 40),
    ],
)
def test_names_of_columns(label, name):
    assert column_name(label) == name
