"""BiLRP of any encoder against gradients of networks held fast, Hessians, and loops by the definition."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.autograd.functional import hessian

from tablekin.models import BiLRP, bilrp
from tablekin.models.lrp import Composite, Epsilon, Gamma, Propagation, Zero
from tests.support.networks import Vgg, ink, made, signed
from tests.support.transformers import SmallTransformer

TEXTS = torch.tensor([[3, 1, 4, 1, 5]]), torch.tensor([[4, 8, 3]])
IMAGES = signed(1, 1, 8, 12), signed(1, 1, 12, 8, seed=1)
ZERO = {softmax: Composite(((nn.Module, Zero()),), softmax=softmax) for softmax in ("constant", "taylor")}  # type: ignore[arg-type]


def outer_products(of_a: Tensor, of_b: Tensor) -> Tensor:
    """Sum over features, by loops, of products of relevance ``(features, places)``."""
    found = torch.zeros(of_a.shape[1], of_b.shape[1], dtype=torch.float64)
    for one, two in zip(of_a, of_b, strict=True):
        for i, value in enumerate(one):
            found[i] += value * two
    return found


@pytest.mark.parametrize("softmax", ["constant", "taylor"])
def test_the_map_of_two_texts_is_the_sum_of_outer_products_of_independent_relevance(softmax: str) -> None:
    network = made(SmallTransformer)
    found = BiLRP(network, ZERO[softmax], chunk=3).attribute(*TEXTS)
    assert found.relevance.shape == (5, 3)
    torch.testing.assert_close(
        found.relevance, outer_products(*(network.relevance(x, softmax) for x in TEXTS))
    )


@pytest.mark.parametrize("softmax", ["constant", "taylor"])
def test_the_map_of_two_images_lies_as_their_pixels_do(softmax: str) -> None:
    network = made(SmallTransformer, tokens=False)
    found = BiLRP(network, ZERO[softmax]).attribute(*IMAGES)
    assert found.relevance.shape == (8, 12, 12, 8)
    expected = outer_products(*(network.relevance(x, softmax) for x in IMAGES))
    torch.testing.assert_close(found.relevance.flatten(2).flatten(0, 1), expected)
    regions = bilrp.patches(8, 12, 4), bilrp.patches(12, 8, 4)
    by_patch = BiLRP(network, ZERO[softmax]).attribute(*IMAGES, *regions).relevance
    inside = [nn.functional.one_hot(part.flatten()).double() for part in regions]
    torch.testing.assert_close(by_patch, inside[0].T @ expected @ inside[1])


def test_with_constant_attention_the_map_is_the_hessian_of_the_network_held_fast_times_the_inputs() -> None:
    network = made(SmallTransformer)
    vectors = [network.embed(x).detach() for x in TEXTS]
    held = [network.rewritten(x, "constant").detach() for x in vectors]

    def similarity(a: Tensor, b: Tensor) -> Tensor:
        return (network.rewritten(a, "constant") * network.rewritten(b, "constant")).sum()

    # held fast, the network is affine between the points at which it is held; the mixed derivative there is exact
    mixed = hessian(similarity, tuple(vectors))[0][1]  # (1, tokens, channels) twice
    by_hand = (mixed[0, :, :, 0] * vectors[0][0][..., None, None] * vectors[1][0]).sum((1, 3))
    found = BiLRP(network, ZERO["constant"]).attribute(*TEXTS)
    torch.testing.assert_close(found.relevance, by_hand)
    assert found.similarity == pytest.approx(float(held[0][0] @ held[1][0]))


@pytest.mark.parametrize(
    "rules", [*ZERO.values(), Composite(((nn.Module, Gamma(0.25)),)), Composite(((nn.Module, Epsilon(0.1)),))]
)
def test_what_is_not_in_the_map_was_absorbed(rules: Composite) -> None:
    found = BiLRP(made(SmallTransformer), rules).attribute(*TEXTS)
    whole = [made(SmallTransformer)(x)[0] for x in TEXTS]
    assert found.similarity == pytest.approx(float(whole[0] @ whole[1]))
    assert found.similarity == pytest.approx(float(found.relevance.sum()) + found.absorbed)
    assert abs(found.absorbed) > 1e-3
    of_a, of_b = found.marginals
    torch.testing.assert_close(of_a, found.relevance.sum(1))
    torch.testing.assert_close(of_b, found.relevance.sum(0))


def test_two_encoders_are_compared_by_the_rules_of_each() -> None:
    reads, sees = made(SmallTransformer), made(SmallTransformer, tokens=False)
    two = BiLRP(reads, ZERO["taylor"], other=sees, other_rules=ZERO["constant"])
    found = two.attribute(TEXTS[0], IMAGES[0], regions_b=bilrp.patches(8, 12, 4))
    of_text = reads.relevance(TEXTS[0], "taylor")
    of_image = bilrp.pool(sees.relevance(IMAGES[0], "constant"), bilrp.patches(8, 12, 4))
    torch.testing.assert_close(found.relevance, outer_products(of_text, of_image))
    assert found.similarity == pytest.approx(float(reads(TEXTS[0])[0] @ sees(IMAGES[0])[0]))
    assert found.similarity == pytest.approx(found.account.explained + found.absorbed)
    same = BiLRP(reads, ZERO["constant"], other=sees).attribute(TEXTS[0], IMAGES[0]).relevance
    with_both = BiLRP(reads, ZERO["constant"], other=sees, other_rules=ZERO["constant"])
    assert torch.equal(same, with_both.attribute(TEXTS[0], IMAGES[0]).relevance)


def test_a_cosine_is_explained_by_encoders_that_normalise() -> None:
    class Normalised(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = made(SmallTransformer)

        def forward(self, x: Tensor) -> Tensor:
            return nn.functional.normalize(self.encoder(x), dim=1)

    found = BiLRP(Normalised(), ZERO["constant"]).attribute(*TEXTS)
    plain = BiLRP(made(SmallTransformer), ZERO["constant"]).attribute(*TEXTS)
    norms = [float(made(SmallTransformer)(x).norm()) for x in TEXTS]
    torch.testing.assert_close(found.relevance, plain.relevance / (norms[0] * norms[1]))
    assert -1 <= found.similarity <= 1


def test_vectors_of_tokens_are_explained_as_the_tokens_they_stand_for() -> None:
    network = made(SmallTransformer)

    class AboveEmbedding(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, vectors: Tensor) -> Tensor:
            return self.network.rest(vectors)

    vectors = [network.embed(x).detach() for x in TEXTS]
    of_tokens = BiLRP(network, ZERO["taylor"]).attribute(*TEXTS)
    of_vectors = BiLRP(AboveEmbedding(), ZERO["taylor"])
    torch.testing.assert_close(of_vectors.attribute(*vectors).relevance, of_tokens.relevance)
    words = torch.tensor([1, 1, 0, 0, 2]), torch.tensor([0, 1, 1])
    pooled = of_vectors.attribute(*vectors, *words).relevance
    inside = [nn.functional.one_hot(part).double() for part in words]
    torch.testing.assert_close(pooled, inside[0].T @ of_tokens.relevance @ inside[1])
    by_id = BiLRP(network, ZERO["taylor"]).attribute(*TEXTS, *words).relevance
    torch.testing.assert_close(by_id, pooled)
    units = BiLRP(AboveEmbedding(), ZERO["taylor"], places="units").attribute(*vectors)
    assert units.relevance.shape == (5, 8, 3, 8)
    torch.testing.assert_close(units.relevance.sum((1, 3)), of_tokens.relevance)


def test_relevance_of_a_layer_within_is_that_of_the_network_above_it() -> None:
    network, x = made(Vgg), ink(1, 1, 6, 8)
    below, above = network.features[:5], nn.Sequential(*network.features[5:])
    hidden = below(x.clone())

    class Above(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.features, self.project = above, network.project

        def forward(self, x: Tensor) -> Tensor:
            return self.project(self.features(x).sum((2, 3)))

    rules = Composite(((nn.Module, Gamma(0.25)),))
    for options in ({}, {"places": "units"}, {"regions": bilrp.patches(3, 4, 2)}):
        expected = bilrp.factor(Above(), hidden, rules, **options)
        found = bilrp.factor(network, x, rules, layer="features.4", **options)
        assert found.shape == expected.shape
        torch.testing.assert_close(found.relevance, expected.relevance)
        torch.testing.assert_close(found.absorbed, expected.absorbed)
    by_number = bilrp.factor(network, x, rules, layer=-1)
    assert by_number.shape == (5,)
    torch.testing.assert_close(by_number.relevance, torch.diag(by_number.phi))
    assert not by_number.absorbed.any()


class Blocks(nn.Module):
    """Two blocks with residual connections, of layers of torch."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(9, 8)
        layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, activation="gelu", norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(8, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.encoder(self.embed(x)).mean(1))


