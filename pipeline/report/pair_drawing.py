"""PairDrawing: two pages side by side, and what connects their regions."""

from __future__ import annotations

from tablekin.explain import joint_relevance
from tablekin.report.drawing import Drawing, connect, draw, place_document, region_boxes
from tablekin.report.page import Page


def draw_pair(a: Page, b: Page, score: str) -> Drawing:
    """Draw a pair of pages and what connects them.

    Parameters
    ----------
    a, b
        The pages, the first on the left.
    score
        How similar they are, in words.

    Raises
    ------
    TablekinError
        A scan cannot be found, or cannot be read.
    """
    left = place_document(a, None)
    right = place_document(b, left)
    boxes = [region_boxes(page, placed) for page, placed in ((a, left), (b, right))]
    connections = connect(joint_relevance(a.rows("factors"), b.rows("factors")), boxes[0], boxes[1])
    title_a, title_b = (f"{page.doc_id}\n{page.about}" for page in (a, b))
    titles = (title_a, title_b, f"{score}; {len(connections)} strongest connections")
    return draw((left, right), connections, titles)
