"""One thread for every library of numbers: the sums of the tests are small, and waiting threads cost more."""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
