import numpy as np
import pytest

from ast_ad.errors import MayAlias, UnsupportedSyntax, WrongArgument
from tests.frontend.agreement import agree, lowered, text_of

X = np.arange(6.0) / 3 + 0.1
A = np.arange(12.0).reshape(3, 4) / 5


def test_a_write_through_a_view_is_seen_through_all_names():
    def f(a):
        b = a[1:4]
        c = a
        b += 1
        return c * 2

    agree(f, X)


def test_a_write_to_the_base_is_seen_through_the_view():
    def f(a):
        b = a[1:4]
        a[2] = 9.0
        return b

    agree(f, X)


def test_an_element_of_a_row_is_an_element_of_the_matrix():
    def f(a):
        for i in range(3):
            row = a[i]
            row[0] = 2.0
            row[1:] *= 3
        return a

    agree(f, A)
    assert "2.0, %i, index=(_, 0))" in text_of(f, A)


def test_views_of_views():
    def f(a):
        c = a.T
        c[0] = 9.0
        d = c[1]
        d[:] = 5.0
        d[1:][0] = 6.0
        return a

    agree(f, A)


def test_swapped_buffers_are_the_order_of_the_yields():
    def f(u, v, n):
        for _ in range(n):
            v[1:-1] = u[2:] + u[:-2]
            u, v = v, u
        return u + 2 * v

    agree(f, X, X * 2, 5)
    agree(f, X, X * 2, 0)


def test_whole_array_assignment_is_a_write_and_keeps_the_dtype():
    def f(a, b):
        c = a
        a *= b
        a += 0.5
        return c

    agree(f, X.astype("float32"), X)
    agree(f, X, 2.0)


def test_an_array_of_integers_does_not_take_floats():
    def f(a):
        a *= 1.5
        return a

    with pytest.raises(WrongArgument, match="int64 cannot take the float64"):
        lowered(f, np.arange(3))


def test_assignment_to_elements_of_integer_arrays_truncates_as_numpy_does():
    def f(a):
        a[0] += 1.7
        a[1] = 2.9
        return a

    agree(f, np.arange(3))


def test_repeated_indices_mean_what_they_mean_in_numpy():
    def f(x):
        x[[0, 1]] = x[[1, 0]]
        x[x > 1] = 0.0
        x[np.array([0, 0])] += 1.0
        return x

    agree(f, X)


def test_overlapping_parts():
    def f(x):
        x[1:] = x[:-1] * x[1:]
        x[::2], x[1::2] = x[1::2].copy(), x[::2].copy()
        return x

    agree(f, X)


def test_chained_and_nested_subscripts():
    def f(n):
        t = np.zeros((n, n))
        for i in range(n):
            for j in range(i, n):
                t[i, j] = t[j, i] = i * j
                t[i][j] += 1
        return t

    agree(f, 4)


def test_arrays_written_in_one_branch():
    def f(a, flag):
        if flag:
            a[0] = 1.0
        else:
            a[1:3] = a[2:4]
        return a

    agree(f, X, True)
    agree(f, X, False)


def test_a_buffer_made_in_either_branch_and_written_later():
    def f(a, flag):
        b = np.zeros(6) if flag else np.ones(6)
        c = b
        b[2] = a[1]
        c[3] += b[2]
        return b

    agree(f, X, True)
    agree(f, X, False)


def test_what_may_be_shared_may_be_read():
    def f(a, flag):
        b = a if flag else a * 2
        return b.sum() + a.sum()

    agree(f, X, True)
    agree(f, X, False)


def test_what_may_be_shared_may_not_be_written():
    def f(a, flag):
        b = a if flag else a * 2
        b[0] = 1.0
        return a.sum() + b.sum()

    with pytest.raises(MayAlias) as caught:
        lowered(f, X, True)
    assert caught.value.args[0]
    place, _, rest = str(caught.value).partition(": a may have been written to through another name\n")
    assert place.endswith(f":{f.__code__.co_firstlineno + 3}:16")
    assert rest == (
        "    return a.sum() + b.sum()\n"
        "           ^^^^^^^\n"
        "    'a' may share memory with 'b': they do on one path, and not on the other. "
        f"Line {f.__code__.co_firstlineno + 2} writes: b[0] = 1.0\n"
        "    Copy it where it is made."
    )


def test_what_is_shared_and_dead_may_be_written():
    def f(a, flag):
        b = a if flag else a * 2
        b[0] = 1.0
        return b.sum()

    agree(f, X, True)
    agree(f, X, False)


