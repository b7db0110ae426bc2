"""The layers of the package: imports go one way, and no file grows past what a reader takes in at once."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "ast_ad"
LAYERS = (
    "errors",
    "wrappers",
    "library_functions",
    "runtime",
    "ir",
    "rules",
    "frontend",
    "analyses",
    "transforms",
    "optimize",
    "backend",
    "overlaps",
    "patterns",
    "parameters",
    "pipeline",
    "compilation",
    "persistence",
    "dispatch",
    "derivative",
    "checkpoints",
    "report",
    "api",
    "jacobians",
    "custom",
    "implicit",
    "integrals",
    "vectors",
    "checking",
    "cli",
)
EXEMPT = {"__init__", "__main__"}  # of the package itself: they stand outside the layers
LONGEST = 400
LONGEST_TABLE = 600  # in rules/, where a file is a table

FILES = sorted(PACKAGE.rglob("*.py"))


def names(path):
    return str(path.relative_to(PACKAGE))


def layer_of(path):
    """The folder, or the file, at the top of the package that a file belongs to."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imported_layers(tree, package):
    """The layers of this package that a module imports from, with the line.

    `package` is the dotted name that relative imports in the module start from.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            module = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            modules = [f"{module}.{alias.name}" for alias in node.names]
        else:
            continue
        for module in modules:
            parts = module.split(".")
            if parts[0] == "ast_ad":
                yield (parts[1] if len(parts) > 1 else ""), node.lineno


@pytest.mark.parametrize(
    ("text", "layers"),
    [
        ("import numpy", []),
        ("import ast_ad", [""]),
        ("import ast_ad.ir.core as core", ["ir"]),
        ("from ast_ad.errors import NoSource", ["errors"]),
        ("from ast_ad import grad", ["grad"]),
        ("from ast_ad import errors, runtime", ["errors", "runtime"]),
        ("from . import core", ["ir"]),
        ("from .core import Var", ["ir"]),
        ("from .. import api", ["api"]),
        ("from ..rules.table import RULES", ["rules"]),
        ("def f():\n    from ast_ad.cli import main", ["cli"]),
    ],
)
def test_every_form_of_import_is_seen(text, layers):
    assert [layer for layer, _ in imported_layers(ast.parse(text), "ast_ad.ir")] == layers


def test_every_file_has_a_layer():
    assert {layer_of(path) for path in FILES} - EXEMPT <= set(LAYERS)


@pytest.mark.parametrize("path", FILES, ids=names)
def test_a_file_imports_from_its_own_layer_and_those_before_it(path):
    layer = layer_of(path)
    if layer in EXEMPT:
        return
    allowed = LAYERS[: LAYERS.index(layer) + 1]
    package = ".".join(["ast_ad", *path.relative_to(PACKAGE).parts[:-1]])
    wrong = [
        f"{names(path)}:{line} imports {imported or 'the whole package'}"
        for imported, line in imported_layers(ast.parse(path.read_text(encoding="utf-8")), package)
        if imported not in allowed
    ]
    assert wrong == []


@pytest.mark.parametrize("path", FILES, ids=names)
def test_a_file_can_be_read_in_one_go(path):
    longest = LONGEST_TABLE if layer_of(path) == "rules" else LONGEST
    assert len(path.read_text(encoding="utf-8").splitlines()) <= longest
