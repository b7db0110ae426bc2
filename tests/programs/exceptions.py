"""Exceptions: `try` with handlers, `else` and `finally`, `raise`, what is suppressed, managers that see exceptions."""

import contextlib
import math

import numpy as np

from . import Program, waves


def log_or_square(x, y):
    try:
        value = math.log(x)
    except ValueError:
        value = y * y
    return value * x


def quotient_or_limit(x, y, shift):
    scale = x * y
    try:
        ratio = x / shift
        root = math.sqrt(ratio)
    except ZeroDivisionError:
        return scale + x
    except ValueError:
        root = scale * 2
    else:
        root = root * 3
    return root + scale


def log_likelihood(cov, data):
    cov = (cov + cov.T) / 2
    try:
        chol = np.linalg.cholesky(cov)
    except np.linalg.LinAlgError:
        return -100.0 - np.sum(cov**2)
    white = np.linalg.solve(chol, data)
    return -0.5 * white @ white - np.sum(np.log(np.diag(chol)))


def jitter_until_definite(cov, jitter):
    cov = (cov + cov.T) / 2
    tries = 0
    for _ in range(6):
        tries += 1
        try:
            chol = np.linalg.cholesky(cov + jitter * np.eye(2))
            break
        except np.linalg.LinAlgError:
            jitter = jitter * 10.0
    else:
        return np.trace(cov)
    return np.sum(np.log(np.diag(chol))) * tries


def sums_what_has_a_logarithm(xs):
    total = 0.0
    bad = 0
    for x in xs:
        try:
            root = math.sqrt(x)
            entropy = root * math.log(x)
        except ValueError:
            bad += 1
            continue
        total += entropy * root
    return total + bad * xs[0]


def reflected(x):
    try:
        if x < 0:
            raise ValueError("negative")
        y = math.sqrt(x)
    except ValueError as error:
        print("reflected:", error)
        y = -x * x
    finally:
        print("done")
    return y * 2


class OutOfBounds(ValueError):
    """A step has left the domain."""


def _limited(x, bound):
    if abs(x) > bound:
        raise OutOfBounds(f"beyond {bound}")
    return math.sin(x) * bound


def shrinks_the_step(x, step):
    while True:
        try:
            y = _limited(x + step, 2.0)
        except OutOfBounds:
            step = step / 2
        else:
            return y * step


def handler_with_its_own_try(x, y):
    try:
        value = math.log(x - y)
    except ValueError:
        try:
            value = math.sqrt(x)
        except ValueError:
            value = x * y
    return value * y


def raises_again(x):
    try:
        try:
            y = math.log(x)
        except ValueError as error:
            raise ArithmeticError("no logarithm") from error
        y = y + x
    except ArithmeticError:
        y = x**3
    return y


def reraises(x):
    try:
        try:
            y = math.acos(x)
        except ValueError:
            print("outside")
            raise
    except (ValueError, TypeError):
        y = x * x
    return y * x


def overflowing(x, rate):
    try:
        y = math.exp(rate * x)
    except OverflowError:
        y = rate * 1e3
    return y * x


def element_or_edge(x, k):
    try:
        y = x[k]
    except IndexError:
        y = 2.0 * x[-1]
    return y * y + np.sum(x)


def finally_counts(x):
    count = 0
    try:
        x = x * 2
        y = math.log(x)
        count = count + 1
    except ValueError:
        y = x * 3
    finally:
        count = count + 10
    return y * count


def returns_from_all_arms(x):
    try:
        return math.log(x) * x
    except ValueError:
        return x * x
    finally:
        print("left")


def suppressed(x, y):
    value = y * y
    with contextlib.suppress(ValueError, ZeroDivisionError):
        value = math.sqrt(x) / y
    return value * x


class Forgiving:
    """Keeps errors of arithmetic to itself, and counts what it saw."""

    def __init__(self, weight):
        self.weight = weight
        self.seen = 0

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.seen += 1
        return kind is not None and issubclass(kind, ValueError)


def forgiven(x):
    guard = Forgiving(2.0)
    y = x
    with guard:
        y = math.log(x) * guard.weight
    return y * x + guard.seen * x


def newton_with_a_way_out(x, guess):
    for _ in range(20):
        try:
            step = (guess * guess - x) / (2 * guess)
        except ZeroDivisionError:
            guess = guess + 0.5
            continue
        guess = guess - step
        if abs(step) < 1e-10:
            break
    return guess * x


def array_kept_when_the_body_fails(x, k):
    a = x * 2
    try:
        b = a.copy()
        b[k] = b[k] * a[0]
        a = b
    except IndexError:
        a = a * 3
    return np.sum(a * x)


