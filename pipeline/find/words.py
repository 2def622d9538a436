"""Words: where in a corpus words stand that an OCR engine read."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
import pandas as pd

from tablekin.corpus import CorpusStore
from tablekin.errors import UsageError

_AS_PRINTED = str.maketrans(
    {"v": "u", "j": "i", "æ": "ae", "œ": "oe"}
)  # printers' spellings of the same letter
_PLACE = ["doc_id", "region_id"]


def are_words(sought: Sequence[str]) -> bool:
    """Tell whether what is looked for is words: letters, and nowhere a digit."""
    has_letters = all(any(map(str.isalpha, each)) for each in sought)
    return bool(sought) and has_letters and not any(map(str.isdigit, "".join(sought)))


def search_words(corpus: CorpusStore, sought: Sequence[str]) -> pd.DataFrame:
    """Find the regions where words follow one another.

    Case, accents and the printers' u for v, i for j and long s do not count, nor does what is no letter. A word that
    begins with the one looked for is found, too, and is not exact: ``tangens`` for ``tang``.

    Parameters
    ----------
    corpus
        Its table ``words``.
    sought
        Words, also several in one string.

    Returns
    -------
    DataFrame
        As from :func:`tablekin.find.search`, ``along`` being the kind of the region; ``table_id``, ``row`` and ``col``
        are missing where they do not apply, and ``text`` is what stands there, as it was read.

    Raises
    ------
    UsageError
        No OCR engine has read the words of this corpus.
    """
    if not corpus.layout.parts("words"):
        raise UsageError(
            f"no words of {corpus.root} were read, so that only numbers can be found in it; read them with: "
            f"tablekin run SCANS --out {corpus.root} --words tesseract"
        )
    wanted = [plain(word) for each in sought for word in each.split() if plain(word)]
    words = corpus.read("words", columns=[*_PLACE, "text"])
    letters = words["text"].map({text: plain(text) for text in words["text"].unique()})
    words = words[letters != ""].reset_index(drop=True)
    letters = letters[letters != ""].reset_index(drop=True)
    begins = np.ones(len(words), bool)
    is_exact = np.ones(len(words), bool)
    for step, word in enumerate(wanted):
        here = letters.shift(-step, fill_value="")
        same_region = (words[_PLACE] == words[_PLACE].shift(-step)).all(axis=1)
        begins &= same_region.to_numpy() & here.str.startswith(word).to_numpy()
        is_exact &= (here == word).to_numpy()
    places = np.flatnonzero(begins)
    found = words.loc[places, _PLACE].assign(
        text=[" ".join(words["text"].iloc[place : place + len(wanted)]) for place in places],
        is_exact=is_exact[places],
    )
    regions = corpus.read("regions", {*found["doc_id"]}, [*_PLACE, "kind", "table_id", "row", "col"])
    rows = found.merge(regions, on=_PLACE, how="left").rename(columns={"kind": "along"})
    rows = rows.astype(dict.fromkeys(["table_id", "row", "col"], "Int64"))
    columns = ["doc_id", "along", "table_id", "row", "col", "region_id", "text", "is_exact"]
    order = ["is_exact", "doc_id", "region_id"]
    return rows[columns].sort_values(order, ascending=[False, True, True], kind="stable", ignore_index=True)


def plain(text: str) -> str:
    """Spell a word as it is compared: small letters alone, without accents, u for v and i for j."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(filter(str.isalpha, apart)).translate(_AS_PRINTED)
