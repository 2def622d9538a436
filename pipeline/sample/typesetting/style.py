"""Style: everything by which two editions of the same content differ in look."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tablekin.sample.typesetting.faces import FACES, DigitDrawer


@dataclass(frozen=True)
class Style:
    """The choices of a printer. Lengths are in digit heights unless they say pixels."""

    digits: str  # name of the face of the tables' digits, see faces.FACES
    text: str  # name of the face of running text
    emphasis: str  # name of the face of headings and running heads
    digit_height: float  # pixels, of the digit 8
    letter_spacing: float = 0.0
    word_spacing: float = 0.5
    leading: float = 1.7  # base line to base line, in tables
    rules: str = "columns"  # full, columns, frame, head, none
    double: bool = False  # frame and head rules are doubled
    rule_width: float = 0.06
    rule_gap: float = 0.35  # between a column's widest cell and its rule
    rules_between_groups: bool = False  # columns of one group are not ruled apart
    group_every: int = 0  # rows between wider gaps or rules; 0 is none
    group_ruled: bool = False  # a rule, not space, sets groups of rows apart
    argument_apart: bool = False  # heavier rule beside the argument column
    turned_headings: bool = False  # narrow columns have headings that read upwards
    braces: bool = False  # a brace, not a rule, joins the columns of a group
    hand: DigitDrawer | None = None  # draws the digits, if they are not of the face
    irregularity: float = 0.0  # 0 cast type ... 1 digits cut by hand
    slant: float = 0.0  # pixels to the right per pixel upwards, besides the face's own
    width_factor: float = 1.0
    weight: float = 0.0  # strokes grow (positive) or shrink by this share of the digit height
    one: str = "1"  # character whose drawing prints the digit 1, made as low as an x if it is a letter
    zero: str = "0"
    long_s: bool = False
    v_for_u: bool = False
    leaders: bool = False  # dashes fill the rest of text cells
    spread_pairs: bool = False  # the parts of "5 · 12" stand at the sides of their cell
    heavy: float = 1.8  # width of the rule beside the argument, to the other rules'
    bold_share: float = 0.0  # share of cells set bold where the face has a bold cut
    margin: float = 3.0
    text_scale: float = 1.0  # size of running text to that of the digits
    damage: float = 0.0  # share of sorts that are battered or clogged with ink
    marginalia: bool = False  # prose has notes in the margin
    turned_sorts: float = 0.0  # share of letters set upside down
    side_by_side: bool = True  # two tables stand beside, not below, one another
    breaks: float = 0.0  # share of digits 0 whose stroke has a gap
    fractions: str = (
        "stacked"  # over a bar; or slanted, beside a stroke; or cast as one sort where there is one
    )
    rise: float = 0.42  # of raised letters and digits above the line
    superior: float = 0.6  # their size to that of the others


def _pick(rng: np.random.Generator, *options: str) -> str:
    return options[int(rng.integers(len(options)))]


def _pick_faces(rng: np.random.Generator, modern: bool) -> tuple[str, str, str]:
    """Choose faces for the digits, the text and the headings."""
    kinds = ["lining"] if modern else ["old-style"]
    if rng.random() < 0.12:
        kinds = ["lining", "old-style"]
    names = [name for name, face in FACES.items() if face.kind in kinds]
    if not modern and rng.random() < 0.5:
        names = [name for name in names if name.startswith("im-fell")]
    weights = np.array([0.35 if name.endswith("/bold") else 1.0 for name in names])
    digits = names[int(rng.choice(len(names), p=weights / weights.sum()))]
    package = FACES[digits].package if rng.random() < 0.75 else FACES[_pick(rng, *names)].package
    text = f"{package}/roman"
    if FACES[digits].italic and rng.random() < 0.3 and f"{package}/italic" in FACES:
        text = f"{package}/italic"
    if not modern and rng.random() < 0.08:
        text = "unifrakturmaguntia/roman"
    italic = f"{package}/italic" if f"{package}/italic" in FACES else text
    return digits, text, _pick(rng, text, italic, italic)


def random_style(rng: np.random.Generator, modern: bool | None = None) -> Style:
    """Choose a style.

    Parameters
    ----------
    rng
        The only source of chance.
    modern
        True for a printer of the nineteenth century, False for an earlier one, None for either.
    """
    if modern is None:
        modern = bool(rng.random() < 0.3)
    digits, text, emphasis = _pick_faces(rng, modern)
    engraved = not modern and rng.random() < 0.15
    own_shapes = FACES[digits].kind == "lining" or digits.startswith("im-fell")
    spacings = [0.0, rng.uniform(-0.03, 0.05), rng.uniform(0.05, 0.3)]
    gaps = [rng.uniform(-0.02, 0.2), rng.uniform(0.15, 0.5), rng.uniform(0.4, 1.2)]
    rules = ("full", "columns", "columns", "frame", "head", "none")
    return Style(
        digits=digits,
        text=text,
        emphasis=emphasis,
        digit_height=float(np.clip(np.exp(rng.normal(np.log(20), 0.28)), 12, 40)),
        letter_spacing=float(rng.choice(spacings, p=[0.3, 0.45, 0.25])) + (0.1 if engraved else 0.0),
        word_spacing=float(rng.uniform(0.35, 0.8)),
        leading=float(rng.choice([rng.uniform(1.12, 1.5), rng.uniform(1.5, 2.3)])),
        rules=_pick(rng, *rules),
        double=bool(rng.random() < 0.25),
        rule_width=float(rng.uniform(0.03, 0.14)),
        rule_gap=float(rng.choice(gaps)),
        rules_between_groups=bool(rng.random() < 0.5),
        group_every=int(rng.choice([0, 5, 3, 10, 6], p=[0.5, 0.3, 0.08, 0.07, 0.05])),
        group_ruled=bool(rng.random() < 0.4),
        argument_apart=bool(rng.random() < 0.35),
        turned_headings=bool(rng.random() < 0.12),
        braces=bool(rng.random() < 0.1),
        irregularity=float(rng.uniform(0.5, 1.0) if engraved else rng.beta(1.2, 6)),
        slant=float(rng.normal(0, 0.12) if rng.random() < 0.25 else 0.0),
        width_factor=float(np.clip(rng.normal(1.0, 0.07), 0.82, 1.2)),
        weight=float(rng.normal(0.004, 0.02)),
        one="I" if not own_shapes and rng.random() < 0.3 else "1",
        zero="o" if not own_shapes and rng.random() < 0.15 else "0",
        long_s=not modern and bool(rng.random() < 0.75),
        v_for_u=not modern and bool(rng.random() < 0.2),
        leaders=bool(rng.random() < 0.35),
        spread_pairs=bool(rng.random() < 0.4),
        heavy=float(rng.uniform(1.2, 2.5)),
        bold_share=float(rng.choice([0.0, rng.uniform(0.005, 0.05)], p=[0.8, 0.2])),
        margin=float(rng.uniform(0.6, 5.0)),
        text_scale=float(rng.uniform(0.85, 1.15)),
        damage=float(rng.choice([0.0, rng.uniform(0, 0.06)], p=[0.3, 0.7])),
        marginalia=bool(rng.random() < 0.3),
        turned_sorts=float(rng.choice([0.0, 0.002], p=[0.7, 0.3])),
        side_by_side=bool(rng.random() < 0.6),
    )
