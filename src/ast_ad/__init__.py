"""Derivatives of NumPy programs, as source: `grad` reads a function and writes its gradient as another function."""

from ast_ad.api import grad, jvp, stop_gradient, trace, value_and_grad, vjp
from ast_ad.checking import check_grads
from ast_ad.checkpoints import checkpoint
from ast_ad.custom import custom_jvp, custom_vjp
from ast_ad.errors import AstAdError
from ast_ad.jacobians import elementwise_grad, hessian, hvp, jacfwd, jacobian, jacrev, linearize
from ast_ad.wrappers import no_grad

__version__ = "0.1.0"

__all__ = [
    "AstAdError",
    "__version__",
    "check_grads",
    "checkpoint",
    "custom_jvp",
    "custom_vjp",
    "elementwise_grad",
    "grad",
    "hessian",
    "hvp",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "linearize",
    "no_grad",
    "stop_gradient",
    "trace",
    "value_and_grad",
    "vjp",
]
