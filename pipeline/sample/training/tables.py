"""Tables of random shape for the digit network to learn from."""

from __future__ import annotations

import numpy as np

from tablekin.sample.training import cells
from tablekin.sample.training.cells import Cell, Words
from tablekin.sample.works.content import Column, TableContent

_HEADINGS = ("G.", "M.", "S.", "Gr.", "Mi.", "Ho.", "Ins.", "Par.", "I", "O", "II", "XI.", "L.", "Z")
_UNITS = ("C", "C.", "l.", "q.", "lb", "o", "d.", "Ct.", "tun", "I", "S", "z", "B", "oz.", "′", "Z")
KINDS = {
    "length": 0.13,
    "upto": 0.1,
    "sexagesimal": 0.14,
    "money": 0.06,
    "decimal": 0.07,
    "mixed": 0.06,
    "degree": 0.04,
    "pair": 0.05,
    "zeros": 0.03,
    "sign": 0.03,
    "roman": 0.03,
    "text": 0.03,
    "quantity": 0.02,
    "price": 0.02,
    "unit": 0.02,
    "signed": 0.05,
    "footnote": 0.03,
    "ditto": 0.02,
    "coded": 0.025,
    "currency": 0.02,
    "grouped": 0.025,
}
MARKED_KINDS = {
    "mixed": 0.15,
    "degree": 0.15,
    "signed": 0.16,
    "footnote": 0.08,
    "ditto": 0.09,
    "coded": 0.09,
    "currency": 0.1,
    "grouped": 0.05,
    "sign": 0.02,
    "roman": 0.05,
    "leader": 0.02,
    "blank": 0.03,
    "upto": 0.01,
}
_MAX_ROWS = 46


def _heading(rng: np.random.Generator, words: Words) -> str:
    draw = rng.random()
    if draw < 0.2:
        return str(rng.choice(_HEADINGS))
    if draw < 0.3:
        return str(rng.integers(1, 91))
    if draw < 0.4:
        return ""
    return "\n".join(rng.choice(words, 2 if rng.random() < 0.25 else 1))


def _column(
    rng: np.random.Generator, words: Words, index: int, group: str, kinds: dict[str, float]
) -> list[tuple[Column, Cell]]:
    """Choose one column, or several that belong together."""
    name = _heading(rng, words)
    key = f"c{index}"

    def single(heading: str, cell: Cell, align: str = "right") -> list[tuple[Column, Cell]]:
        return [(Column(key, heading, group, align=align), cell)]

    kind = str(rng.choice(list(kinds), p=list(kinds.values())))
    if kind == "length":
        return single(name, cells.of_length(int(rng.integers(1, 8))))
    if kind == "upto":
        return single(
            name, cells.up_to(int(rng.integers(2, 8))), str(rng.choice(["right", "right", "center", "left"]))
        )
    if kind == "sexagesimal":
        heads: tuple[str, ...] = ("G.", "M.", "S.", "T.")[: int(rng.integers(2, 4))]
        if rng.random() < 0.3:
            heads = ("Deg.", "Min.", "Sec.")[: len(heads)]
        sixtieths = cells.of_length(2) if rng.random() < 0.7 else cells.up_to(2)
        return [(Column(f"{key}.{h}", h, group or name), sixtieths) for h in heads]
    if kind == "money":
        writers = (
            cells.up_to(6),
            cells.of_length(2),
            cells.of_length(2) if rng.random() < 0.5 else cells.zeros,
        )
        return [
            (Column(f"{key}.{h}", h, group), cell)
            for h, cell in zip(("l.", "s.", "d."), writers, strict=True)
        ]
    if kind == "text":
        return single(name, cells.goods(words), "left")
    if kind == "quantity":
        return single(name, cells.quantity(words), "left")
    if kind == "price":
        return single(name, cells.price(words), "left")
    if kind == "unit":
        return single(name, cells.unit(str(rng.choice(_UNITS))))
    others: dict[str, Cell] = {
        "decimal": cells.decimal(
            str(rng.choice(["·", ".", ","])), int(rng.integers(1, 4)), int(rng.integers(1, 4))
        ),
        "mixed": cells.mixed,
        "degree": cells.degree,
        "pair": cells.pair,
        "zeros": cells.zeros,
        "sign": cells.sign,
        "roman": cells.numeral,
        "signed": cells.signed(rng),
        "footnote": cells.footnote(rng),
        "ditto": cells.ditto(rng),
        "coded": cells.coded(rng),
        "currency": cells.currency(rng),
        "grouped": cells.grouped(rng),
        "leader": cells.leader(words)(rng),
        "blank": cells.blank(rng),
    }
    return single(name if rng.random() < 0.7 else "", others[kind])


def training_table(
    rng: np.random.Generator, words: Words, max_columns: int, kinds: dict[str, float]
) -> TableContent:
    """Make a table of random shape."""
    columns: list[tuple[Column, Cell]] = []
    group = str(rng.choice(words)) if rng.random() < 0.2 else ""
    blank = str(rng.choice(["", "", "—", "..", "·"]))
    if rng.random() < 0.75:
        cell = cells.argument(int(rng.integers(0, 90)), int(rng.choice([1, 1, 1, 5, 10])))
        heading = str(rng.choice(["", "G.", "Gr.", "Deg", "Dies", "N."]))
        columns.append((Column("argument", heading, argument=True), cell))
    elif rng.random() < 0.6:
        columns.append((Column("name", "", argument=True, align="left"), cells.goods(words)))
    wanted = int(rng.integers(2, max_columns + 1))
    kind = rng.random()
    while len(columns) < wanted:
        if (
            kind < 0.2 and len(columns) > 1 and columns[-1][0].align != "left"
        ):  # a table of columns of one kind
            column, cell = columns[-1]
            heading = column.heading if rng.random() < 0.5 else str(len(columns))
            columns.append((Column(f"c{len(columns)}", heading, "", align=column.align), cell))
        else:
            columns += _column(rng, words, len(columns), group if rng.random() < 0.7 else "", kinds)
    rows = int(rng.integers(4, _MAX_ROWS + 1))
    triangular = rng.random() < 0.06
    empty = float(rng.choice([0.0, 0.05, 0.3], p=[0.75, 0.2, 0.05]))
    body = [
        [
            "" if triangular and i > row else blank if i and rng.random() < empty else cell(rng, row)
            for i, (_, cell) in enumerate(columns)
        ]
        for row in range(rows)
    ]
    title = ""
    if rng.random() < 0.7:
        title = " ".join(rng.choice(words, int(rng.integers(2, 9)))).capitalize()
        title += f" {cells.digits(rng, 4)}." if rng.random() < 0.4 else "."
    return TableContent(
        title, tuple(column for column, _ in columns), tuple(map(str, range(rows))), tuple(map(tuple, body))
    )


def register_table(rng: np.random.Generator, words: Words) -> TableContent:
    """Make a wide table of narrow columns, one an hour."""
    hours, days = int(rng.integers(10, 26)), int(rng.integers(15, 32))
    unit = str(rng.choice(["\nIns.", "", "\nIn."]))
    columns = [Column("day", "", argument=True)] + [Column(f"h{h}", f"{h + 1}{unit}") for h in range(hours)]
    cell = cells.decimal("·" if rng.random() < 0.8 else ".", 1, int(rng.integers(1, 4)))
    body = tuple((str(day + 1), *(cell(rng, day) for _ in range(hours))) for day in range(days))
    title = f"{rng.choice(words)} {rng.choice(words)} {cells.digits(rng, 4)}".upper()
    return TableContent(title, tuple(columns), tuple(str(d + 1) for d in range(days)), body)
