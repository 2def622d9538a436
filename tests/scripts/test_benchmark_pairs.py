import numpy as np
import pandas as pd
import pytest
from benchmark_pairs import measure
from lib import made_corpus
from lib.alternatives import compare_with_dense
from lib.lookups import time_lookups
from lib.made_corpus import Page, make_corpus, read_pages, resample

from tablekin.corpus import Corpus
from tablekin.errors import CorpusError
from tablekin.schemas import FEATURES


def page(seed: int) -> Page:
    """A table of 4 by 3 cells, each with features of its own, and a header."""
    rng = np.random.default_rng(seed)
    kinds = ["outside", "header", *["row"] * 4, *["column"] * 3, *["cell"] * 12]
    regions = pd.DataFrame(
        {
            "region_id": range(len(kinds)),
            "kind": kinds,
            "table_id": pd.array([None, *[0] * 20], dtype="Int32"),
            "row": pd.array([None, None, 0, 1, 2, 3, *[None] * 3, *np.repeat(range(4), 3)], dtype="Int32"),
            "col": pd.array([*[None] * 6, 0, 1, 2, *np.tile(range(3), 4)], dtype="Int32"),
            "text": "",
            "confidence": 1.0,
        }
    ).assign(x0=0.0, y0=0.0, x1=1.0, y1=1.0)
    leaves = np.array([0, 1, *range(9, 21)])
    region = np.repeat(leaves, 5)
    feature = np.concatenate([rng.choice(len(FEATURES), 5, replace=False) for _ in leaves])
    return Page(regions, region, feature, rng.uniform(0.1, 1, len(region)))


def test_a_resampled_page_has_cells_of_the_page_and_varied_relevance():
    source = page(0)
    made = resample(source, np.random.default_rng(1))
    contents = [sorted(source.feature[source.region == cell]) for cell in range(9, 21)]
    found = [sorted(made.feature[made.region == cell]) for cell in range(9, 21)]
    assert all(content in contents for content in found)
    assert found != contents
    for other in (0, 1):
        np.testing.assert_array_equal(
            made.feature[made.region == other], source.feature[source.region == other]
        )
    ratio = made.relevance[made.region == 1] / source.relevance[source.region == 1]
    assert 0.6 < ratio.min() < ratio.max() < 1.6
    assert len(set(ratio)) == len(ratio)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(made_corpus, "read_pages", lambda folders, density: [page(0), page(1)])
    make_corpus([], "mix", 12, 0, tmp_path / "corpus")
    monkeypatch.undo()
    return tmp_path / "corpus"


def test_measures_what_is_written(folder):
    result = measure(folder, 2)
    assert (result["pairs"], result["matches"]) == (66, 66 * 3 * 2)
    assert len(Corpus.open(folder).read("pairs")) == 66
    matches = Corpus.open(folder).read("matches")
    assert len(matches) == result["matches"]
    sizes = result["bytes_per_pair"]["matches"]
    assert set(sizes) == {"table", *matches.columns}
    assert sizes["table"] == pytest.approx(
        sum(part.stat().st_size for part in (folder / "matches").iterdir()) / 66, abs=0.1
    )
    assert set(result["seconds_by_phase"]) == {"load", "rank", "score", "match", "encode and write"}
    assert Corpus.open(folder).read("documents")["work"].notna().all()
    lookups = time_lookups(folder)
    assert (lookups["pairs"]["rows"], lookups["matches"]["rows"]) == (11, 11 * 3 * 2)


def test_dense_products_give_the_same_matches(folder):
    result = compare_with_dense(folder, 4)
    assert result["pairs_checked"] == 36
    assert result["levels_of_pairs_that_differ"] == 0


def test_pages_of_the_density_asked_for(folder):
    assert len(read_pages([folder], "early-modern")) == 12  # without any digits in table digits
    with pytest.raises(SystemExit, match="fort-william"):
        read_pages([folder], "fort-william")
    with pytest.raises(CorpusError):
        read_pages([folder.parent / "nothing"], "mix")
