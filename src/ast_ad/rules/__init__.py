"""The derivative of every function, one line each, and the words for more of them.  See README.md for the words.

`elementwise`, `linear`, `bilinear`, `custom`, `composite` and `nondifferentiable` give a function without source, of an
extension module for instance, its derivative in all modes and orders; `call(f, x)` calls a function in a rule.
"""

from ast_ad.rules.table import bilinear, composite, custom, elementwise, linear, nondifferentiable
from ast_ad.rules.terms import call

__all__ = ["bilinear", "call", "composite", "custom", "elementwise", "linear", "nondifferentiable"]
