import io

from tablekin.execution import Progress


def test_a_log_gets_lines_with_counts_and_the_time_that_remains(monkeypatch):
    now = iter([0.0, 0.0, 20.0, 21.0, 40.0])
    monkeypatch.setattr("tablekin.execution.progress.time.monotonic", lambda: next(now))
    log = io.StringIO()
    progress = Progress("analysing", 4, "documents", log)
    progress.advance()
    progress.advance()
    progress.advance(2)
    progress.close()
    assert log.getvalue().splitlines() == [
        "analysing: 1 of 4 documents in 20 s, about 60 s to go",
        "analysing: 4 of 4 documents in 40 s",
    ]
