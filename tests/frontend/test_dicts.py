"""What dicts with run-time keys raise and refuse; what they compute is in `tests/programs/dicts.py`."""

from collections import defaultdict

import pytest

import ast_ad


def filled(x, n):
    d = {}
    for i in range(n):
        d[i] = x * i
    return d[n]


def deleted(x, n):
    d = {i: x + i for i in range(n)}
    del d[n]
    return d[0]


def taken(x, n):
    d = {i: x + i for i in range(n)}
    return d.pop((n, 1))


def emptied(x, n):
    d = {i: x + i for i in range(n)}
    for _ in range(n + 1):
        d.popitem()
    return x


@pytest.mark.parametrize("function", [filled, deleted, taken, emptied])
def test_a_missing_key_is_pythons_error(function):
    with pytest.raises(KeyError) as expected:
        function(1.5, 40)
    for derivative in (ast_ad.grad(function), lambda x, n: ast_ad.jvp(lambda y: function(y, n), (x,), (1.0,))):
        with pytest.raises(KeyError) as found:
            derivative(1.5, 40)
        assert found.value.args == expected.value.args


def grows_in_its_loop(x, n):
    d = {i: x + i for i in range(n)}
    for k in d:
        d[k + 1] = x
    return d[0]


def test_a_dict_that_may_grow_in_a_loop_over_it_is_refused():
    with pytest.raises(ast_ad.AstAdError) as found:
        ast_ad.grad(grows_in_its_loop)(1.5, 40)
    assert str(found.value).partition(": ")[2] == (
        "a dict that a loop runs over may change its size\n"
        "    d[k + 1] = x\n"
        "    ^^^^^^^^\n"
        "    Loop over a list of its keys: for k in list(d)."
    )


def shrinks_in_its_loop(x, n):
    d = {i: x + i for i in range(n)}
    for k in d:
        d.pop(k)
    return x


def test_a_dict_that_shrinks_in_a_loop_over_it_is_refused():
    with pytest.raises(ast_ad.AstAdError, match="may change its size"):
        ast_ad.grad(shrinks_in_its_loop)(1.5, 40)


def reads_float_keys(x, n):
    d = {}
    for i in range(n):
        d[x * i] = x
    total = 0.0
    for k, v in d.items():
        total += k * v
    return total


def asks_float_keys(x, n):
    d = {}
    for i in range(n):
        d[x * i] = x * i
    return d[x] * len(d) + (x * 2 in d)


def test_keys_that_would_have_a_derivative_are_not_read():
    with pytest.raises(ast_ad.AstAdError, match="the keys of this dict are floats"):
        ast_ad.grad(reads_float_keys)(1.5, 4)
    assert ast_ad.grad(asks_float_keys)(1.5, 4) == 4.0


def returned(x, n):
    return {i: x * i for i in range(n)}


def test_a_dict_may_be_returned():
    out, pull = ast_ad.vjp(lambda x: returned(x, 40), 2.0)
    assert out == returned(2.0, 40)
    assert pull(dict.fromkeys(range(40), 1.0)) == (780.0,)
    assert ast_ad.jvp(lambda x: returned(x, 40), (2.0,), (1.0,))[1] == {i: float(i) for i in range(40)}
    with pytest.raises(ast_ad.AstAdError, match=r"grad needs a result of one real number, and returned returns a dict"):
        ast_ad.grad(returned)(2.0, 40)


def default_returned(x, n):
    d = defaultdict(float)
    for i in range(n):
        d[i % 3] += x
    return d


def test_a_mapping_of_collections_is_no_result():
    with pytest.raises(ast_ad.AstAdError, match=r"a defaultdict is used as one value(.|\n)*dict\(d\)"):
        ast_ad.vjp(lambda x: default_returned(x, 4), 2.0)


def test_a_loop_over_a_dict_stays_a_loop():
    def total(x, n):
        d = {i: x * i for i in range(n)}
        return sum(v * v for v in d.values())

    gradient = ast_ad.grad(total)
    assert gradient(1.5, 100) == pytest.approx(2 * 1.5 * sum(i * i for i in range(100)))
    assert len(gradient.source.splitlines()) < 40
    assert gradient(1.5, 10) == pytest.approx(2 * 1.5 * sum(i * i for i in range(10)))


def test_writing_one_entry_takes_constant_time_and_no_copies():
    def total(x, n):
        d = {}
        for i in range(n):
            d[i] = x * i
            d[i] += d[i // 2]
        return d[n - 1]

    gradient = ast_ad.grad(total)
    gradient(1.5, 100)
    assert "copy" not in gradient.source
    assert "zeros_like" not in gradient.source
