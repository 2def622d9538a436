"""Which values the files of a table may lack."""

import pandas as pd
import pytest

from tablekin.check.files import check_file
from tablekin.corpus import CorpusLayout
from tablekin.corpus.parts import write_part
from tablekin.schemas import ALL_SCHEMAS, to_arrow

NUMBER = {
    **{"doc_id": "page", "sheet": 0, "group": 0, "row": 0, "role": "value", "value": 7.0, "computed": 7.0},
    **{"due": 7.0, "period": None, "radices": [60], "regions": [3, 4], "finding": -1, "function": None},
}


@pytest.mark.parametrize(("lacking", "problems"), [({}, []), ({"role": None}, ["role"])])
def test_a_number_of_no_function_lacks_nothing(tmp_path, lacking, problems):
    assert NUMBER.keys() == {*ALL_SCHEMAS["numbers"].names}
    layout = CorpusLayout(tmp_path)
    part = layout.part("numbers", "part-00000.parquet")
    write_part(part, to_arrow("numbers", pd.DataFrame([NUMBER | lacking])))
    found = [problem.what for problem in check_file(layout, "numbers", part)]
    assert found == [f"lacks values in its column {name}" for name in problems]