@pytest.mark.parametrize("softmax", ["constant", "taylor"])
def test_tokens_between_blocks_hold_what_is_not_absorbed_above_and_within_blocks_some_goes_around(
    softmax: str,
) -> None:
    network, x = made(Blocks), TEXTS[0]
    propagation = Propagation(network, x, ZERO[softmax])
    seeds = torch.diag(propagation.output[0])
    between = propagation.relevance(seeds, layer="encoder.layers.0")
    torch.testing.assert_close(
        propagation.value("encoder.layers.0"), network.encoder.layers[0](network.embed(x))
    )
    rest = nn.Sequential(network.encoder.layers[1], nn.Flatten(2)).eval()

    class Rest(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rest, self.head = rest, network.head

        def forward(self, x: Tensor) -> Tensor:
            return self.head(self.rest(x).mean(1))

    alone = Propagation(Rest(), propagation.value("encoder.layers.0"), ZERO[softmax]).relevance(seeds)
    torch.testing.assert_close(between.input, alone.input)
    assert not between.around.any()
    for layer in (
        "encoder.layers.1.linear2",
        "encoder.layers.1.self_attn",
        "encoder.layers.0.self_attn.value",
    ):
        within = propagation.relevance(seeds, layer=layer)
        assert bool((within.around.abs() > 1e-6).all())
        total = within.input.flatten(1).sum(1) + within.absorbed + within.around
        torch.testing.assert_close(total, propagation.output[0])
    factor = bilrp.factor(network, x, ZERO[softmax], layer="encoder.layers.1.linear2")
    assert factor.shape == (5,)
    torch.testing.assert_close(factor.relevance.sum(1) + factor.absorbed, factor.phi)


def test_pairs_of_layers_within_two_encoders() -> None:
    network = made(Blocks)
    found = BiLRP(network, ZERO["constant"], layer="encoder.layers.0", places="units").attribute(*TEXTS)
    assert found.relevance.shape == (5, 8, 3, 8)
    assert found.similarity == pytest.approx(float(found.relevance.sum()) + found.absorbed)
    mixed = BiLRP(network, ZERO["constant"], other=network, layer="encoder.layers.0").attribute(*TEXTS)
    torch.testing.assert_close(mixed.a.relevance, found.a.relevance.reshape(4, 5, 8).sum(2))
    torch.testing.assert_close(mixed.b.relevance, bilrp.factor(network, TEXTS[1], ZERO["constant"]).relevance)


class Narrow(SmallTransformer):
    """Ends in three features."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(8, 3)


def test_what_makes_no_pair_is_told() -> None:
    network = made(SmallTransformer)
    with pytest.raises(
        ValueError, match=r"first input are \(1, 4\), .* second \(1, 3\): .*the same number; add a"
    ):
        BiLRP(network, Zero(), other=made(Narrow)).attribute(*TEXTS)
    with pytest.raises(ValueError, match="give it as other="):
        BiLRP(network, Zero(), other_rules=Zero())
    with pytest.raises(
        ValueError, match=r"no layer 'blocks'; there are embed, place, norm, attention, second"
    ):
        BiLRP(network, Zero(), layer="blocks").attribute(*TEXTS)
    with pytest.raises(ValueError, match=r"no layer number 9: the model has \d layers"):
        BiLRP(network, Zero(), layer=9).attribute(*TEXTS)
    with pytest.raises(ValueError, match="layer 'place' does not depend on the input"):
        BiLRP(network, Zero(), layer="place").attribute(*TEXTS)
    with pytest.raises(ValueError, match="'positions' or 'units', not 'words'"):
        BiLRP(network, Zero(), places="words").attribute(*TEXTS)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="regions are of positions"):
        BiLRP(network, Zero(), places="units").attribute(*TEXTS, torch.zeros(5, dtype=torch.int64))
    with pytest.raises(ValueError, match=r"regions \(4,\) do not fit the input \(1, 5\)"):
        BiLRP(network, Zero()).attribute(*TEXTS, torch.zeros(4, dtype=torch.int64))
    with pytest.raises(ValueError, match="numbered from 0 to 8 in this embedding, not from 1 to 9"):
        BiLRP(network, Zero()).attribute(torch.tensor([[1, 9]]), TEXTS[1])
    with pytest.raises(ValueError, match="takes the numbers of tokens"):
        BiLRP(network, Zero()).attribute(signed(1, 5), TEXTS[1])
    with pytest.raises(ValueError, match=r"not \(1, 2, 3, 4, 5\)"):
        BiLRP(nn.Flatten(), Zero()).attribute(signed(1, 2, 3, 4, 5), signed(1, 4))


class Twice(nn.Module):
    """Runs one layer two times."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(torch.relu(self.layer(x)))


def test_a_layer_that_is_run_twice_is_no_place_to_stop() -> None:
    with pytest.raises(ValueError, match="layer 'layer' is run 2 times"):
        bilrp.factor(made(Twice), signed(1, 4), Zero(), layer="layer")
