import io

import numpy as np
import pytest
from PIL import Image

from tablekin.errors import FetchError
from tablekin.iiif.file_kind import check_picture, expected_suffix
from tablekin.iiif.retry import PassingError


def picture(kind):
    file = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (60, 80)).astype(np.uint8)
    Image.fromarray(noise).save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "JPEG2000"])
def test_pictures_of_all_kinds_that_are_read_are_known(kind):
    assert check_picture(picture(kind), "library.example") is None  # and raises nothing


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_without_its_end_may_come_whole_another_time(kind):
    whole = picture(kind)
    check_picture(whole + b"\0" * 1000, "library.example")
    for length in (0, len(whole) // 2, len(whole) - 2):
        with pytest.raises(PassingError):
            check_picture(whole[:length], "library.example")


@pytest.mark.parametrize(
    "content", [b"<html>", b"{}", b"GIF89a....", b"%PDF-1.7", b"RIFF....WAVE", b"\xff\xd8"]
)
def test_other_files_are_refused(content):
    with pytest.raises(FetchError, match="no JPEG, PNG"):
        check_picture(content, "library.example")


@pytest.mark.parametrize(
    ("address", "media_type", "suffix"),
    [
        ("https://library.example/1.PNG?x=1.jpg", "", ".png"),
        ("https://library.example/1", "image/png", ".png"),
        ("https://library.example/1.php", "image/tiff", ".tif"),
        ("https://library.example/1", "", ".jpg"),
        ("https://library.example/1.jpeg", "image/png", ".jpeg"),
    ],
)
def test_how_the_name_of_a_file_will_end(address, media_type, suffix):
    assert expected_suffix(address, media_type) == suffix
