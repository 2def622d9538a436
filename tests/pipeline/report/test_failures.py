from types import SimpleNamespace

import pandas as pd
import pytest

from tablekin.report.failures import describe_failures, name_failure


@pytest.mark.parametrize(
    ("source", "reason", "line"),
    [
        ("1543/p12.jpg", "p12.jpg is not a JPEG", "1543/p12.jpg is not a JPEG"),
        ("1543/p12.jpg", "took longer than 300 seconds", "1543/p12.jpg: took longer than 300 seconds"),
    ],
)
def test_a_failure_names_the_scan_once_and_with_its_folder(source, reason, line):
    assert name_failure(source, reason) == line


def test_of_many_failures_the_first_are_named_and_the_others_counted():
    rows = [(f"p{page:02}.jpg", "failed" if page != 3 else "ok", "is empty") for page in range(14)]
    documents = pd.DataFrame(rows, columns=["source", "status", "reason"])
    lines = [*describe_failures(SimpleNamespace(read=lambda table, columns: documents[columns]))]
    assert lines[0] == "p00.jpg: is empty" and "p03.jpg: is empty" not in lines
    assert len(lines) == 11 and lines[-1] == "... and 3 more"
