"""Dating: the years that a date stands for as a cataloguer writes it: "[1551?]", "c. 1550", "1550/51", "MDL"."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tablekin.threshold import threshold

YEAR_COLUMNS = ("year_from", "year_to")  # of table documents, made from the column "year" of the metadata


@dataclass(frozen=True)
class DatingSettings:
    """What dates that are not exact are taken for."""

    circa: int = threshold(5, "years", "either side of a year that a date says to be about right: 'c. 1550'")
    max_span: int = threshold(
        20,
        "years",
        "from the first to the last that a date may mean; of longer ones no year stands for the whole",
    )


SETTINGS = DatingSettings()


@dataclass(frozen=True)
class Years:
    """The years that a date may mean, both included; None where that side is open."""

    first: int | None
    last: int | None

    def __str__(self) -> str:
        """Write them as a reader does: ``1551``, ``1545-1555``, ``from 1551``, ``until 1549``, ``undated``."""
        if self.first is None:
            return "undated" if self.last is None else f"until {self.last}"
        if self.last is None:
            return f"from {self.first}"
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"

    @property
    def by(self) -> int:
        """The last year it may mean, or the first where that is open: what dates are sorted by; 0 if it means none."""
        return self.last if self.last is not None else self.first or 0

    @property
    def middle(self) -> int | None:
        """The year that stands for all, where they are not too many and neither side is open."""
        if self.first is None or self.last is None or self.last - self.first > SETTINGS.max_span:
            return None
        return (self.first + self.last) // 2

    def is_before(self, other: Years) -> bool:
        """Tell whether they are surely the earlier: whatever year either may mean."""
        return self.last is not None and other.first is not None and self.last < other.first


UNDATED = Years(None, None)

_YEAR = r"(?:1\d{3}|20\d{2})"
_ROMAN = r"m{1,3}(?:cm|cd|d?c{0,9})(?:xc|xl|l?x{0,9})(?:ix|iv|v?[ij]{0,9})"
_TOKEN = re.compile(
    rf"(?<!\d)(?P<short>{_YEAR}\s?[-/]\s?\d{{1,2}})(?![\d.-])"  # 1550/51
    rf"|(?<!\d)(?P<decade>{_YEAR}(?='?s\b|\s?er\b)|1\d{{2}}[-?_x.](?!\d))"  # 1550s, 155-
    r"|(?<!\d)(?P<hundred>1\d[-?_x.]{2}(?!\d))"  # 15--
    rf"|(?<!\d)(?P<year>{_YEAR})(?!\d)"
    r"|(?<![a-z])(?P<roman>m[mdclxvij.\s]*[mdclxvij])(?![a-z])"
)
_CENTURY = re.compile(
    r"(?<!\d)(?P<number>\d{1,2})\.?\s?(?:st|nd|rd|th|er?|eme)?\s?"
    r"(?:century|centuries|cent\b|jh\b|jahrhundert|siecle|secolo|sec\b)"
    r"|\b(?:saec(?:ulum|uli|\b)|s(?=\.)|sec|siecle)\.?\s?(?P<before>[xvi]{1,6})\b"
    r"|\b(?P<after>[xvi]{1,6})(?:e|eme)?\s(?:century|siecle|secolo|sec\b)"
)
_INSTEAD = re.compile(r"\b(?:i\.?\s?e\b|d\.?\s?i\b|recte|that is)[.\s,:]*")
_CIRCA = re.compile(
    r"(?:\b(?:c|ca|cca|circa|um|etwa|gegen|about|around|near|approx|approximately|vers|environ|env|verso)[.\s]*|~\s*)$"
)
_CIRCA_BEHIND = re.compile(r"\s*(?:~|(?:ca|circa|approx)\b)")
_NOT_BEFORE = re.compile(r"\b(?:not before|non ante|nicht vor|ab|since|from|a partir de|seit|von|de)[.\s]*$")
_NOT_AFTER = re.compile(
    r"\b(?:not after|no later than|non post|nicht nach|by|until|till|bis|jusqu'?en|jusqu'a)[.\s]*$"
)
_AFTER = re.compile(r"(?:\b(?:after|nach|post|apres|dopo)[.\s]*|>\s*)$")
_BEFORE = re.compile(r"(?:\b(?:before|vor|ante|avant|prima(?: del)?)[.\s]*|<\s*)$")
_OR_LATER = re.compile(r"\s*(?:(?:or|oder|ou) (?:later|after|spater|apres)\b|\+|-\s*$)")
_OR_EARLIER = re.compile(r"\s*(?:(?:or|oder|ou) (?:earlier|before|fruher|avant)\b)")
_UNDATED = re.compile(
    r"(?:s\.?\s?l\.?[\s,;:]*(?:et\s)?)?"
    r"(?:s\.?\s?a\.?|s\.?\s?d\.?|n\.?\s?d\.?|o\.?\s?j\.?|sine anno|senza data|sans date|ohne jahr|undated|undatiert|"
    r"no date|not dated|unknown|date unknown|unbekannt|\?+|-+|n/?a|nan|none|null|0)"
)
_OTHER_ERA = re.compile(r"\b(?:a\.?\s?h|hijri|hijra|anno hegirae|b\.?\s?c(?:\.?\s?e)?|a\.?\s?m|v\.?\s?chr)\b")
_SMALL = re.compile(
    r"(?P<circa>(?:c|ca|circa|um|about)\.?\s?)?(?P<year>\d{3})(?:\s?(?:a\.?d|c\.?e|n\.? ?chr)\.?)?"
)
_ROMAN_DIGITS = {"m": 1000, "d": 500, "c": 100, "l": 50, "x": 10, "v": 5, "i": 1, "j": 1}


def read_date(date: str) -> Years | None:
    """Read a date.

    Parameters
    ----------
    date
        As written: a year in Arabic or Roman digits, a part of one (``155-``), several (``1550-60``), a decade or
        century; in brackets, with a question mark, or with words as ``c.``, ``after``, ``before``, ``i.e.``, ``s.a.``
        in English, German, French, Italian or Latin.

    Returns
    -------
    Years or None
        The first and last year it may mean: those of ``c.`` reach five years to either side; UNDATED where it says
        that there is no date; None where it is not understood, as are dates of other eras.
    """
    text = _plain(date)
    if re.fullmatch(r"-?[1-9]\d{0,3}(?:\.0)?", text):
        year = int(text.removesuffix(".0"))
        return Years(year, year)
    if _UNDATED.fullmatch(text):
        return UNDATED
    if _OTHER_ERA.search(text):
        return None
    if (instead := _INSTEAD.search(text)) and (corrected := _read_tokens(text[instead.end() :])):
        return corrected
    if small := _SMALL.fullmatch(text):
        return _widen(int(small["year"]), int(small["year"]), small["circa"] is not None)
    return _read_tokens(text) or _read_century(text)


def _plain(date: str) -> str:
    """Write a date without brackets, accents, capitals, long dashes and the old forms of M and D."""
    text = unicodedata.normalize("NFKD", date).casefold()
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    text = re.sub(r"[‐‑‒–—−]", "-", text).replace("ↄ", "ɔ").replace("ciɔ", "m").replace("iɔ", "d")
    text = re.sub(r"[\[\]⟨⟩]|<(?=\d{4}>)|(?<=\d{4})>", "", text)
    return re.sub(r"[\s();]+", " ", text).strip(" ,.:") if re.search(r"\w", text) else text.strip()


def _read_tokens(text: str) -> Years | None:
    """Read the years in a text, from the first to the last of all."""
    found: list[Years] = []
    end = 0
    for token in _TOKEN.finditer(text):
        years = _read_token(token)
        if years is None:
            continue
        before, behind = text[end : token.start()], text[token.end() :]
        first, last = years
        is_about = bool(_CIRCA.search(before) or _CIRCA_BEHIND.match(behind))
        about = _widen(first, last, is_about)
        found.append(_bounded(about, _CIRCA.sub("", before), behind, bool(found)))
        end = token.end()
    if not found:
        return None
    firsts = [one.first for one in found if one.first is not None]
    lasts = [one.last for one in found if one.last is not None]
    opens = found[0].last is None and len(found) == 1
    first_year = min(firsts) if firsts and found[0].first is not None else None
    last_year = None if opens or not lasts or found[-1].last is None else max(lasts)
    if first_year is not None and last_year is not None and first_year > last_year:
        return None
    return Years(first_year, last_year)


def _read_token(token: re.Match[str]) -> tuple[int, int] | None:
    if short := token["short"]:
        return _read_short(short)
    if decade := token["decade"]:
        first = int(decade[:3] + "0")
        return first, first + (99 if decade.endswith("00") else 9)
    if hundred := token["hundred"]:
        return int(hundred[:2]) * 100, int(hundred[:2]) * 100 + 99
    if token["year"]:
        return int(token["year"]), int(token["year"])
    year = _read_roman(re.sub(r"[.\s]", "", token["roman"]))
    return (year, year) if year else None


def _read_short(text: str) -> tuple[int, int] | None:
    """Read a year and the last digits of a later one: 1550/51. A month behind a year is none: 1551-03."""
    first = int(text[:4])
    digits = re.sub(r"\D", "", text[4:])
    size = 10 ** len(digits)
    last = first - first % size + int(digits)
    if last < first and last + size == first + 1:  # 1599/00
        last += size
    if last < first:
        return (first, first) if "-" in text and 1 <= int(digits) <= 12 else None
    return first, last


def _read_roman(text: str) -> int | None:
    """Read a year in Roman digits, four of one kind allowed; a word that happens to look like one is none."""
    if not re.fullmatch(_ROMAN, text) or not (set(text[1:]) & {"c", "d"} or text.startswith("mm")):
        return None
    return add_roman_digits(text)


def _read_century(text: str) -> Years | None:
    found = [
        int(century["number"])
        if century["number"]
        else add_roman_digits(century["before"] or century["after"])
        for century in _CENTURY.finditer(text)
    ]
    if not found or not all(1 <= number <= 21 for number in found):
        return None
    return Years(100 * min(found) - 99, 100 * max(found))


def add_roman_digits(text: str) -> int:
    """Add up small Roman digits, those before a larger one taken away; whether they make a numeral is not asked."""
    values = [_ROMAN_DIGITS[letter] for letter in text]
    return sum(
        -value if behind > value else value for value, behind in zip(values, [*values[1:], 0], strict=True)
    )


def _widen(first: int, last: int, is_about: bool) -> Years:
    circa = SETTINGS.circa if is_about else 0
    return Years(first - circa, last + circa)


def _bounded(years: Years, before: str, behind: str, is_second: bool) -> Years:
    """Open a side of years, as the words before and behind them say."""
    assert years.first is not None
    assert years.last is not None
    if _NOT_AFTER.search(before):
        return years if is_second else Years(None, years.last)
    if _NOT_BEFORE.search(before) or _OR_LATER.match(behind):
        return Years(years.first, None)
    if _AFTER.search(before):
        return Years(years.first + 1, None)
    if _BEFORE.search(before):
        return Years(None, years.first - 1)
    if _OR_EARLIER.match(behind):
        return Years(None, years.last)
    return years


def read_years(dates: pd.Series) -> pd.DataFrame:
    """Read dates.

    Parameters
    ----------
    dates
        Texts or numbers; missing where nothing is known.

    Returns
    -------
    DataFrame
        ``year_from`` and ``year_to`` as whole numbers (Int64), missing where a side is open or not known.
    """
    known = {date: read_date(str(date)) or UNDATED for date in dates.dropna().unique()}
    years = [UNDATED if pd.isna(date) else known[date] for date in dates]
    columns = [[one.first for one in years], [one.last for one in years]]
    return pd.DataFrame(
        {
            name: pd.array(side, "Int64") if side else pd.array([], "Int64")
            for name, side in zip(YEAR_COLUMNS, columns, strict=True)
        },
        index=dates.index,
    )


def unread_dates(dates: pd.Series) -> list[str]:
    """List dates that are not understood, each as often as it stands there."""
    return [str(date) for date in dates.dropna() if read_date(str(date)) is None]


def year_column(columns: list[str]) -> str | None:
    """Find the column of the metadata that dates a document: ``year``, in whatever case, if there is just one."""
    found = [name for name in columns if name.casefold() == "year"]
    return found[0] if len(found) == 1 else None


def years_of(documents: pd.DataFrame, column: str) -> pd.DataFrame:
    """Give the years of documents by a column of the metadata: ``year_from`` and ``year_to``.

    Those that table ``documents`` has are taken; where it has none, and of other columns, dates are read.
    """
    if column == year_column([*documents.columns]) and {*YEAR_COLUMNS} <= {*documents.columns}:
        return documents[[*YEAR_COLUMNS]].astype("Int64")
    return read_years(documents[column])


def dates_of(documents: pd.DataFrame, column: str | None = None) -> dict[str, Years]:
    """Give the years of documents by what they are indexed by; none where the metadata date them nowhere.

    Parameters
    ----------
    documents
        Rows of table ``documents``.
    column
        That dates them; ``year`` by default, if there is one.
    """
    column = column or year_column([*documents.columns])
    if column is None:
        return {}
    rows = years_of(documents, column)[[*YEAR_COLUMNS]].itertuples()
    return {str(doc): span(first, last) for doc, first, last in rows}


def middle_years(years: pd.DataFrame) -> pd.Series:
    """Give the year that stands for each date, as a float; missing where none does.

    Parameters
    ----------
    years
        As from `read_years`.
    """
    first, last = (years[name].to_numpy(float, na_value=np.nan) for name in YEAR_COLUMNS)
    middle = np.floor((first + last) / 2)
    return pd.Series(np.where(last - first <= SETTINGS.max_span, middle, np.nan), index=years.index)


def span(first: Any, last: Any) -> Years:
    """Make years of two numbers, either of which may be missing."""
    return Years(None if pd.isna(first) else int(first), None if pd.isna(last) else int(last))
