"""Sets that are filled at run time, and the iterators and heaps of the standard library: what is refused of them."""

import heapq
import itertools

import pytest

import ast_ad


def looped_over(x, n):
    seen = set()
    for k in range(n):
        seen.add(k % 3)
    total = 0.0
    for k in seen:
        total = total * x + k
    return total


def test_the_order_of_a_set_is_not_guessed():
    with pytest.raises(ast_ad.AstAdError) as found:
        ast_ad.grad(looped_over)(1.3, 40)
    assert str(found.value).partition(": ")[2] == (
        "a set is iterated over whose elements are known at run time only\n"
        "    for k in seen:\n"
        "    ^^^^^^^^^^^^^^\n"
        "    Its order is not that in which they were added.\n"
        "    Give it an order: sorted(s)."
    )


def asked(x, n):
    seen = set()
    for k in range(n):
        seen.add(k % 3)
    seen.discard(7)
    seen.remove(1)
    return x ** len(seen) * max(seen) + (x if 1 in seen else 2 * x) + sum(k * x for k in sorted(seen))


def test_a_set_is_asked_and_sorted():
    assert ast_ad.grad(asked)(1.5, 40) == pytest.approx(2 * 1.5 * 2 + 2 + 2)


def removed(x, n):
    seen = set()
    for k in range(n):
        seen.add(k)
    seen.remove(n)
    return x


def popped(x, n):
    heap = []
    for k in range(n):
        heapq.heappush(heap, x * k)
    for _ in range(n + 1):
        heapq.heappop(heap)
    return x


@pytest.mark.parametrize(("function", "error"), [(removed, KeyError), (popped, IndexError)])
def test_what_is_not_there_is_pythons_error(function, error):
    with pytest.raises(error):
        ast_ad.grad(function)(1.5, 40)


class Bag:
    def __init__(self, x):
        self.x = x


def sum_of_an_object(x):
    return sum(Bag(x))


def test_an_object_without_iter_is_not_summed():
    with pytest.raises(ast_ad.AstAdError, match="cannot be iterated over"):
        ast_ad.grad(sum_of_an_object)(1.5)


def counts_by_a_float(x):
    return sum(v for _, v in zip(range(3), itertools.count(x, 0.5)))


def test_counting_from_what_is_no_constant_is_refused():
    with pytest.raises(ast_ad.AstAdError, match=r"itertools\.count from or by what is no constant"):
        ast_ad.grad(counts_by_a_float)(1.5)


def counts_and_leaves(x):
    total = 0.0
    for k in itertools.count(1):
        total += x**k / k
        if total > 3.0:
            break
    return total


def test_a_loop_over_what_never_ends_is_left():
    value, slope = ast_ad.value_and_grad(counts_and_leaves)(1.1)
    assert value == counts_and_leaves(1.1)
    step = 1e-6
    assert slope == pytest.approx(
        (counts_and_leaves(1.1 + step) - counts_and_leaves(1.1 - step)) / (2 * step), rel=1e-6
    )


def returned(x, n):
    seen = set()
    for k in range(n):
        seen.add(k)
    return seen


def united(x, n):
    seen = set()
    for k in range(n):
        seen.add(k)
    return x * len(seen.union({n}))


@pytest.mark.parametrize(
    ("function", "message"), [(returned, "a set is used as one value"), (united, "set has no attribute 'union'")]
)
def test_what_a_set_does_not_do_is_named(function, message):
    with pytest.raises(ast_ad.AstAdError, match=message):
        ast_ad.vjp(function, 1.5, 40)
