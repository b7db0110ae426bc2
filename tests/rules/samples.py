"""The one table of samples, from which the tests of the rules are made."""

from __future__ import annotations

from tests.rules.samples_of_algebra import algebra
from tests.rules.samples_of_arrays import arrays
from tests.rules.samples_of_complex_numbers import complex_samples
from tests.rules.samples_of_distributions import distribution_samples
from tests.rules.samples_of_draws import draws
from tests.rules.samples_of_elements import elements
from tests.rules.samples_of_forms import forms
from tests.rules.samples_of_scipy import scipy_samples
from tests.rules.samples_of_scipy_arrays import scipy_array_samples

SAMPLES = [
    *elements(),
    *draws(),
    *arrays(),
    *algebra(),
    *forms(),
    *scipy_samples(),
    *distribution_samples(),
    *scipy_array_samples(),
    *complex_samples(),
]
