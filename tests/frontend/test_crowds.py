"""What is refused of objects in lists of run-time length; what works is in `tests/programs/crowds.py`."""

import numpy as np
import pytest

import ast_ad


class Body:
    def __init__(self, pos):
        self.pos = pos


def one_object_twice(x, n):
    body = Body(x)
    bodies = []
    for _ in range(n):
        bodies.append(body)
    bodies[0].pos += x * x
    return bodies[n - 1].pos


def one_object_in_two_lists(x, n):
    bodies, others = [], []
    for k in range(n):
        body = Body(x * k)
        bodies.append(body)
        others.append(body)
    bodies[0].pos = x * 3
    return others[0].pos


def one_array_in_two_objects(x, n):
    pos = np.array([x, 2 * x])
    bodies = [Body(pos) for k in range(n)]
    bodies[0].pos[0] = 5.0
    return bodies[1].pos[0]


def found_and_then_written(x, n):
    bodies = [Body(x * k) for k in range(n)]
    best = bodies[0]
    for body in bodies:
        if body.pos > best.pos:
            best = body
    bodies[1].pos = 3 * x
    return best.pos


def read_after_an_exchange(x, n):
    bodies = [Body(x * k) for k in range(n)]
    a = bodies[0]
    bodies[0], bodies[1] = bodies[1], bodies[0]
    a.pos += x
    return bodies[1].pos


@pytest.mark.parametrize(
    "function",
    [
        one_object_twice,
        one_object_in_two_lists,
        one_array_in_two_objects,
        found_and_then_written,
        read_after_an_exchange,
    ],
)
def test_a_write_that_others_may_see_is_refused(function):
    with pytest.raises(ast_ad.AstAdError, match=r"may not be written to here|may have been written to"):
        ast_ad.grad(function)(1.3, 40)


def best_of(x, n):
    bodies = [Body(x * k) for k in range(n)]
    best = bodies[0]
    for body in bodies:
        if body.pos > best.pos:
            best = body
    total = 0.0
    for body in bodies:
        if body is not best:
            total += body.pos
    return total


def test_identity_that_only_a_run_tells_is_refused():
    with pytest.raises(ast_ad.AstAdError) as found:
        ast_ad.grad(best_of)(1.3, 40)
    assert str(found.value).partition(": ")[2] == (
        "whether these are one object is known at run time only\n"
        "    if body is not best:\n"
        "       ^^^^^^^^^^^^^^^^\n"
        "    One of them is an element of a list of any length, or another one on each path.\n"
        "    Compare their places in the list, or an attribute that tells them apart."
    )


def chosen_by_branch(x):
    one, two = Body(x), Body(x * x)
    best = one if x > 1 else two
    return x * 2 if best is one else x * 3


def test_identity_of_what_a_branch_chose_is_refused():
    with pytest.raises(ast_ad.AstAdError, match="whether these are one object"):
        ast_ad.grad(chosen_by_branch)(1.3)


def compared(a, b, x):
    return x * 2 if a is b else x * 3


def compares_in_a_helper(x):
    one, two = Body(x), Body(x * x)
    return compared(one, one, x) + compared(one, two, x * x) + (one in (two, one)) * x


def test_identity_in_a_helper_is_that_of_its_arguments():
    assert ast_ad.grad(compares_in_a_helper)(1.5) == pytest.approx(2 + 6 * 1.5 + 1)


def reads_of_comprehensions(x, n):
    for p in range(n):
        x = x + p
    return sum(p * x for p in range(n)) + (lambda p: p * x)(2.0)


def test_a_comprehension_has_names_of_its_own():
    assert ast_ad.grad(reads_of_comprehensions)(1.5, 4) == pytest.approx(8.0)