def list_grows_only_on_success(xs):
    logs = []
    for x in xs:
        try:
            logs.append(math.log(x))
        except ValueError:
            logs.append(x * x)
    total = 0.0
    for k, v in enumerate(logs):
        total += v * (k + 1)
    return total


def finds_and_leaves(xs, limit):
    total = 0.0
    try:
        for x in xs:
            if x > limit:
                raise StopIteration
            total = total + math.log(x)
    except ValueError:
        total = -1.0 * xs[0]
    except StopIteration:
        total = xs[0] * xs[-1]
    return total


def finally_inside_a_try(x):
    try:
        try:
            y = math.log(x)
        finally:
            z = x * 2
    except ValueError:
        z = x * 5
        y = x
    return y * z


def handlers_in_nested_loops(xs):
    total = 0.0
    for x in xs:
        for j in range(3):
            try:
                value = math.log(x - j) * x
                if value > 2:
                    break
            except ValueError:
                total += x * j
                if j == 2:
                    break
                continue
            total += value
        total = total * 1.1
    return total


def reads_until_the_end(xs):
    k = 0
    product = 1.0
    while True:
        try:
            x = xs[k]
        except IndexError:
            break
        k += 1
        product = product * x
    return product


def _grows(x):
    if x < 0:
        raise ValueError("negative")
    if x > 10:
        return _grows(x - 7) * x
    try:
        return math.log(x - 1)
    except ValueError:
        return x


def recursion_that_raises(x):
    try:
        return _grows(x)
    except (ValueError, TypeError):
        return x * 3


def state_kept_in_a_dict(x):
    state = {"count": 0, "value": x}
    for k in range(4):
        try:
            value = math.sqrt(state["value"] - k)
            state["count"] += 1
            state["value"] = value * 3
        except ValueError:
            state["value"] = state["value"] * 2 + 1
    return state["value"] * state["count"]


PROGRAMS = [
    Program(log_or_square, [(2.0, 3.0), (-2.0, 3.0)], (0, 1)),
    Program(quotient_or_limit, [(2.0, 3.0, 2), (-2.0, 3.0, 2), (2.0, 3.0, 0)], (0, 1)),
    Program(
        log_likelihood,
        [(np.array([[2.0, 0.5], [0.5, 1.0]]), waves(2)), (np.array([[-1.0, 0.2], [0.2, 1.0]]), waves(2))],
    ),
    Program(
        jitter_until_definite,
        [
            (np.array([[2.0, 0.5], [0.5, 1.0]]), 0.01),
            (np.array([[0.4, 0.7], [0.7, 0.3]]), 0.01),
            (np.array([[-3000.0, 0.7], [0.7, 0.3]]), 0.01),
        ],
        (0, 1),
    ),
    Program(sums_what_has_a_logarithm, [([1.5, -2.0, 3.0],), ([1.5, 2.0],)]),
    Program(reflected, [(2.0,), (-2.0,)]),
    Program(shrinks_the_step, [(0.5, 1.0), (1.5, 3.7)], (0, 1)),
    Program(handler_with_its_own_try, [(3.0, 1.0), (1.0, 3.0), (-1.0, 3.0)], (0, 1)),
    Program(raises_again, [(2.0,), (-2.0,)]),
    Program(reraises, [(0.5,), (1.5,)]),
    Program(overflowing, [(2.0, 0.5), (2000.0, 0.5)], (0, 1)),
    Program(element_or_edge, [(waves(3), 1), (waves(3), 5)]),
    Program(finally_counts, [(2.0,), (-2.0,)]),
    Program(returns_from_all_arms, [(2.0,), (-2.0,)]),
    Program(suppressed, [(2.0, 3.0), (-2.0, 3.0)], (0, 1)),
    Program(forgiven, [(2.0,), (-2.0,)]),
    Program(newton_with_a_way_out, [(2.0, 1.0), (2.0, 0.0)]),
    Program(array_kept_when_the_body_fails, [(waves(3), 1), (waves(3), 7)]),
    Program(list_grows_only_on_success, [([1.5, -2.0, 3.0],)]),
    Program(finds_and_leaves, [([1.5, 2.0], 5.0), ([1.5, -2.0], 5.0), ([1.5, 7.0], 5.0)]),
    Program(finally_inside_a_try, [(2.0,), (-2.0,)]),
    Program(handlers_in_nested_loops, [([1.5, 2.5, 5.0],), ([0.5, -1.0],)]),
    Program(reads_until_the_end, [([1.5, 2.0, 3.0],), (waves(2),)]),
    Program(recursion_that_raises, [(3.0,), (-3.0,), (0.5,), (12.0,)]),
    Program(state_kept_in_a_dict, [(0.2,)]),
]
