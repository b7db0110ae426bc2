"""Pascal's triangle, weighted: a list of rows that grows."""


def triangle(x, n):
    rows = [[1.0]]
    for i in range(1, n):
        row = [1.0] * (i + 1)
        for j in range(1, i):
            row[j] = rows[i - 1][j - 1] * x + rows[i - 1][j]
        rows.append(row)
    return rows[n - 1][n // 2]


EXAMPLE = (1.5, 6)
WRT = 0


# The derivative, as ast_ad writes it.

def triangle_grad(x, n):
    # forward sweep
    rows = [[1.0]]
    for i in range(1, n):
        row = [1.0] * (i + 1)
        for j in range(1, i):
            row[j] = rows[i - 1][j - 1] * x + rows[i - 1][j]
        rows.append(row)
    # reverse sweep
    rows_bar = [[0.0] * len(row) for row in rows]
    rows_bar[n - 1][n // 2] = 1.0   # return rows[n - 1][n // 2]
    x_bar = 0.0
    for i in reversed(range(1, n)):
        row_bar = rows_bar.pop()
        for j in reversed(range(1, i)):
            row_bar_j = row_bar[j]  # row[j] = rows[i - 1][j - 1] * x + rows[i - 1][j]
            row_bar[j] = 0.0
            rows_bar[i - 1][j] += row_bar_j
            x_bar += row_bar_j * rows[i - 1][j - 1]
            rows_bar[i - 1][j - 1] += row_bar_j * x
    return x_bar
