"""A network whose weights are missing names the file and a script that is there and makes it."""

import re
from pathlib import Path

import pytest

from tablekin.models.networks.closeups import load_closeup_reader
from tablekin.models.networks.detection_confidence import load_detection_classifier
from tablekin.models.networks.digits import load_digit_network
from tablekin.models.networks.glyphs import load_glyph_reader
from tablekin.models.networks.handwriting import load_handwriting_reader

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    "load",
    [
        load_digit_network,
        load_glyph_reader,
        load_closeup_reader,
        load_detection_classifier,
        load_handwriting_reader,
    ],
)
def test_missing_weights_are_named_with_a_script_that_makes_them(load, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"gone\.safetensors: no weights") as raised:
        load(tmp_path / "gone.safetensors")
    (script,) = re.findall(r"scripts/\w+\.py", str(raised.value))
    assert (ROOT / script).is_file()


def test_weights_take_less_than_5_megabytes_in_all():
    files = list((ROOT / "models" / "weights").glob("*.safetensors"))
    assert len(files) >= 5
    assert sum(path.stat().st_size for path in files) < 5_000_000
