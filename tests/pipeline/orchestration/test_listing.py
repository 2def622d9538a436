from tablekin.orchestration.listing import describe_flagged
from tablekin.page import FLAG_MEANINGS, PageFlag


def test_pages_that_are_not_as_pages_should_be_are_told_by_their_names():
    said = list(describe_flagged({"mirrored": ["b"], "inverted": ["a", "b", "c", "d"]}))
    assert [line.split(":")[:2] for line in said] == [
        ["inverted", " 4 pages (a, b, c, ...)"],
        ["mirrored", " 1 page (b)"],
    ]


def test_every_flag_has_a_meaning():
    assert set(FLAG_MEANINGS) == set(PageFlag)
