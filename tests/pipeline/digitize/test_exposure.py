import numpy as np
import pytest

from tablekin.digitize.exposure import find_exposure
from tests.support.openings import opening

PAGE = opening("none")[:, :500]


@pytest.mark.parametrize(
    ("grey", "flags"),
    [
        (PAGE, ()),
        (255 - PAGE, ("inverted",)),
        (np.where(PAGE > 128, 255, 0).astype(np.uint8), ("bitonal",)),
        (np.pad(PAGE, 400, constant_values=20), ()),  # a page on a dark bed, which is most of the scan
        ((PAGE // 8 + 150).astype(np.uint8), ("low_contrast",)),
        (np.full((50, 50), 255, np.uint8), ()),
        (np.zeros((50, 50), np.uint8), ()),
    ],
    ids=["page", "negative", "one bit", "dark bed", "pale", "white", "black"],
)
def test_a_negative_is_told_from_a_page_on_a_dark_bed(grey, flags):
    assert find_exposure(grey).flags == flags