def test_a_reshaped_array_that_may_be_a_view():
    def f(x):
        a = np.zeros(6).reshape(2, 3)
        a[0, 0] = x[0]
        a[1] = x[:3]
        return a

    agree(f, X)

    def g(x):
        b = x.reshape(2, 3)
        b[0, 0] = 1.0
        return x

    agree(g, X)


def test_arguments_are_not_changed():
    def f(a, xs):
        a[0] = 5.0
        xs.append(1.0)
        return a, xs

    a, xs = X.copy(), [2.0]
    agree(f, a, xs)
    assert a[0] == X[0]
    assert xs == [2.0]


# Lists and dicts


def test_two_names_of_one_list():
    def f(n):
        xs = [1.0]
        ys = xs
        for _ in range(n):
            ys.append(xs[-1] * 1.5)
        return xs

    agree(f, 4)
    agree(f, 0)


def test_a_stack():
    def f(xs):
        total = 0.0
        stack = list(xs)
        while stack:
            total = total * 2 + stack.pop()
        return total

    agree(f, [1.0, 2.0, 3.0])
    agree(f, [])


def test_element_assignment_in_lists():
    def f(xs):
        for i in range(len(xs)):
            xs[i] *= i + 1
        xs[0] += 5
        return xs

    agree(f, [3.0, 1.0, 2.0])
    agree(f, [3, 1, 2])


def test_a_list_of_known_length_with_a_run_time_index():
    def f(x, y):
        xs = [x, y, x * y]
        total = 0
        for k in range(3):
            total += xs[k]
            xs[k] = total
        return xs, total

    agree(f, 2.0, 3.0)


def test_elements_of_a_list_that_its_loop_writes():
    def f(x):
        xs = [x, 1.0, 2.0]
        for i, v in enumerate(xs):
            if i < 2:
                xs[i + 1] += v
        return xs

    agree(f, 2.0)

    def g(xs):
        for i, v in enumerate(xs):
            if i + 1 < len(xs):
                xs[i + 1] += v
        return xs

    agree(g, [1.0, 2.0, 3.0])


def test_a_list_may_not_grow_under_its_loop():
    def f(xs):
        for x in xs:
            xs.append(x)
        return xs

    with pytest.raises(UnsupportedSyntax, match="changes its length"):
        lowered(f, [1.0])


def test_structures_carried_by_a_loop():
    def f(x, n):
        state = [x, 1.0]
        params = {"a": x, "b": 1.0}
        for _ in range(n):
            state[0], state[1] = state[1] * x, state[0] + 1
            params = {k: v * 0.5 for k, v in params.items()}
            params["a"] += 1
        return state, params

    agree(f, 2.0, 3)


def test_nested_lists_are_one_object_under_two_names():
    def f(x):
        rows = [[x, 1.0], [2.0, x]]
        rows[0][1] = 5.0
        row = rows[1]
        row[0] += x
        return rows

    agree(f, 2.0)


def test_dicts():
    def f(x):
        d = {"a": x}
        e = d
        d["b"] = d["a"] * 2
        d["a"] += 1
        e["c"] = [1, x]
        d["c"].append(3)
        return e, d.get("z", 0.5), "a" in d, len(d)

    agree(f, 2.0)


def test_a_history_of_arrays():
    def f(x, n):
        history = []
        for _ in range(n):
            x *= 0.5
            history.append(x.copy())
        return history

    agree(f, X, 3)


def test_an_array_in_a_list_of_unknown_length_may_not_be_written():
    def f(x, n):
        history = []
        for _ in range(n):
            history.append(x)
            x *= 0.5
        return history

    with pytest.raises(MayAlias, match="an element of 'history'"):
        lowered(f, X, 3)


# The classics


def test_thomas_algorithm():
    def f(d, a, c):
        n = len(d)
        d = d.copy()
        b = np.full(n, 4.0)
        for i in range(1, n):
            w = a[i - 1] / b[i - 1]
            b[i] -= w * c[i - 1]
            d[i] -= w * d[i - 1]
        x = np.zeros(n)
        x[-1] = d[-1] / b[-1]
        for i in range(n - 2, -1, -1):
            x[i] = (d[i] - c[i] * x[i + 1]) / b[i]
        return x

    agree(f, np.arange(4.0) + 1, np.ones(3), np.ones(3) * 0.3)


def test_lu_in_place():
    def f(a):
        n = a.shape[0]
        for k in range(n):
            for i in range(k + 1, n):
                a[i, k] /= a[k, k]
                a[i, k + 1 :] -= a[i, k] * a[k, k + 1 :]
        return a

    agree(f, A[:, :3] + np.eye(3))
