"""No keyword is ignored: each one of each function is honoured, as differences see it, or refused."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from ast_ad.ir.primitives import HOLE
from ast_ad.rules.binding import UnsupportedArgument, bind, signature_of
from ast_ad.rules.modes import NonDifferentiable
from ast_ad.rules.table import rule_of
from tests.rules.checking import Sample, check
from tests.rules.samples import SAMPLES

#: values that keywords are tried with, by name; those that a function does not take are passed over
VALUES: dict[str, tuple[Any, ...]] = {
    "N": (3,),
    "UPLO": ("U",),
    "append": (0.4,),
    "assume_a": ("sym", "pos", "diagonal", "upper triangular", "lower triangular", "tridiagonal", "banded"),
    "aweights": (np.array([1.0, 2, 1, 1]),),
    "axes": ((0, 1), (1, 0)),
    "axis": (0, -1, (0, 1)),
    "axis1": (1,),
    "axis2": (0,),
    "axisa": (0,),
    "axisb": (0,),
    "axisc": (0,),
    "base": (2.0,),
    "bias": (True,),
    "boundary": ("wrap", "symm"),
    "bp": (2,),
    "check_finite": (False,),
    "compute_uv": (False,),
    "cond": (0.9,),
    "copy": (True, False, None),
    "correction": (1,),
    "cval": (0.7,),
    "ddof": (1,),
    "decimals": (1,),
    "deg": (True,),
    "driver": ("evr",),
    "dtype": (np.float64,),
    "dx": (0.3,),
    "edge_order": (2,),
    "eigvals_only": (True,),
    "endpoint": (False,),
    "extrapolate": (True,),
    "fillvalue": (0.4,),
    "full_matrices": (False, True),
    "fweights": (np.array([1, 2, 1, 1]),),
    "include_initial": (True,),
    "increasing": (True,),
    "indexing": ("ij",),
    "initial": (0.7,),
    "k": (1, -1),
    "keepdims": (True,),
    "kind": ("stable", "heapsort"),
    "lapack_driver": ("gesvd", "gelss"),
    "left": (0.3,),
    "lower": (True,),
    "mean": (0.2,),
    "method": ("lower", "higher", "hazen", "inverted_cdf", "direct", "fft"),
    "mode": ("same", "valid", "full", "wrap", "clip", "reflect", "constant", "reduced", "complete", "r", "economic"),
    "n": (3, 5),
    "nan": (0.2,),
    "ndmin": (2, 3),
    "norm": ("ortho", "forward"),
    "num": (7,),
    "offset": (1,),
    "optimize": (True,),
    "ord": (1, 2, "fro", np.inf, 3),
    "order": ("F", "A"),
    "origin": (1,),
    "overwrite_a": (True,),
    "overwrite_b": (True,),
    "p": (3,),
    "p_indices": (True,),
    "permute_l": (True,),
    "pivoting": (True,),
    "posinf": (0.2,),
    "prepend": (0.3,),
    "radius": (1,),
    "rcond": (0.5, 0.9),
    "retstep": (True,),
    "return_counts": (True,),
    "return_index": (True,),
    "return_inverse": (True,),
    "return_sign": (True,),
    "returned": (True,),
    "right": (0.3,),
    "rowvar": (False,),
    "rtol": (0.5, 0.9),
    "s": ((3, 5),),
    "scale": (1.4,),
    "sparse": (True,),
    "stable": (True,),
    "subset_by_index": ([0, 1],),
    "to_begin": (0.2,),
    "to_end": (0.1,),
    "trans": (1, 2, "T"),
    "transposed": (True,),
    "trim": ("f",),
    "truncate": (1.0,),
    "type": ("constant",),
    "unit_diagonal": (True,),
    "upper": (True,),
    "weights": (np.array([1.0, 2, 1, 1]),),
    "where": (np.array(True),),
    "zi": (np.array([0.2, 0.1]),),
}
#: matrices that these read one triangle of: the convention for them is in the samples of symmetric matrices
OF_SYMMETRIC = {("scipy.linalg.solve", "assume_a"), ("np.linalg.eigh", "UPLO"), ("np.linalg.eigvalsh", "UPLO")}
_TRIED = 3


def cases() -> Iterator[Any]:
    """Some samples of each function that has a rule and tells its keywords."""
    tried: dict[Any, int] = {}
    for s in SAMPLES:
        signature = signature_of(s.primitive.call)
        single = any(getattr(x, "dtype", None) == np.float32 for x in s.args)
        plain = (
            s.smooth and not single and HOLE not in s.params.values() and s.primitive.name.startswith(("np.", "scipy."))
        )
        if signature is None or not plain or isinstance(rule_of(s.primitive), NonDifferentiable):
            continue
        tried[s.primitive] = tried.get(s.primitive, 0) + 1
        if tried[s.primitive] <= _TRIED and any(name in VALUES for name in signature.parameters):
            yield pytest.param(s, id=repr(s))


def calls(s: Sample) -> Iterator[tuple[str, Any]]:
    """Keywords that the sample's call can be given besides, and values that the function takes for them."""
    signature = signature_of(s.primitive.call)
    assert signature is not None
    by_place = [n for n, p in signature.parameters.items() if p.kind is not p.KEYWORD_ONLY][: len(s.args)]
    for name in signature.parameters:
        if name in s.params or name in by_place or (s.primitive.name, name) in OF_SYMMETRIC:
            continue
        of_complex = any(np.iscomplexobj(x) for x in s.args if isinstance(x, np.ndarray))
        for value in () if of_complex and name == "dtype" else VALUES.get(name, ()):
            if takes(s, {name: value}):
                yield name, value


def takes(s: Sample, more: dict[str, Any]) -> bool:
    """Whether a function computes something when a sample's call is given more keywords."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", DeprecationWarning)
        try:
            s.primitive.call(*s.args, **s.params, **more)
        except Exception:  # whatever the function says of it
            return False
    return True


CASES = list(cases())


@pytest.mark.parametrize("s", CASES)
def test_a_keyword_is_honoured_or_refused(s: Sample) -> None:
    for name, value in calls(s):
        check_call(s, {name: value})


def check_call(s: Sample, more: dict[str, Any]) -> bool:
    """Whether a sample's call with more keywords has a derivative, which is then the right one."""
    try:
        operands, params = bind(s.primitive, list(s.args), {**s.params, **more})
    except (UnsupportedArgument, TypeError):
        return False
    one = Sample(s.primitive, tuple(operands), params, orders=1, tolerance=1e-4, quiet=False, symmetric=s.symmetric)
    try:
        check(one, "signature")
    except UnsupportedArgument:
        return False
    except Exception as error:
        raise AssertionError(f"{one}: {error}") from error
    return True


def test_a_hundred_functions_chosen_at_random_with_several_keywords_agree_with_differences() -> None:
    rng = np.random.default_rng(11)
    agreed: set[str] = set()
    for place in rng.permutation(len(CASES)):
        (s,) = CASES[place].values
        chosen: dict[str, Any] = {}
        for name, value in calls(s):
            if rng.random() < 0.6 and name not in chosen and takes(s, {**chosen, name: value}):
                chosen[name] = value
        if chosen and check_call(s, chosen):
            agreed.add(s.primitive.name)
        if len(agreed) == 100:
            return
    raise AssertionError(f"{len(agreed)} functions only")
