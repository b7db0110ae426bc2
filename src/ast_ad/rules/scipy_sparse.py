"""Rules of solves with sparse matrices from outside, which are constants."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse.linalg as ssl

from ast_ad.rules.sparse_words import shaped, solved_kind
from ast_ad.rules.table import linear
from ast_ad.rules.terms import call


def _transposed(ct: Any, A: Any, b: Any) -> Any:
    return shaped(call(ssl.spsolve, np.transpose(A), ct), ct, b)


linear(ssl.spsolve, (None, _transposed), solved_kind, operands=("A", "b"), name="scipy.sparse.linalg.spsolve")
