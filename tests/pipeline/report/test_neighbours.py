import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tablekin.corpus import CorpusStore
from tablekin.report.neighbours import describe_neighbours, find_neighbours, rank_partners
from tests.support.runs import start, write_scan


@pytest.fixture
def corpus(tmp_path):
    for number in range(3):
        write_scan(tmp_path / "scans" / f"b/page{number}.png", number)
    (tmp_path / "scans/torn.png").write_text("")
    (tmp_path / "meta.csv").write_text("file,work,year,place\npage0.png,Tabulae,1545,Nürnberg\n")
    start(tmp_path / "scans", tmp_path / "corpus", metadata=tmp_path / "meta.csv")
    return CorpusStore.open(tmp_path / "corpus")


def test_neighbours_are_told_with_their_reasons(corpus):
    lines = list(describe_neighbours(find_neighbours(corpus, "b_page2", 2)))
    assert lines[0] == "nearest to b_page2 (b/page2.png):"
    partners = [line for line in lines if "cosine 0." in line or "cosine 1." in line]
    assert len(partners) == 2
    assert {line.split()[1] for line in partners} == {"b_page0", "b_page1"}
    assert sum('row 1 column 1 "12"' in line for line in lines) == 2
    assert len(list(describe_neighbours(find_neighbours(corpus, "b_page2", 1)))) == len(lines) - 3
    assert sum(line.startswith("     alike by ") for line in lines) == 2


def test_cosine_and_z_are_explained_before_the_first_of_them_stands(corpus):
    lines = list(describe_neighbours(find_neighbours(corpus, "b_page2", 2)))
    first = next(place for place, line in enumerate(lines) if line.startswith("  1. "))
    assert [
        sum(f"({term}:" in line for line in lines[:first]) for term in ("cosine", "z", "percentages")
    ] == [1] * 3
    assert not any("igure" in line for line in lines)


def test_the_nearest_are_the_first_of_all_partners_also_where_ranks_have_gaps(corpus):
    (part,) = corpus.layout.parts("pairs")
    rows = pq.read_table(part)
    doc = "b_page2"
    partners = rank_partners(corpus, doc)
    expected = partners["partner"].tolist()
    assert [one.doc_id for one in find_neighbours(corpus, doc, 1).nearest] == expected[:1]
    for rank in ("rank_a", "rank_b"):
        place = rows.schema.get_field_index(rank)
        later = pc.add(rows[rank], pa.scalar(5, rows[rank].type))
        rows = rows.set_column(place, rows.schema.field(rank), later)
    pq.write_table(rows, part)
    assert [one.doc_id for one in find_neighbours(corpus, doc, 1).nearest] == expected[:1]
    assert [one.rank for one in find_neighbours(corpus, doc, 2).nearest] == [*(partners["rank"] + 5)]
