import pandas as pd

from tablekin.analyze.parameters import parameters_of


def test_parameters_stand_in_the_order_of_the_years_each_once():
    obliquity = {
        "name": "obliquity",
        "value": 23.5,
        "low": 23.49,
        "high": 23.51,
        "known_as": ["Regiomontanus"],
    }
    older = {**obliquity, "value": 23.855, "known_as": []}
    functions = pd.DataFrame(
        {
            "doc_id": ["new", "new", "old"],
            "function": "declination",
            "parameters": [[obliquity], [obliquity], [older]],
        }
    )
    documents = pd.DataFrame(
        {"doc_id": ["new", "old", "none"], "year": [1551, 1490, 1600], "place": ["Paris", None, "Rome"]}
    )
    found = parameters_of(functions, documents)
    assert found["doc_id"].tolist() == ["old", "new"]
    assert found["value"].tolist() == [23.855, 23.5]
    assert found["known_as"].tolist() == ["", "Regiomontanus"]
    assert found["year"].tolist() == [1490, 1551]


def test_a_corpus_without_functions_or_metadata():
    functions = pd.DataFrame({"doc_id": [], "function": [], "parameters": []})
    found = parameters_of(functions, pd.DataFrame({"doc_id": ["a"]}))
    assert found.empty and "parameter" in found
