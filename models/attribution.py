"""Attribution of a similarity to pairs of places in one call, by BiLRP.

The similarity of two inputs is ``y = <phi(x), phi(x')>``, of two encoders ``y = <f(x), g(x')>``: for instance of a text
and an image. A cosine is the same of encoders that end in ``torch.nn.functional.normalize``.

>>> import torch
>>> from torch import nn
>>> from tablekin.models import BiLRP
>>> from tablekin.models.lrp import Composite, Zero
>>> class Encoder(nn.Module):
...     def __init__(self):
...         super().__init__()
...         self.embed = nn.Embedding(50, 8)
...         self.block = nn.TransformerEncoderLayer(8, 2, 16, activation="gelu", batch_first=True)
...         self.head = nn.Linear(8, 6)
...     def forward(self, tokens):
...         return self.head(self.block(self.embed(tokens)).mean(1))
>>> bilrp = BiLRP(Encoder().eval(), Composite([(nn.Linear, Zero())]))
>>> found = bilrp.attribute(torch.tensor([[7, 1, 42]]), torch.tensor([[42, 3, 3, 9]]))
>>> found.relevance.shape  # tokens of the first text, tokens of the second
torch.Size([3, 4])
>>> abs(found.similarity - float(found.relevance.sum()) - found.absorbed) < 1e-4
True
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from tablekin.models.bilrp import Conservation, Factor, Places, conservation, explain, marginals, pair_map
from tablekin.models.lrp.composite import Composite, Rules
from tablekin.models.lrp.inputs import Array, as_input, check_places
from tablekin.models.lrp.propagation import Propagation


@dataclass(frozen=True)
class Attribution:
    """Which places of two inputs, together, make them similar."""

    relevance: Tensor
    """``(*places of a, *places of b)``: tokens ``(tokens, tokens)``, images ``(h, w, h, w)``, regions ``(n, n)``."""
    a: Factor
    """The explanation of the first input: every feature's relevance at every place."""
    b: Factor
    """The explanation of the second input."""
    account: Conservation
    """``similarity = explained + absorbed + error``, in float64."""

    @property
    def similarity(self) -> float:
        """The dot product of the features of both inputs."""
        return self.account.similarity

    @property
    def absorbed(self) -> float:
        """What of the similarity no pair of places received: biases, constants and stabilisers took it."""
        return self.account.absorbed

    @property
    def marginals(self) -> tuple[Tensor, Tensor]:
        """Relevance of the places of ``a``, and of those of ``b``, each summed over all places of the other."""
        of_a, of_b = marginals(self.a, self.b)
        return of_a.reshape(self.a.shape), of_b.reshape(self.b.shape)


class BiLRP:
    """Explains similarities by BiLRP.

    Parameters
    ----------
    model
        From an input to features ``(1, features)``; of what it may be made
        :class:`tablekin.models.lrp.propagation.Propagation` says. In evaluation mode.
    rules
        The LRP rule of every layer with weights: a :class:`tablekin.models.lrp.composite.Composite`, or what says the
        same.
    other
        The encoder of the second input, if it is another; it must end in the same number of features.
    other_rules
        Its rules; left out, they are the same.
    layer
        Explain down to the output of this layer and not to the input: the name of a module, or the number of a layer
        with weights in the order of execution. What goes around it counts as absorbed.
    other_layer
        The same of the other encoder; of one encoder for both inputs, ``layer`` holds for both.
    places
        ``"positions"``: pixels, tokens or numbers, channels summed; ``"units"``: every number.
    chunk
        Features explained together; bounds memory. By default, as many as keep every map of theirs below 128 MiB.

    Raises
    ------
    TypeError
        If a model is no module or the rules are none, naming what is wrong.
    ValueError
        If rules or a layer are given of another encoder that is not given.

    Examples
    --------
    Two encoders, of images and of texts:

    >>> import torch
    >>> from torch import nn
    >>> from tablekin.models import BiLRP
    >>> from tablekin.models.bilrp import patches
    >>> from tablekin.models.lrp import Gamma, Zero
    >>> sees = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 6)).eval()
    >>> reads = nn.Sequential(nn.Embedding(50, 8), nn.Flatten(), nn.Linear(24, 6)).eval()
    >>> bilrp = BiLRP(sees, Gamma(0.25), other=reads, other_rules=Zero())
    >>> image, text = torch.rand(1, 1, 8, 8), torch.tensor([[7, 1, 42]])
    >>> bilrp.attribute(image, text).relevance.shape  # pixels down and across, tokens
    torch.Size([8, 8, 3])
    >>> bilrp.attribute(image, text, regions_a=patches(8, 8, 4)).relevance.shape  # patches, tokens
    torch.Size([4, 3])
    """

    def __init__(
        self,
        model: nn.Module,
        rules: Rules,
        other: nn.Module | None = None,
        other_rules: Rules | None = None,
        *,
        layer: str | int | None = None,
        other_layer: str | int | None = None,
        places: Places = "positions",
        chunk: int | None = None,
    ) -> None:
        if other is None and (other_rules is not None or other_layer is not None):
            raise ValueError("other_rules and other_layer are of another encoder: give it as other=")
        one = Composite.of(rules)
        two = one if other_rules is None else Composite.of(other_rules)
        self._encoders = ((model, one), (model if other is None else other, two))
        self._layers = (layer, layer if other is None else other_layer)
        self._places, self._chunk = places, chunk

    def attribute(
        self, a: Array, b: Array, regions_a: Array | None = None, regions_b: Array | None = None
    ) -> Attribution:
        """Explain the similarity of two inputs.

        Parameters
        ----------
        a, b
            One input each, as :func:`tablekin.models.bilrp.factor` takes it: an image ``(1, channels, h, w)``, tokens
            ``(1, tokens)``, vectors of tokens ``(1, tokens, channels)`` or numbers ``(1, n)``. They may be of
            different sizes.
        regions_a, regions_b
            Int, the region of every position, from 0: ``(h, w)`` of an image, ``(tokens,)`` of tokens. The places
            are then the regions.

        Returns
        -------
        Attribution
            The relevance of every pair of places, and what of the similarity was absorbed.

        Raises
        ------
        ValueError
            If the two encoders end in different numbers of features, and as :func:`tablekin.models.bilrp.factor`.
        TypeError, UnsupportedOperationError, MissingRuleError
            As :class:`tablekin.models.lrp.propagation.Propagation`.
        """
        runs = []
        for (model, rules), given in zip(self._encoders, (a, b), strict=True):
            x = as_input(given, model)
            check_places(x, model)
            runs.append(Propagation(model, x, rules))
        first, second = (tuple(run.output.shape) for run in runs)
        if first != second:
            raise ValueError(
                f"the features of the first input are {first}, those of the second {second}: for a similarity "
                "<f(x), g(x')> both encoders must end in the same number; add a linear layer to one of them"
            )
        factors = [
            explain(run, regions, self._chunk, layer, self._places)
            for run, regions, layer in zip(runs, (regions_a, regions_b), self._layers, strict=True)
        ]
        one, two = factors
        relevance = pair_map(one, two).reshape(*one.shape, *two.shape)
        return Attribution(relevance, one, two, conservation(one, two))
