"""What the benchmark of reading compares: the same file, read by the project and by a command."""

from __future__ import annotations

import stat
from pathlib import Path

import benchmark_reading
import cv2
import numpy as np
import pytest

from tablekin.sample.archive import write_archive


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    folder = tmp_path_factory.mktemp("archive") / "archive"
    write_archive(folder, 2, 7, workers=1)
    grey = cv2.imread(str(sorted(folder.glob("scans/*"))[0]), cv2.IMREAD_GRAYSCALE)
    return np.asarray(grey, np.uint8)


@pytest.fixture
def reader(tmp_path: Path) -> Path:
    """A command that prints the number of threads it may use and 17, of a PNG only."""
    path = tmp_path / "reader"
    checks = 'head -c 4 "$1" | grep -q PNG || { echo "no image" >&2; exit 1; }'
    path.write_text(f'#!/bin/sh\n{checks}\necho "threads: $OMP_THREAD_LIMIT 17"\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.mark.parametrize("megapixels", [0.5, 3.0])
def test_a_page_is_brought_to_its_size(page: np.ndarray, megapixels: float) -> None:
    small = benchmark_reading.shrink(page, megapixels)
    assert small.size == pytest.approx(1e6 * megapixels, rel=0.01)
    assert small.shape[1] / small.shape[0] == pytest.approx(page.shape[1] / page.shape[0], rel=0.01)


def test_both_read_the_same_file_and_the_ratio_is_of_their_seconds(page: np.ndarray, reader: Path) -> None:
    row = benchmark_reading.benchmark("made", benchmark_reading.shrink(page, 0.5), 1, 2, str(reader))
    assert row["megapixels"] == pytest.approx(0.5, rel=0.01)
    assert row["digits"] > 20 and row["regions"] > 5
    stages = sum(row[stage] for stage in benchmark_reading.STAGES)
    assert 0 < stages <= row["whole"]
    assert row["tesseract_digits"] == 3  # 2, 1 and 7
    assert 0 < row["tesseract_cpu"] < 10 and row["cpu"] > 0
    assert row["ratio"] == pytest.approx(row["tesseract"] / row["whole"])


def test_a_reader_that_fails_is_told_with_the_file(tmp_path: Path, reader: Path) -> None:
    text = tmp_path / "text.png"
    text.write_text("not a page")
    with pytest.raises(SystemExit, match=r"text\.png: no image"):
        benchmark_reading.run_tesseract(str(reader), text, 1)


def test_a_missing_reader_is_told_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="apt-get install tesseract-ocr"):
        benchmark_reading.run_tesseract(str(tmp_path / "absent"), tmp_path / "page.png", 1)
