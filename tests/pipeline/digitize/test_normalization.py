import numpy as np
import pytest

from tablekin.digitize.normalization import extract_ink


def page_with_bar(paper: float, contrast: float) -> np.ndarray:
    """A page whose brightness falls off to the right, with a bar of ink of a given contrast to its paper."""
    shade = paper * np.linspace(1, 0.7, 400)[None].repeat(500, 0)
    shade[200:210, 50:350] *= 1 - contrast
    return shade.astype(np.uint8)


@pytest.mark.parametrize("paper", [250, 170])
@pytest.mark.parametrize("contrast", [0.8, 0.4])
def test_ink_is_one_on_the_bar_and_zero_on_paper_whatever_the_exposure(paper: float, contrast: float) -> None:
    ink = extract_ink(page_with_bar(paper, contrast))
    assert ink[202:208, 60:340].min() > 0.9
    assert ink[:180].max() < 0.1
    assert ink[240:].max() < 0.1


def test_scanner_bed_is_no_ink() -> None:
    grey = np.full((500, 400), 20, np.uint8)
    grey[50:450, 50:350] = page_with_bar(230, 0.8)[50:450, 50:350]
    ink = extract_ink(grey)
    assert ink[:30].max() == 0
    assert ink[202:208, 100:300].min() > 0.9


def test_blank_page_has_no_ink() -> None:
    assert extract_ink(np.full((300, 200), 240, np.uint8)).max() == 0
