import pandas as pd
import pytest

from tablekin.corpus import CorpusStore
from tablekin.errors import UsageError
from tablekin.report.pair import describe_pair, open_pair
from tests.support.runs import start, write_scan


@pytest.fixture
def corpus(tmp_path):
    for number in range(3):
        write_scan(tmp_path / "scans" / f"b/page{number}.png", number)
    (tmp_path / "meta.csv").write_text("file,work,year,place\npage0.png,Tabulae,1545,Nürnberg\n")
    start(tmp_path / "scans", tmp_path / "corpus", metadata=tmp_path / "meta.csv")
    return CorpusStore.open(tmp_path / "corpus")


def test_a_pair_is_told_with_its_score_its_ranks_and_its_matches(corpus):
    text = "\n".join(describe_pair(open_pair(corpus, "b_page1", "b_page0")))
    pairs = pd.read_parquet(corpus.root / "pairs")
    cosine = pairs[(pairs["doc_a"] == "b_page0") & (pairs["doc_b"] == "b_page1")]["cosine"].item()
    assert "b_page0 (Tabulae, 1545, Nürnberg)  and  b_page1 (b/page1.png)" in text
    assert f"cosine {cosine:.3f}" in text
    assert "b_page1 is number 1 among the pages nearest to b_page0" in text
    assert '50.00%  row 1 column 1 "12"  with  row 1 column 1 "12"  [12 3]' in text


def test_a_pair_that_an_interrupted_run_left_out_is_told(corpus):
    for part in (corpus.root / "pairs").iterdir():
        part.unlink()
    with pytest.raises(UsageError, match="have not been compared"):
        open_pair(corpus, "b_page0", "b_page1")
