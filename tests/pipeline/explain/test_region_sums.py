from itertools import pairwise

import numpy as np
from scipy import sparse

from tablekin.explain.region_sums import sum_members


def test_sums_of_members_are_those_of_a_product_of_matrices():
    rng = np.random.default_rng(0)
    own = sparse.random_array((60, 110), density=0.2, format="csr", random_state=0)
    own.data = rng.normal(size=own.nnz)
    members = sparse.csr_array((rng.random((40, 60)) < 0.1).astype(float))
    own.data[own.indptr[5] : own.indptr[6]] = 0
    begin, feature, relevance = sum_members(
        *(members.indptr.astype(np.int64), members.indices.astype(np.int64)),
        *(own.indptr.astype(np.int64), own.indices.astype(np.uint8), own.data),
    )
    found = sparse.csr_array((relevance, feature, begin), shape=(40, 110)).toarray()
    np.testing.assert_allclose(found, members.toarray() @ own.toarray(), atol=1e-14)
    assert (relevance != 0).all()
    assert all((np.diff(feature[one:other]) > 0).all() for one, other in pairwise(begin))
