"""Midpoint displacement: a function that calls itself twice and writes to its caller's array."""

import numpy as np


def displace(heights, left, right, roughness):
    if right - left > 1:
        middle = (left + right) // 2
        heights[middle] = 0.5 * (heights[left] + heights[right]) + roughness * heights[left]
        displace(heights, left, middle, 0.5 * roughness)
        displace(heights, middle, right, 0.5 * roughness)


def ridge(ends, roughness, levels):
    n = 2**levels
    heights = np.zeros(n + 1)
    heights[0], heights[n] = ends
    displace(heights, 0, n, roughness)
    return np.sum(heights**2)


EXAMPLE = (np.array([1.0, 2.0]), 0.3, 3)
WRT = (0, 1)


# The derivative, as ast_ad writes it.

import numpy as np


def displace_reverse(residual, heights_bar):
    a, residual2, residual3, middle, b, roughness, right, left = residual
    if not a:
        return heights_bar, 0.0
    heights_bar, c = displace_reverse(residual2, heights_bar)  # displace(heights, middle, right ...
    heights_bar, d = displace_reverse(residual3, heights_bar)  # displace(heights, left, middle, ...
    roughness_bar = 0.5 * (c + d)
    e = heights_bar[middle]  # heights[middle] = 0.5 * (heights[left] + heights[right]) ...
    heights_bar[middle] = 0.0
    roughness_bar += e * b
    f = 0.5 * e
    heights_bar[right] += f
    heights_bar[left] += e * roughness + f
    return heights_bar, roughness_bar


def displace_forward(heights, left, right, roughness):
    test = right - left > 1
    if test:
        middle = (left + right) // 2
        heights_left = heights[left]
        heights[middle] = 0.5 * (heights_left + heights[right]) + roughness * heights_left
        a = 0.5 * roughness
        heights, residual = displace_forward(heights, left, middle, a)
        heights, residual2 = displace_forward(heights, middle, right, a)
    else:
        residual2 = None
        residual = None
        heights_left = 0.0
        middle = 0
    residual3 = test, residual2, residual, middle, heights_left, roughness, right, left
    return heights, residual3


def ridge_grad(ends, roughness, levels):
    # forward sweep
    n = 2 ** levels
    heights = np.zeros(n + 1)
    ends_0 = ends[0]
    ends_1 = ends[1]
    heights[0] = ends_0
    heights[n] = ends_1
    heights, residual = displace_forward(heights, 0, n, roughness)
    # reverse sweep
    heights_bar = 2 * heights       # return np.sum(heights**2)
    heights_bar, roughness_bar = displace_reverse(residual, heights_bar)  # displace(heights, 0, ...
    heights_bar_n = heights_bar[n]  # heights[0], heights[n] = ends
    heights_bar[n] = 0.0
    ends_bar = np.zeros_like(ends)
    ends_bar[1] = heights_bar_n
    ends_bar[0] = heights_bar[0]
    return ends_bar, roughness_bar
