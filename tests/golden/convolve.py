"""A two-dimensional convolution, written as loops."""

import numpy as np


def convolve(image, kernel):
    h, w = image.shape
    p, q = kernel.shape
    out = np.zeros((h - p + 1, w - q + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for k in range(p):
                for l in range(q):
                    out[i, j] += image[i + k, j + l] * kernel[k, l]
    return np.sum(out**2)


EXAMPLE = (np.sin(np.arange(30.0)).reshape(5, 6), np.cos(np.arange(6.0)).reshape(2, 3))
WRT = (0, 1)


# The derivative, as ast_ad writes it.

import numpy as np


def convolve_grad(image, kernel):
    # forward sweep
    h, w = image.shape
    p, q = kernel.shape
    out = np.zeros((h - p + 1, w - q + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for k in range(p):
                for l in range(q):
                    out[i, j] += image[i + k, j + l] * kernel[k, l]
    # reverse sweep
    out_bar = 2 * out                            # return np.sum(out**2)
    image_bar = np.zeros_like(image)
    kernel_bar = np.zeros_like(kernel)
    for i in reversed(range(out.shape[0])):
        for j in reversed(range(out.shape[1])):
            for k in reversed(range(p)):
                for l in reversed(range(q)):
                    out_bar_i_j = out_bar[i, j]  # out[i, j] += image[i + k, j + l] * kernel[k, l]
                    kernel_bar[k, l] += out_bar_i_j * image[i + k, j + l]
                    image_bar[i + k, j + l] += out_bar_i_j * kernel[k, l]
    return image_bar, kernel_bar
