import numpy as np

from tablekin.corpus import pair_keys
from tablekin.explain import kept_pairs
from tablekin.explain.kept_pairs import list_documents, list_kept, order_pairs


def made_nearest(documents, count):
    rng = np.random.default_rng(0)
    others = [np.delete(np.arange(documents), place) for place in range(documents)]
    return np.stack([rng.permutation(each)[:count] for each in others]).astype(np.int32)


def test_kept_are_the_nearest_of_either_document_and_kin(monkeypatch):
    monkeypatch.setattr(kept_pairs, "_AT_ONCE", 17)
    nearest = made_nearest(40, 5)
    kin = [(3, 4), (7, 39)]
    expected = {tuple(sorted((own, int(other)))) for own in range(40) for other in nearest[own]} | {*kin}
    listed = list_kept(nearest, pair_keys(*np.array(kin).T, 40))
    assert listed.tolist() == sorted(b * 40 + a for a, b in expected)
    assert list_documents(listed, 40).tolist() == sorted({place for pair in expected for place in pair})
    some = np.sort(np.random.default_rng(1).permutation(listed)[:9])
    assert list_documents(some, 40).tolist() == sorted(
        {int(key) % 40 for key in some} | {int(key) // 40 for key in some}
    )


def test_pairs_stand_where_the_later_of_their_documents_does(monkeypatch):
    monkeypatch.setattr(kept_pairs, "_AT_ONCE", 17)
    place = np.random.default_rng(2).permutation(40)
    listed = list_kept(made_nearest(40, 5), np.zeros(0, np.int64))
    expected = sorted(listed.tolist(), key=lambda key: (max(place[key % 40], place[key // 40]), key))
    assert order_pairs(listed, place).tolist() == expected


def test_no_documents_have_no_pairs():
    nobody = np.zeros((3, 0), np.int32)
    assert list_kept(nobody, np.zeros(0, np.int64)).tolist() == []
    assert list_documents(np.zeros(0, np.int64), 3).tolist() == []
