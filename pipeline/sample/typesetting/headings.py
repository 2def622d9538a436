"""Headings: the words of titles, headings and prose in the languages of the editions."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from tablekin import data
from tablekin.sample.works.work import Work

LANGUAGES = ("la", "it", "fr", "de", "en", "es")
_LEXICA = Path(data.__file__).parent / "lexica"
_TERM = re.compile(r"@(\w+)")


@dataclass(frozen=True)
class Lexicon:
    """What the printers of a language call things; a list holds the habits of different printers."""

    language: str
    places: dict[str, str]  # modern name of a town -> as title pages print it
    titles: dict[str, list[str]]  # type of the table -> titles with fields for the parameters of a work
    terms: dict[str, list[str]]  # word of Quantity.name and Quantity.units -> as printed
    running_heads: list[str]
    continued: list[str]  # title of the second page of a table
    notes: list[str]  # how to use a table
    prose: list[str]  # sentences with fields small, large and year
    title_page: list[str]  # lines
    captions: list[str]  # of diagrams

    def translate(self, text: str, printer: int) -> str:
        """Put words of the language for the terms (``@word``) in a text, as the given printer writes them."""
        return _TERM.sub(lambda term: pick(self.terms[term[1]], printer), text)

    def title(self, work: Work, printer: int) -> str:
        """Entitle a work."""
        title = pick(self.titles[work.table_type], printer).format_map(work.parameters)
        return self.translate(title, printer)

    def sentences(self, rng: np.random.Generator, count: int, year: int) -> str:
        """Compose prose; its numbers are made up."""
        chosen = rng.choice(len(self.prose), count, replace=count > len(self.prose))
        return " ".join(
            self.prose[index].format(
                small=int(rng.integers(4, 90)),
                large=int(rng.integers(1_000, 300_000)),
                year=year - int(rng.integers(0, 30)),
            )
            for index in chosen
        )


def pick(words: list[str], printer: int) -> str:
    """Word that a printer uses: always the same one."""
    return words[printer % len(words)]


@cache
def read_lexicon(language: str) -> Lexicon:
    """Read the words of one of ``LANGUAGES``."""
    return Lexicon(**json.loads((_LEXICA / f"{language}.json").read_text(encoding="utf-8")))
