import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tablekin.corpus import CorpusStore
from tablekin.errors import UsageError
from tablekin.explain import find_drivers
from tablekin.schemas import DOCUMENT_TABLES, FEATURES
from tests.support import table_stages

COUNT = 150  # more than two blocks of documents
METADATA = [pa.field("work", pa.string()), pa.field("year", pa.int64())]


def add(corpus, numbers):
    tables = {name: [] for name in DOCUMENT_TABLES}
    for number in numbers:
        doc_id = f"page{number:03d}"
        rows = table_stages.analyse(np.full((8, 8), number, np.uint8), doc_id, None, "cpu")
        if number % 10 == 0:  # pages with little on them leave the bounds of their blocks open
            rows["factors"] = rows["factors"][::9].reset_index(drop=True)
            phi = np.zeros(len(FEATURES))
            at = [FEATURES.index(feature) for feature in rows["factors"]["feature"]]
            np.add.at(phi, at, rows["factors"]["relevance"])
            rows["features"].at[0, "phi"] = phi.astype(np.float32)
        for name in DOCUMENT_TABLES[:-1]:
            tables[name].append(rows[name])
        row = {"doc_id": doc_id, "source": f"{doc_id}.png", "page_index": 0, "sha256": "0", "status": "ok"}
        about = {
            "work": None if number % 7 == 0 else f"work {number % 4}",
            "year": None if number % 11 == 0 else 1500 + number % 5,
        }
        about |= {"width": 8, "height": 8, "reason": ""}
        tables["documents"].append(pd.DataFrame([row | about]))
    corpus.document_tables.add(
        {name: pd.concat(frames) for name, frames in tables.items()}, "config", METADATA
    )


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    corpus = CorpusStore(tmp_path_factory.mktemp("drivers") / "corpus")
    add(corpus, range(90, COUNT))
    add(corpus, range(90))
    return corpus


@pytest.fixture(scope="module")
def maps(corpus):
    """Relevance of every region of a document with every other document, from the whole map of each pair."""
    factors, regions = corpus.read("factors"), corpus.read("regions")
    names = sorted(corpus.read("documents")["doc_id"])
    dense, kinds = {}, {}
    for name, rows in regions.groupby("doc_id"):
        own = factors[factors["doc_id"] == name]
        matrix = np.zeros((len(FEATURES), len(rows)))
        at = [FEATURES.index(feature) for feature in own["feature"]]
        np.add.at(matrix, (at, own["region_id"].to_numpy()), own["relevance"].to_numpy(np.float64))
        dense[name] = matrix
        kinds[name] = rows.sort_values("region_id")
    found = {}
    for name in names:
        given = np.stack([(dense[name].T @ dense[other]).sum(1) for other in names], 1)
        rows = kinds[name]
        for kind, number in (("row", "row"), ("column", "col")):
            for union in rows[rows["kind"] == kind].itertuples():
                cells = (rows["kind"] == "cell") & (rows[number] == getattr(union, number))
                given[union.region_id] = given[rows.loc[cells, "region_id"]].sum(0)
        found[name] = given
    return found


def partners(corpus, which):
    """Tell by comparing every two documents whether the second is a partner of the first."""
    documents = corpus.read("documents").sort_values("doc_id")
    work, year = documents["work"].to_list(), documents["year"].to_list()
    one, two = np.meshgrid(range(COUNT), range(COUNT), indexing="ij")
    known = {"work": documents["work"].notna().to_numpy(), "year": documents["year"].notna().to_numpy()}

    def compare(column, test):
        value = work if column == "work" else year
        both = known[column][one] & known[column][two]
        return both & np.array(
            [[bool(both[i, j]) and test(value[j], value[i]) for j in range(COUNT)] for i in range(COUNT)]
        )

    return {
        "all": lambda: one != two,
        "other work": lambda: compare("work", lambda other, own: other != own),
        "earlier year": lambda: compare("year", lambda other, own: other < own),
    }[which]()


@pytest.mark.parametrize("which", ["all", "other work", "earlier year"])
def test_drivers_are_the_sums_of_the_maps_of_all_pairs(corpus, maps, which):
    allowed = partners(corpus, which)
    names = np.array(sorted(maps))
    found = find_drivers(corpus, which)
    assert len(found) == COUNT * 13
    assert not found.duplicated(["doc_id", "region_id"]).any()
    for row, (name, rows) in enumerate(found.groupby("doc_id", observed=True)):
        given = np.where(allowed[row], maps[name], 0.0)
        rows = rows.sort_values("region_id")
        leaf = ~rows["kind"].isin(["row", "column"]).to_numpy()
        expected = given.sum(1)
        np.testing.assert_allclose(rows["relevance"], expected, rtol=1e-5, atol=1e-5)
        total = expected[leaf].sum()
        np.testing.assert_allclose(rows["share"], expected / total if total else 0, rtol=1e-4, atol=1e-5)
        clear = np.abs(given) > 1e-6  # phi is a sum rounded to float32: below this its sign says nothing
        assert (rows["partners"].to_numpy() >= (clear & (given > 0)).sum(1)).all()
        assert (rows["partners"].to_numpy() <= (~(clear & (given < 0)) & allowed[row]).sum(1)).all()
        assert (rows["partners"].to_numpy() == (given > 0).sum(1)).mean() > 0.8
        for place, partner in enumerate(rows["top_partner"]):
            if given[place].max() > 1e-6:
                assert given[place, names == partner] == pytest.approx(given[place].max(), rel=1e-5)
            elif not (given[place] > 0).any():
                assert pd.isna(partner)


def test_a_document_without_a_value_has_no_partners(corpus):
    found = find_drivers(corpus, "other work").set_index("doc_id")
    alone = found.loc["page007"]
    assert (alone["relevance"] == 0).all()
    assert (alone["partners"] == 0).all()
    assert alone["top_partner"].isna().all()
    assert not (found["top_partner"] == "page007").any()


def test_partners_that_are_not_understood_are_named(corpus):
    for partners in ("nobody", "other planet", "later year"):
        with pytest.raises(UsageError, match=partners):
            find_drivers(corpus, partners)
