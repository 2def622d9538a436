"""What all tests share: how many threads compute, and what Ctrl-C does."""

import os
import signal

# The sums of the tests are small, and waiting threads cost more.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

# A shell that starts the tests in the background has SIGINT ignored, and tests of it would test nothing.
signal.signal(signal.SIGINT, signal.default_int_handler)
