import pandas as pd
import pyarrow as pa
import pytest

from tablekin.schemas import (
    ALL_SCHEMAS,
    DOCUMENT_TABLES,
    ENCODINGS,
    FEATURES,
    PAIR_TABLES,
    SCHEMA_VERSION,
    SCHEMAS,
    PartKey,
    empty,
    to_arrow,
)


@pytest.mark.parametrize("table", ALL_SCHEMAS)
def test_every_schema_says_whose_it_is(table):
    metadata = ALL_SCHEMAS[table].metadata
    assert metadata[PartKey.TABLE.encode()] == table.encode()
    assert metadata[PartKey.SCHEMA.encode()] == SCHEMA_VERSION.encode()
    assert len({*ALL_SCHEMAS[table].names}) == len(ALL_SCHEMAS[table])


def test_tables_of_documents_are_named_by_document_and_the_seal_comes_last():
    assert DOCUMENT_TABLES[-1] == "documents"
    assert all("doc_id" in SCHEMAS[table].names for table in DOCUMENT_TABLES)
    assert all({"doc_a", "doc_b"} <= {*SCHEMAS[table].names} for table in PAIR_TABLES)


def test_features_are_ten_digits_and_a_hundred_bigrams():
    assert tuple(map(str, range(10))) + tuple(f"{number:02d}" for number in range(100)) == FEATURES
    assert SCHEMAS["features"].field("phi").type.list_size == len(FEATURES)


def test_a_frame_gets_the_order_and_the_types_of_its_table():
    frame = pd.DataFrame({"relevance": [0.5], "feature": ["12"], "region_id": [3], "doc_id": ["a"]})
    table = to_arrow("factors", frame)
    assert table.schema.equals(SCHEMAS["factors"], check_metadata=True)
    assert table.to_pylist() == [{"doc_id": "a", "region_id": 3, "feature": "12", "relevance": 0.5}]


def test_the_users_columns_follow_those_of_the_table():
    frame = empty("documents").assign(year=pd.Series(dtype="int64"))
    table = to_arrow("documents", frame, [pa.field("year", pa.int64())])
    assert table.column_names == [*SCHEMAS["documents"].names, "year"]
    with pytest.raises(ValueError, match=r"not expected \['year'\]"):
        to_arrow("documents", frame)


def test_encodings_name_columns_that_are_there():
    for table, encoding in ENCODINGS.items():
        columns = {column.partition(".")[0] for column in encoding["use_dictionary"]}
        assert columns | {*encoding["column_encoding"], *encoding["write_statistics"]} <= {
            *SCHEMAS[table].names
        }
