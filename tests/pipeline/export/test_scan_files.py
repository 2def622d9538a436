import logging
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tablekin.errors import CorpusError
from tablekin.export.scan_files import place_picture


@pytest.fixture
def scan(tmp_path):
    image = np.zeros((40, 60), np.uint8)
    image[:20] = 255
    return Image.fromarray(image), tmp_path


def placed(scan_path, out, page_index=0):
    def find_scan(source):
        if not scan_path.exists():
            raise CorpusError(f"the scan {source} is not there any more")
        return scan_path

    rows = pd.DataFrame([{"doc_id": "d", "source": scan_path.name, "page_index": page_index}]).set_index(
        "doc_id"
    )
    selection = SimpleNamespace(corpus=SimpleNamespace(find_scan=find_scan), documents=rows)
    return place_picture(selection, "d", out / "out")


@pytest.mark.parametrize(("suffix", "name"), [(".jpeg", "d.jpg"), (".png", "d.png"), (".TIF", "d.tif")])
def test_a_picture_that_others_show_is_copied_as_it_is(scan, suffix, name):
    image, folder = scan
    image.save(folder / f"x{suffix}")
    found, written = placed(folder / f"x{suffix}", folder)
    assert found == name
    assert [path.name for path in written] == [name]
    assert written[0].read_bytes() == (folder / f"x{suffix}").read_bytes()


def test_a_page_of_several_becomes_a_picture(scan):
    image, folder = scan
    image.save(folder / "x.tif", save_all=True, append_images=[image.transpose(Image.Transpose.ROTATE_180)])
    name, [path] = placed(folder / "x.tif", folder, page_index=1)
    assert name == "d.jpg"
    with Image.open(path) as picture:
        pixels = np.asarray(picture)
    assert pixels[:15].mean() < 10  # the second page is that which is dark above
    assert pixels[25:].mean() > 245


def test_a_picture_that_exif_turns_is_turned(scan):
    image, folder = scan
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(folder / "x.jpg", exif=exif)
    _, [path] = placed(folder / "x.jpg", folder)
    with Image.open(path) as picture:
        assert picture.size == (40, 60)


def test_a_scan_that_is_gone_is_told_and_left_out(tmp_path, caplog):
    with caplog.at_level(logging.WARNING, "tablekin"):
        assert placed(tmp_path / "x.png", tmp_path) == ("d.jpg", [])
    assert "d is without its picture: the scan x.png is not there any more" in caplog.text
