"""The model card of the close-up reader, written from the figures of its training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_CARD = """\
# Model card: close-up reader

`closeups.safetensors`, {weights:.2f} million weights, kept in float16 and used in float32. Loaded by
`tablekin.models.networks.closeups.load_closeup_reader`.

**What it does.** Where the digit network ([digits.md](digits.md)) and the glyph reader ([glyphs.md](glyphs.md)) are
in doubt, where a mark lies on a digit, and where there is ink that neither has read, it looks at {window} by {window}
pixels of the working page and gives the ten digits, every mark (`tablekin.models.networks.marks.MARKS`) and "nothing"
a probability, and the box of what it sees. A digit that it takes for a mark is dropped, a mark is named anew
(`tablekin.digitize.second_look`). It finds no digits and takes no part in the similarity: the ten digit maps and the
110 features are the digit network's.

**Layers.** Four convolutions with batch normalisation and ReLU: 16 channels (5 x 5) at 1/2, 32 at 1/4, 64 at 1/4, 96
at 1/8; one hidden layer of 192.

**Training.** {steps:,} steps of {batch:,} windows, {shown:,} in all, cut out of {pages:,} generated pages as they came
in; {seconds:,} seconds on the device `{device}`:

    python scripts/train_closeups.py {command}

Three of four windows lie on a glyph, rare ones more often than they are printed, the others beside one or anywhere in
the ink. Each is rescaled by 0.8 to 1.25, widened or narrowed, slanted and turned a little; points of leaders and rules
are printed over some; strokes grow or shrink; and darkness, sharpness, noise and one-bit scans vary. What lies within
the middle of a fraction, its small digits too, has the name of the fraction. A wider reader (48, 96, 160 and 224
channels, 512 hidden) learned from the same windows; half of what this one learned is what that one said. The weights
are a mean over the last steps. Pages come in as processes finish them, so that another run of the command gives
slightly other weights.

**Results.** On {measured:,} windows of {held} pages that were not trained on, drawn and spoilt the same way, share
named rightly:

| kind | {heads} |
|---|{lines}|
{kinds}

How often its probabilities come true:

| probability | windows | mean | right |
|---|---|---|---|
{sure}

Mixed up most, of the same windows: {mixed}.

Cells of tables as printed, in known and in unknown faces: [docs/method/reading.md](../../docs/method/reading.md).

**Limits.** In many faces `o` and 0, `I`, `l` and 1, `'` and a prime, the minus sign and a dash are one sort or nearly
one: what it says of them is a guess, and other glyphs of the page must tell (`tablekin.digitize.sorts`,
`tablekin.digitize.dashes`). It sees no more than a digit and a half to either side, so that a mark whose kind only its
place in the line tells may be called another. It was trained on print, upright, with digits about 20 pixels high.
"""


def card(figures: Mapping[str, Any], before: Mapping[str, Any] | None, told: Mapping[str, Any]) -> str:
    """Fill in the card.

    Parameters
    ----------
    figures, before
        What ``train_closeups.py`` measured of the weights, and of those that were there before, if any.
    told
        How they were trained.
    """
    columns = {"share": figures} if before is None else {"these weights": figures, "those before": before}
    kinds = [name for name in figures if name not in ("sure", "mixed up")]
    rows = [
        f"| {name} | {' | '.join(str(column.get(name, '')) for column in columns.values())} |"
        for name in kinds
    ]
    sure = [
        f"| {name} | {count:,} | {mean} | {right} |" for name, (count, mean, right) in figures["sure"].items()
    ]
    return _CARD.format(
        **told,
        heads=" | ".join(columns),
        lines="|".join("---" for _ in columns),
        kinds="\n".join(rows),
        sure="\n".join(sure),
        mixed=", ".join(figures["mixed up"]),
    )
