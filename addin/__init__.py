"""Asset allocation and rebalancing under an Investment Policy Statement, in Excel or without it."""

import os

# Threads of linear algebra on some hundred assets wait for each other longer than they work, and
# a sum in another order has other last digits: the same answer on every machine needs one.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
