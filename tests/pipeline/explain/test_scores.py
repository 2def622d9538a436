import numpy as np
import pytest
import torch

from tablekin.config import Similarity
from tablekin.explain import device_ranking
from tablekin.explain.scores import PairBlock, Scores
from tablekin.models.specific_similarity import load_specific_similarity


def scores_by_hand(phi: np.ndarray) -> dict[str, np.ndarray]:
    """Ranks and z of every document's cosines with all others, row by row."""
    unit = phi / np.linalg.norm(phi, axis=1, keepdims=True)
    cosine = unit @ unit.T
    count = len(phi)
    rank, z = np.zeros((count, count), int), np.zeros((count, count))
    for row in range(count):
        others = [column for column in range(count) if column != row]
        order = sorted(others, key=lambda column: (-round(cosine[row, column], 12), column))
        rank[row, order] = range(1, count)
        values = cosine[row, others]
        spread = 1.4826 * np.median(np.abs(values - np.median(values)))
        z[row] = (cosine[row] - np.median(values)) / spread
    return {"dot": phi @ phi.T, "cosine": cosine, "rank_a": rank, "rank_b": rank.T, "z": np.minimum(z, z.T)}


def documents(count: int) -> list[str]:
    return [f"doc{number:04d}" for number in range(count)]


@pytest.mark.parametrize("count", [5, 8, 150])
def test_scores_ranks_and_z_agree_with_sorting_by_hand(count):
    phi = np.random.default_rng(count).integers(0, 9, (count, 110)).astype(float)
    phi[2] = phi[1]  # their cosines with the others are equal
    scores = Scores(documents(count), phi, phi, 2)
    a, b = np.triu_indices(count, 1)
    table = scores.table(a, b)
    for column, expected in scores_by_hand(phi).items():
        np.testing.assert_allclose(
            table[column].to_numpy(), expected[a, b], rtol=1e-5, atol=1e-5, err_msg=column
        )
    assert table["doc_a"].to_pylist() == [f"doc{number:04d}" for number in a]
    assert table["doc_b"].to_pylist() == [f"doc{number:04d}" for number in b]
    assert table["conservation_error"].to_numpy().max() == 0


def test_scores_depend_neither_on_the_block_nor_on_the_threads():
    phi = np.random.default_rng(0).random((150, 110))
    a, b = np.triu_indices(150, 1)
    whole = Scores(documents(150), phi, phi, 1).table(a, b).to_pandas()
    other = Scores(documents(150), phi, phi, 3)
    parts = [
        other.table(*block.pairs()).to_pandas() for block in PairBlock(range(150), range(150)).divide(37)
    ]
    rows = np.concatenate([part.iloc[:, 2:].to_numpy() for part in parts])
    names = np.concatenate([part.iloc[:, :2].astype(str).to_numpy() for part in parts])
    order = np.lexsort((names[:, 1], names[:, 0]))
    np.testing.assert_array_equal(rows[order], whole.iloc[:, 2:].to_numpy())


@pytest.mark.parametrize(
    "device",
    [
        "cpu:0",  # the way of an accelerator, on a processor
        pytest.param(
            "cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
        ),
    ],
)
@pytest.mark.parametrize("count", [4, 5, 150])
def test_an_accelerator_ranks_bit_by_bit_as_a_processor(count, device, monkeypatch):
    monkeypatch.setattr(device_ranking, "_AT_ONCE", 1000)  # a few documents at a time
    phi = np.random.default_rng(count).random((count, 110)) ** 4
    phi[2] = phi[1]
    a, b = np.triu_indices(count, 1)
    expected = Scores(documents(count), phi, phi, 1).table(a, b)
    assert Scores(documents(count), phi, phi, 1, device).table(a, b).equals(expected)


@pytest.mark.parametrize("device", ["cpu", "cpu:0"])
def test_ranks_and_z_are_those_of_the_specific_similarity_where_it_is_chosen(device):
    phi = np.random.default_rng(7).random((9, 110)) ** 4
    phi[2] = phi[1]
    compared = load_specific_similarity().features(phi)
    a, b = np.triu_indices(9, 1)
    found = Scores(documents(9), phi, phi, 1, device, Similarity.SPECIFIC).table(a, b)
    paper = Scores(documents(9), phi, phi, 1).table(a, b)
    expected = compared @ compared.T
    np.testing.assert_allclose(found["specific"].to_numpy(), expected[a, b], atol=1e-6)
    for name in ("dot", "cosine", "conservation_error", "specific"):
        assert found[name].equals(paper[name])
    by_hand = scores_by_hand(compared)  # of length 1: their cosine is their product
    for name in ("rank_a", "rank_b", "z"):
        np.testing.assert_allclose(found[name].to_numpy(), by_hand[name][a, b], rtol=1e-4, err_msg=name)


def test_few_documents_have_no_z_and_one_has_no_pair():
    phi = np.ones((3, 110))
    assert Scores(documents(3), phi, phi, 1).table(np.array([0]), np.array([2]))["z"].to_pylist() == [0]
    Scores(documents(1), phi[:1], phi[:1], 1)
    Scores([], np.zeros((0, 110)), np.zeros((0, 110)), 1)


def test_blocks_hold_every_pair_once():
    found = []
    for block in PairBlock(range(23), range(23)).divide(7):
        for tile in block.divide(3):
            a, b = tile.pairs()
            assert len(a)
            assert (np.diff(b) >= 0).all()
            found += zip(a.tolist(), b.tolist(), strict=True)
    assert sorted(found) == [(a, b) for a in range(23) for b in range(a + 1, 23)]


def test_a_block_may_hold_other_documents_than_its_partner():
    a, b = PairBlock(range(4, 6), range(3, 8)).pairs()
    assert set(zip(a.tolist(), b.tolist(), strict=True)) == {(4, 5), (4, 6), (4, 7), (5, 6), (5, 7)}
