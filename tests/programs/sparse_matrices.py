"""Sparse matrices that the program makes: by entries, by diagonals, by arithmetic; products and solves with them."""

import numpy as np
import scipy.sparse as ss
import scipy.sparse.linalg as ssl

from . import Program, waves

ROWS = np.array([0, 1, 2, 1, 1])
COLUMNS = np.array([0, 1, 2, 0, 0])
LAPLACE = ss.csr_matrix(np.array([[2.0, -1, 0, 0], [-1, 2, -1, 0], [0, -1, 2, -1], [0, 0, -1, 2]]))


def product_by_entries(entries, x):
    A = ss.csr_matrix((entries, (ROWS, COLUMNS)), shape=(4, 3))
    return np.sum((A @ x) ** 2) + np.sum(np.sin(A.T @ np.arange(4.0)))


def diffusion(conductivity, b):
    n = len(b)
    middle = conductivity[:-1] + conductivity[1:]
    A = ss.diags([middle, -conductivity[1:-1], -conductivity[1:-1]], [0, -1, 1]).tocsc()
    u = ssl.spsolve(A, b)
    return np.sum(u**2) / n


def on_a_square(stiffness, b):
    n = 3
    T = ss.diags([2.0 * np.ones(n) + stiffness, -np.ones(n - 1), -np.ones(n - 1)], [0, 1, -1])
    A = (ss.kron(ss.eye(n), T) + ss.kron(T, ss.eye(n))).tocsc()
    return np.sum(ssl.spsolve(A, b) ** 2)


def heat_steps(rate, u):
    A = (ss.identity(4) + LAPLACE * rate).tocsc()
    factors = ssl.splu(A)
    for _ in range(3):
        u = factors.solve(u)
    return np.sum(u**3) + np.sum(factors.solve(u, trans="T"))


def step_operator(k, n):
    return ss.diags_array([k * np.ones(n), -k * k * np.ones(n - 1)], offsets=[0, -1])


def carried_through_a_loop(k, u):
    A = step_operator(k, 4)
    for t in range(4):
        u = u + 0.1 * (A @ u)
        if t == 2:
            A = step_operator(np.sin(k), 4)
    return np.sum(u**2)


def all_arithmetic(x, y):
    A = ss.csr_array((x, (ROWS, COLUMNS)), shape=(4, 3))
    B = ss.csc_array((y, (COLUMNS, ROWS)), shape=(3, 4))
    C = (A @ B) * x[0] - ss.csr_array(np.outer(y[:4], x[:4])) / 2.0
    D = -C + 0.5 * C.T.tocsr()
    return np.sum((D @ y[:4]) ** 3) + D.sum() + np.sum(D.toarray() ** 2) + np.sum(D.multiply(C).diagonal())


def where_terms_cancel(scale, x):
    # an entry that is 0 here still counts
    A = LAPLACE * scale + ss.csr_matrix(np.eye(4))
    return np.sum((A @ x) ** 2) + np.sum((LAPLACE - LAPLACE * scale) @ x)


def by_rows(entries, x):
    A = ss.csc_matrix((entries, np.array([0, 2, 1, 0, 1]), np.array([0, 2, 3, 5])), shape=(3, 3))
    return np.sum((A * x) ** 2) + np.sum(x @ A) + np.sum((A * np.outer(x, x)) ** 2)


def many_right_sides(x, b):
    A = ss.diags(x).tocsc()
    return np.sum(ssl.spsolve(A, b[:, None]) ** 2) + np.sum(ssl.spsolve(A, np.stack([b, 2 * b], 1)) ** 3)


def of_a_dense_matrix(m, x):
    A = ss.csr_matrix(m)
    return np.sum(A.dot(x) ** 2)


def raising_or_making(x, d):
    parts = scaled_pair(x, d)
    return np.sum(parts[0] ** 2) + np.sum(parts[1])


def scaled_pair(x, d):
    if d == 0:
        raise ValueError("nothing is left")
    return [x / d, x * d]


PROGRAMS = [
    Program(product_by_entries, [(waves(5), waves(3)), (np.zeros(5), waves(3))], (0, 1)),
    Program(diffusion, [(2.0 + waves(5), waves(4))], (0, 1)),
    Program(on_a_square, [(0.3, waves(9))], (0, 1)),
    Program(heat_steps, [(0.3, waves(4))], (0, 1)),
    Program(carried_through_a_loop, [(0.4, waves(4))], (0, 1)),
    Program(all_arithmetic, [(1.0 + waves(5), 2.0 + waves(5))], (0, 1)),
    Program(where_terms_cancel, [(0.7, waves(4)), (0.0, waves(4)), (1.0, waves(4))], (0, 1)),
    Program(by_rows, [(waves(5), waves(3))], (0, 1)),
    Program(many_right_sides, [(2.0 + waves(4), waves(4))], (0, 1)),
    Program(of_a_dense_matrix, [(np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 0.0]]), waves(3))], (0, 1)),
    Program(raising_or_making, [(waves(3), 2.0)], (0, 1)),
]
