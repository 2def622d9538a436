"""The model card of the close-up reader, written from the figures of its training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_CARD = """\
# Model card: close-up reader

`closeups.safetensors`, {weights:.2f} million weights, float32. Loaded by
`tablekin.models.networks.closeups.load_closeup_reader`.

**What it does.** Where the digit network ([digits.md](digits.md)) and the glyph reader ([glyphs.md](glyphs.md)) are
in doubt, where a mark lies on a digit, and where there is ink that neither has read, it looks at {window} by {window}
pixels of the working page and gives the ten digits, every mark (`tablekin.models.networks.marks.MARKS`) and "nothing"
a probability, and the box of what it sees. A digit that it takes for a mark is dropped, a mark is named anew
(`tablekin.digitize.second_look`). It finds no digits and takes no part in the similarity: the ten digit maps and the
110 features are the digit network's.

**Layers.** Four convolutions with batch normalisation and ReLU: 16 channels (5 x 5) at 1/2, 32 at 1/4, 48 at 1/4, 64
at 1/8; one hidden layer of 96.

**Training.** {rounds} rounds of {windows:,} windows, cut anew for each from {pages} generated pages; {seconds:,}
seconds in one process of one thread, on a machine with two cores shared with other work:

{commands}
    python scripts/train_closeups.py RUN {pools} --rounds {total} --seed {seed}

Three of four windows lie on a glyph, rare ones more often than they are printed, the others beside one or anywhere in
the ink; all are rescaled, turned a little, and spoilt as the crops of the digit network are. What lies within the
middle of a fraction, its small digits too, has the name of the fraction.

**Results.** On {measured:,} windows of {held} pages that were not trained on, drawn the same way, share named
rightly: digits {digits}, marks {marks}, nothing {nothing}. How often its probabilities come true:

| probability | windows | mean | right |
|---|---|---|---|
{sure}

Mixed up most, of the same windows: {mixed}.

Cells of tables as printed, in known and in unknown faces: [docs/method/reading.md](../../docs/method/reading.md).

**Limits.** In many faces `o` and 0, `I`, `l` and 1, `'` and a prime, the minus sign and a dash are one sort or nearly
one: what it says of them is a guess. It sees no more than a digit and a half to either side, so that a mark whose
kind only its place in the line tells may be called another. It was trained on print, upright, with digits about 20
pixels high.
"""


def card(figures: Mapping[str, Any]) -> str:
    """Fill in the card: figures as ``train_closeups.py`` prints them, and how it was called."""
    rows = [
        f"| {name} | {count:,} | {mean} | {right} |" for name, (count, mean, right) in figures["sure"].items()
    ]
    commands = "\n".join(f"    {command}" for command in figures["commands"])
    return _CARD.format(
        **{name: value for name, value in figures.items() if name not in ("sure", "commands")},
        sure="\n".join(rows),
        commands=commands,
        mixed=", ".join(f"{pair}" for pair in figures["mixed up"]),
    )
