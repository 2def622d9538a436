import itertools

import numpy as np
import pandas as pd
import pytest

from tablekin.dating import (
    UNDATED,
    Years,
    dates_of,
    middle_years,
    read_date,
    read_years,
    unread_dates,
    years_of,
)


@pytest.mark.parametrize(
    ("date", "years"),
    [
        *(
            (date, (1551, 1551))
            for date in ("1551", "[1551?]", "1551.", "(1551)", "<1551>", "[15]51", "1551.0")
        ),
        *(
            (date, (1551, 1551))
            for date in ("1551-03-14", "14.3.1551", "14 March 1551", "1551-03", "Venice, 1551.")
        ),
        *(
            (date, (1551, 1551))
            for date in ("MDLI", "M.D.LI.", "mdlj", "Anno M. D. LI.", "CI\u2184 I\u2184 LI")
        ),
        *((date, (1544, 1544)) for date in ("MDXLIV", "MDXXXXIIII", "MDXLiiij")),
        *(
            (date, (1545, 1555))
            for date in ("c. 1550", "ca. 1550", "c1550", "[circa 1550]", "um 1550", "1550 ca.")
        ),
        *((date, (1545, 1555)) for date in ("vers 1550", "about 1550", "~1550", "s. d. [ca. 1550]")),
        *(
            (date, (1550, 1551))
            for date in ("1550/51", "1550-51", "1550/1", "1550 or 1551", "1550 \u2013 51")
        ),
        *(
            (date, (1550, 1560))
            for date in ("1550-1560", "1550\u20131560", "between 1550 and 1560", "1550 bis 1560")
        ),
        *((date, (1550, 1560)) for date in ("from 1550 to 1560", "1560-1550", "MDL-MDLX")),
        ("after 1549, before 1561", (1550, 1560)),
        ("c. 1550-1560", (1545, 1560)),
        ("1599/00", (1599, 1600)),
        ("1505-12", (1505, 1512)),
        *((date, (1550, 1559)) for date in ("1550s", "155-", "155?", "[155-?]", "1550er Jahre")),
        *((date, (1500, 1599)) for date in ("15--", "1500s")),
        *(
            (date, (1501, 1600))
            for date in ("16th century", "saec. XVI", "s. XVI", "16. Jh.", "XVIe si\u00e8cle")
        ),
        *((date, (1551, None)) for date in ("after 1550", "nach 1550", "1551 or later", "not before 1551")),
        *(
            (date, (None, 1549))
            for date in ("before 1550", "vor 1550", "ante 1550", "not after 1549", "until 1549")
        ),
        ("1551 [i.e. 1552]", (1552, 1552)),
        ("c. 830", (825, 835)),
        *(
            (date, (None, None))
            for date in ("s.a.", "[s. a.]", "s.l., s.a.", "n.d.", "o. J.", "?", "unknown", "-")
        ),
    ],
)
def test_dates_are_read_as_cataloguers_write_them(date, years):
    assert read_date(date) == Years(*years)


@pytest.mark.parametrize(
    "date",
    [
        "hello",
        "Mill",
        "mix",
        "30 BC",
        "AH 1002",
        "1551/47",
        "Paris 16231",
        "1 5 5 0",
        "after 1560, before 1550",
    ],
)
def test_what_is_not_understood_is_not_guessed(date):
    assert read_date(date) is None


def roman(number):
    """Write a year by the table of its places."""
    units = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"]
    tens = [text.translate(str.maketrans("IVX", "XLC")) for text in units]
    hundreds = [text.translate(str.maketrans("IVX", "CDM")) for text in units]
    places = [units, tens, hundreds, ["", "M"]]
    return "".join(places[place][number // 10**place % 10] for place in (3, 2, 1, 0))


def test_every_year_in_roman_digits_is_read():
    for year in range(1100, 2000):
        assert read_date(roman(year)) == Years(year, year)


def test_the_two_years_of_every_short_form_are_right():
    for first, step in itertools.product(range(1400, 1800, 7), range(1, 10)):
        last = first + step
        if last // 100 == first // 100:
            assert read_date(f"{first}/{last % 100:02d}") == Years(first, last)


def test_columns_of_dates_become_whole_numbers_with_gaps():
    years = read_years(pd.Series(["1551", "after 1560", None, "what?"], index=[4, 5, 6, 7]))
    assert years.dtypes.astype(str).tolist() == ["Int64", "Int64"]
    assert years.index.tolist() == [4, 5, 6, 7]
    assert years["year_from"].fillna(0).tolist() == [1551, 1561, 0, 0]
    assert years["year_to"].fillna(0).tolist() == [1551, 0, 0, 0]
    assert unread_dates(pd.Series(["1551", None, "what?", "s.a."])) == ["what?"]
    assert read_years(pd.Series([], dtype=str)).empty


def test_the_middle_stands_for_dates_that_are_not_too_open():
    dates = pd.Series(["1551", "c. 1550", "1550-1561", "1500-1599", "after 1550", None])
    np.testing.assert_array_equal(middle_years(read_years(dates)), [1551, 1550, 1555, np.nan, np.nan, np.nan])
    for date, middle in zip(dates[:5], [1551, 1550, 1555, None, None], strict=True):
        assert read_date(date).middle == middle


def test_years_that_documents_have_are_taken_and_others_read():
    documents = pd.DataFrame(
        {"year": ["c. 1550"], "printed": ["1560"], "year_from": [1540], "year_to": [1541]}
    )
    assert years_of(documents, "year").to_numpy().tolist() == [[1540, 1541]]
    assert years_of(documents, "printed").to_numpy().tolist() == [[1560, 1560]]
    assert years_of(documents[["year"]], "year").to_numpy().tolist() == [[1545, 1555]]


@pytest.mark.parametrize(
    ("years", "text", "by"),
    [
        (Years(1550, 1550), "1550", 1550),
        (Years(1545, 1555), "1545-1555", 1555),
        (Years(1551, None), "from 1551", 1551),
        (Years(None, 1549), "until 1549", 1549),
        (UNDATED, "undated", 0),
    ],
)
def test_years_are_written_and_sorted(years, text, by):
    assert (str(years), years.by) == (text, by)


def test_years_are_before_others_if_none_of_theirs_is_as_late():
    assert Years(1500, 1510).is_before(Years(1511, None))
    assert not Years(1500, 1510).is_before(Years(1510, 1520))
    assert not Years(1500, None).is_before(Years(1600, 1600))
    assert not Years(1500, 1500).is_before(UNDATED)


def test_documents_are_dated_by_their_column_of_years():
    documents = pd.DataFrame({"Year": ["1550", "s.a."], "printed": ["1560", "1570"]}, index=["a", "b"])
    assert dates_of(documents) == {"a": Years(1550, 1550), "b": UNDATED}
    assert dates_of(documents, "printed") == {"a": Years(1560, 1560), "b": Years(1570, 1570)}
    assert dates_of(documents.drop(columns="Year")) == {}
