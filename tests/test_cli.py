"""The command line: what it prints, in colour or plain, and the code it exits with."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ast_ad import cli

MODEL = '''"""A model."""

import numpy as np

import ast_ad

SCALE = 2.0
START = np.array([0.5, -0.25, 1.0])


def loss(w: np.ndarray, x, y, n: int = 2):
    r = np.tanh(x @ w) - y
    for _ in range(n):
        r = r * SCALE  # twice
    return np.sum(r**2)


def square(x: float):
    return x**2


def norm(x):
    return np.sqrt(np.sum(x * x) + np.where(x > 0, x, 0.0)[0])


def clipped(x):
    return np.sum(np.clip(x, 0.0, 1.0) ** 2) + np.hypot(x[0], 3.0)


def text(x: float):
    return "x" * 3


def unknown(x: float):
    return open(x)


def kink(x):
    return abs(x)


def failing(x: float):
    return x / (x - x)


def paired(x: float):
    return x * x, "note"


@ast_ad.value_and_grad
def decorated(x: float, k: float = 3.0):
    return k * x * x


class Model:
    rate = 3.0

    @staticmethod
    def loss(x: float):
        return x * x * x

    class Inner:
        @staticmethod
        def loss(x: float):
            return x + x


NUMBER = 3.0
'''
AT = "w=START, x=np.ones((4, 3)), y=np.zeros(4)"


@pytest.fixture
def model(tmp_path, monkeypatch):
    """The path of a file with functions."""
    path = tmp_path / "model_for_cli.py"
    path.write_text(MODEL, encoding="utf-8")
    before, modules = list(sys.path), set(sys.modules)
    yield str(path)
    sys.path[:] = before
    for name in set(sys.modules) - modules:
        if name.startswith("model_for_cli"):
            del sys.modules[name]


@pytest.fixture
def run(capsys):
    """Runs a command line in this process: its exit code, output and errors."""

    def call(*words):
        try:
            code = cli.main([str(word) for word in words])
        except SystemExit as end:
            code = end.code
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


def loaded(text):
    """What a text defines."""
    namespace = {}
    exec(compile(text, "printed", "exec"), namespace)
    return namespace


# dump


def test_dump_prints_the_gradient_as_python(model, run):
    code, out, err = run("dump", f"{model}:square")
    assert (code, err) == (0, "")
    assert loaded(out)["square_grad"](3.0) == 6.0
    assert "\x1b" not in out


def test_dump_reads_kinds_from_values(model, run):
    code, out, _ = run("dump", f"{model}:loss", "--at", AT, "--mode", "value_and_grad", "--wrt", "w,y")
    assert code == 0
    function = loaded(out)["loss_value_and_grad"]
    args = np.array([0.5, -0.25, 1.0]), np.ones((4, 3)), np.zeros(4)
    value, (w_bar, y_bar) = function(*args, SCALE=2.0)
    assert np.isclose(value, 4 * (4 * np.tanh(1.25)) ** 2)
    assert w_bar.shape == (3,)
    assert y_bar.shape == (4,)


@pytest.mark.parametrize(
    ("mode", "names"),
    [
        ("primal", ["square"]),
        ("grad", ["square_grad"]),
        ("value_and_grad", ["square_value_and_grad"]),
        ("jvp", ["square_jvp"]),
        ("vjp", ["square_forward", "square_reverse"]),
        ("hvp", ["square_hvp"]),
        ("jacrev", ["square_jacrev"]),
        ("jacfwd", ["square_jacfwd"]),
        ("hessian", ["square_hessian"]),
    ],
)
def test_dump_has_every_mode(model, run, mode, names):
    code, out, _ = run("dump", f"{model}:square", "--mode", mode)
    assert code == 0
    assert set(names) <= set(loaded(out))


def test_dump_of_a_decorated_function_is_what_the_decorator_makes(model, run):
    code, out, _ = run("dump", f"{model}:decorated")
    assert code == 0
    assert loaded(out)["decorated_value_and_grad"](2.0) == (12.0, 12.0)
    code, out, _ = run("dump", f"{model}:decorated", "--wrt", "k")
    assert loaded(out)["decorated_grad"](2.0) == 4.0


def test_dump_finds_nested_names_and_modules(model, run, monkeypatch):
    code, out, _ = run("dump", f"{model}:Model.Inner.loss")
    assert code == 0
    assert loaded(out)["loss_grad"](2.0) == 2.0
    monkeypatch.chdir(Path(model).parent)
    code, out, _ = run("dump", "model_for_cli:Model.loss")
    assert code == 0
    assert loaded(out)["loss_grad"](2.0) == 12.0


def test_dump_takes_has_aux(model, run):
    code, out, _ = run("dump", f"{model}:paired", "--has-aux")
    assert code == 0
    assert loaded(out)["paired_grad"](3.0) == (6.0, "note")


def test_the_ir_is_printed_before_and_after(model, run):
    code, out, _ = run("dump", f"{model}:square", "--ir")
    assert code == 0
    headings = [line for line in out.splitlines() if line.startswith("#")]
    assert headings == ["# as written", "# derivative"]
    assert "function square(%x: float)" in out
    assert "function square_grad(%x: float)" in out


def test_every_stage_is_printed_with_its_time(model, run):
    code, out, _ = run("dump", f"{model}:square", "--stages")
    assert code == 0
    stages = re.findall(r"^# (.*?): \d+\.\d\d ms", out, re.MULTILINE)
    assert stages[:2] == ["check the arguments", "lower"]
    assert stages[-1] == "write"
    assert "differentiate in reverse" in stages
    assert "def square_grad(x):" in out


def test_the_text_can_go_to_a_file(model, run, tmp_path):
    code, out, _ = run("dump", f"{model}:square", "-o", tmp_path / "square_grad.py")
    assert (code, out) == (0, "")
    assert loaded((tmp_path / "square_grad.py").read_text())["square_grad"](3.0) == 6.0


WITH_NUMPY_ALONE = """
import sys


