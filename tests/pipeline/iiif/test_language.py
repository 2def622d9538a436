import pytest

from tablekin.iiif.language import as_list, plain_text


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("Tables", "Tables"),
        (None, ""),
        (True, ""),
        (1551, "1551"),
        ({"en": ["Tables"]}, "Tables"),
        ({"la": ["Tabulae"], "en": ["Tables", "Second part"]}, "Tables; Second part"),
        ({"la": ["Tabulae"], "none": ["MDLI"]}, "MDLI"),
        ({"de": ["Tafeln"], "la": ["Tabulae"]}, "Tafeln"),
        ({"en-GB": ["Tables"], "de": ["Tafeln"]}, "Tables"),
        ({"en": "Tables"}, "Tables"),
        ({"@value": "Tables", "@language": "en"}, "Tables"),
        ([{"@value": "Tafeln", "@language": "de"}, {"@value": "Tables", "@language": "en"}], "Tables"),
        (["one", "two", "one"], "one; two"),
        ("<p>Tables &amp; <b>canons</b></p>", "Tables & canons"),
        ("a < b", "a < b"),
        ("two\n  lines\x1b[2J", "two lines [2J"),
        ([], ""),
        ({}, ""),
        ({"en": [None, {"x": 1}]}, ""),
    ],
)
def test_what_is_said_becomes_plain_text_in_one_language(said, text):
    assert plain_text(said) == text


def test_a_text_without_end_is_cut():
    assert len(plain_text("a" * 100_000)) < 5000


def test_one_thing_is_a_list_of_one():
    assert as_list("a") == ["a"]
    assert as_list(["a", "b"]) == ["a", "b"]
    assert as_list(None) == []
