"""The engine on the PATH: what it must have, what it is shown, and what becomes of a page that it fails on."""

import dataclasses
import time

import numpy as np
import pytest

from tablekin.config import ReadConfig
from tablekin.errors import UsageError
from tablekin.words import engine as engine_module
from tablekin.words import find_engine
from tests.support.ocr_engine import fake_engine

WANTED = ReadConfig(words="tesseract", languages="lat")
GREY = np.arange(12, dtype=np.uint8).reshape(3, 4)


def test_none_is_looked_for_where_none_is_asked_for(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert find_engine(ReadConfig()) is None


def test_a_missing_engine_is_told_with_its_packages(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    config = ReadConfig(words="tesseract", languages="lat+chi_sim")
    with pytest.raises(
        UsageError, match="apt-get install tesseract-ocr tesseract-ocr-lat tesseract-ocr-chi-sim"
    ):
        find_engine(config)


def test_a_missing_language_is_told_with_its_package(monkeypatch, tmp_path):
    fake_engine(tmp_path, monkeypatch)
    with pytest.raises(UsageError, match=r"no data for ita; .*apt-get install tesseract-ocr-ita\)"):
        find_engine(ReadConfig(words="tesseract", languages="lat+ita"))


def test_another_program_of_that_name_is_none(monkeypatch, tmp_path):
    fake_engine(tmp_path, monkeypatch, version="a crystal")
    with pytest.raises(UsageError, match="no tesseract"):
        find_engine(WANTED)


def test_it_is_shown_the_image_and_told_the_languages(monkeypatch, tmp_path):
    fake_engine(tmp_path, monkeypatch, answer="what it says", version="tesseract 5.1\n leptonica")
    found = find_engine(WANTED)
    assert found.version == "tesseract 5.1"
    assert found.read(GREY) == "what it says"
    assert (tmp_path / "shown").read_bytes() == b"P5 4 3 255\n" + bytes(range(12))
    assert "'-l', 'lat'" in (tmp_path / "asked").read_text()


def test_a_page_that_it_fails_on_has_no_words(monkeypatch, tmp_path):
    fake_engine(tmp_path, monkeypatch, answer="half of it", code=1)
    assert find_engine(WANTED).read(GREY) is None


def test_a_page_that_takes_too_long_is_given_up(monkeypatch, tmp_path):
    fake_engine(tmp_path, monkeypatch, seconds=30)
    limits = dataclasses.replace(engine_module.LIMITS, page=0.3)
    found = find_engine(WANTED)
    monkeypatch.setattr(engine_module, "LIMITS", limits)
    begin = time.monotonic()
    assert found.read(GREY) is None
    assert time.monotonic() - begin < 10