class Fence:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("ast_ad", "gast", "astor", "scipy"):
            raise ImportError(name)


sys.meta_path.insert(0, Fence())
import numpy as np
import {module}

x = np.array([0.5, -2.0])
print(*{module}.{name}(x).tolist())
"""


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("clipped", [1 + 0.5 / np.hypot(0.5, 3.0), 0.0]),
        ("norm", [0.5 * (1 + 1) / np.sqrt(4.75), -2.0 / np.sqrt(4.75)]),
    ],
)
def test_a_standalone_file_runs_with_numpy_alone(model, run, tmp_path, function, expected):
    folder = tmp_path / "alone"
    folder.mkdir()
    at = "np.array([0.5, -2.0])"
    output = folder / f"{function}_alone.py"
    code, _, err = run("dump", f"{model}:{function}", "--at", at, "--standalone", "-o", output)
    assert (code, err) == (0, "")
    program = WITH_NUMPY_ALONE.format(module=output.stem, name=f"{function}_grad")
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert np.allclose([float(word) for word in done.stdout.split()], expected, rtol=1e-14)


# trace, check, rules


def test_trace_prints_both_tables(model, run):
    code, out, _ = run("trace", f"{model}:square", "--at", "3.0", "--mode", "reverse")
    assert code == 0
    assert out == (
        "step  name  expression  value\n"
        "----  ----  ----------  -----\n"
        "   1  x     argument        3\n"
        "   2  v1    x ** 2          9\n"
        "\n"
        "step  name    expression      value\n"
        "----  ------  --------------  -----\n"
        "   3  v1_bar  1.0                 1\n"
        "   4  x_bar   2 * v1_bar * x      6\n"
    )
    code, out, _ = run("trace", f"{model}:loss", "--at", AT, "--wrt", "w", "--rows", "4")
    assert code == 0
    assert "rows more" in out


def test_check_prints_a_table_when_all_is_well(model, run):
    code, out, err = run("check", f"{model}:loss", "--at", AT)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].split() == ["order", "mode", "argument", "difference", "allowed", "step"]
    assert [line.split()[:3] for line in lines[2:]] == [
        [order, mode, name] for order in "12" for mode in ("fwd", "rev") for name in "wxy"
    ]
    assert all(line.endswith("ok") for line in lines[2:])


def test_check_exits_with_1_when_a_derivative_is_not_what_differences_say(model, run):
    code, out, err = run("check", f"{model}:kink", "--at", "1e-8", "--order", "1", "--mode", "fwd")
    assert code == 1
    assert out.splitlines()[-1].endswith("WRONG")
    assert err.splitlines() == [
        "the derivative of kink is wrong: forward mode, order 1, argument 'x'",
        "    jvp gives 1, central differences 0.0016666667.",
        "    They differ by 0.998; 1e-06 is allowed. The step was 6e-06.",
    ]


def test_check_takes_tolerances_and_parameters(model, run):
    words = ("check", f"{model}:kink", "--at", "1e-8", "--order", "1", "--wrt", "x")
    assert run(*words, "--eps", "1e-10", "--atol", "1e-4")[0] == 0


def test_rules_are_listed_and_shown(run):
    code, out, _ = run("rules")
    assert code == 0
    assert re.search(r"^np\.tanh +elementwise +rules/\w+\.py:\d+$", out, re.MULTILINE)
    code, out, _ = run("rules", "np.hypot")
    assert code == 0
    assert out.startswith("# np.hypot: elementwise\nelementwise(")
    code, out, err = run("rules", "np.hypott")
    assert (code, out) == (1, "")
    assert err.startswith("there is no rule for np.hypott; there are np.hypot")


# errors


def test_what_cannot_be_differentiated_is_an_error_with_its_place(model, run):
    code, out, err = run("dump", f"{model}:text")
    assert (code, out) == (1, "")
    line = MODEL[: MODEL.index('    return "x" * 3')].count("\n") + 1
    assert err == (
        f"{model}:{line}:5: grad needs a result of one real number, and text returns a string\n"
        '    return "x" * 3\n'
        "    ^^^^^^^^^^^^^^\n"
        "    Return the number to differentiate.\n"
    )


def test_an_error_of_the_function_itself_keeps_its_traceback(model, run):
    code, _, err = run("trace", f"{model}:failing", "--at", "1.0")
    assert code == 1
    assert err.splitlines()[-1] == "ZeroDivisionError: float division by zero" or (
        "ZeroDivisionError" in err.splitlines()[-1]
    )


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("dump", "{model}"), "'{model}' is not FILE.py:FUNCTION or package.module:FUNCTION"),
        (("dump", "{model}:"), "'{model}:' is not FILE.py:FUNCTION or package.module:FUNCTION"),
        (("dump", "nothing.py:f"), "there is no file nothing.py"),
        (
            ("dump", "no_such_module:f"),
            "no_such_module cannot be loaded: ModuleNotFoundError: No module named 'no_such_module'",
        ),
        (
            ("dump", "{model}:los"),
            "{model} has no 'los': the module has no name 'los'",
        ),
        (
            ("dump", "{model}:Model.los"),
            "{model} has no 'Model.los': Model has no name 'los'",
        ),
        (("dump", "{model}:NUMBER"), "NUMBER of {model} is a float, not a function"),
        (
            ("dump", "{model}:square", "--wrt", "z"),
            "argnums='z' names no parameter of square\n    The parameters of square are: x.",
        ),
        (
            ("dump", "{model}:square", "--at", "x=undefined"),
            "--at 'x=undefined' cannot be evaluated: NameError: name 'undefined' is not defined",
        ),
        (
            ("trace", "{model}:square"),
            "square(): missing a required argument: 'x'; give the arguments as in --at \"x=2.0, w=np.ones(3)\"",
        ),
        (
            ("check", "{model}:square", "--at", "x=2"),
            "no argument is a float or an array of floats; see --at and --wrt",
        ),
    ],
)
def test_wrong_usage_exits_with_2_and_says_why(model, run, words, text):
    code, out, err = run(*(word.format(model=model) for word in words))
    assert (code, out) == (2, "")
    assert err == f"ast-ad {words[0]}: {text.format(model=model)}\n"


@pytest.mark.parametrize(
    "words", [(), ("dmp",), ("dump",), ("dump", "f.py:f", "--mode", "hessp"), ("trace", "f.py:f", "--rows", "0")]
)
def test_argparse_exits_with_2(run, words):
    code, _, err = run(*words)
    assert code == 2
    assert err.startswith("usage: ast-ad")


@pytest.mark.parametrize("words", [(), ("dump",), ("trace",), ("check",), ("rules",)])
def test_help_exits_with_0(run, words):
    code, out, _ = run(*words, "--help")
    assert code == 0
    assert out.startswith("usage: ast-ad")
    assert words == ("rules",) or "--at" in out


# As a process


def in_a_process(*words, **how):
    return subprocess.run(
        [sys.executable, "-m", "ast_ad", *words],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **how},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_module_is_the_command(model):
    done = in_a_process("dump", f"{model}:square")
    assert (done.returncode, done.stderr) == (0, "")
    assert loaded(done.stdout)["square_grad"](3.0) == 6.0
    assert in_a_process("dump", f"{model}:text").returncode == 1
    assert in_a_process("dump", f"{model}:los").returncode == 2


pty = pytest.importorskip("pty") if os.name == "posix" else None


@pytest.mark.skipif(pty is None, reason="there are no pseudo-terminals")
@pytest.mark.parametrize(("no_color", "expected"), [("", True), ("1", False)])
def test_a_terminal_gets_colour_unless_it_asks_for_none(model, no_color, expected):
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "ast_ad", "dump", f"{model}:square"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "NO_COLOR": no_color, "TERM": "xterm"},
        stdout=theirs,
        stdin=subprocess.DEVNULL,
    )
    os.close(theirs)
    out = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # how Linux says that the other side is closed
            break
        if not part:
            break
        out += part
    os.close(ours)
    assert process.wait() == 0
    text = out.decode().replace("\r\n", "\n")
    assert ("\x1b[35mdef\x1b[0m" in text) is expected
    plain = re.sub(r"\x1b\[[\d;]*m", "", text)
    assert plain == in_a_process("dump", f"{model}:square").stdout


def test_a_pipe_that_is_closed_early_is_no_error(model):
    command = f'"{sys.executable}" -m ast_ad rules | head -n 1'
    done = subprocess.run(
        ["sh", "-c", command],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("function")
    assert done.stderr == ""
