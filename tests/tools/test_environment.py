import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / "tools"


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """tools/environment.py for a project of two files, where making an environment takes no time."""
    spec = importlib.util.spec_from_file_location("environment", TOOLS / "environment.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.commands = []

    def run(*command):
        module.commands.append([str(word) for word in command])
        if "venv" in command:
            folder = Path(command[-1])
            for name in ("bin/python", "Scripts/python.exe"):
                (folder / name).parent.mkdir(parents=True)
                (folder / name).touch()

    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "run", run)
    monkeypatch.setattr(module, "find_python", lambda: ("python3", "3.11.7"))
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "constraints.txt").touch()
    return module


def test_an_environment_is_made_once(environment, tmp_path):
    python = environment.python_of("test", ["test", "dev"])
    assert python.is_relative_to(tmp_path / ".environments" / "test")
    venv, tools, package = environment.commands
    assert venv == ["python3", "-m", "venv", str(tmp_path / ".environments" / "test")]
    assert tools[-2:] == ["hatchling", "editables"]
    assert package[-3:] == ["--no-build-isolation", "--editable", f"{tmp_path}[test,dev]"]
    environment.commands.clear()
    assert environment.python_of("test", ["test", "dev"]) == python
    assert environment.commands == []


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_other_packages_are_installed_into_it(environment, tmp_path, name):
    environment.python_of("test", ["test"])
    environment.commands.clear()
    (tmp_path / name).write_text("changed")
    environment.python_of("test", ["test"])
    assert [command[2] for command in environment.commands] == ["pip", "pip"]


def test_another_python_makes_it_anew(environment, monkeypatch):
    environment.python_of("test", ["test"])
    environment.commands.clear()
    monkeypatch.setattr(environment, "find_python", lambda: ("python3.12", "3.12.1"))
    environment.python_of("test", ["test"])
    assert environment.commands[0][:3] == ["python3.12", "-m", "venv"]


@pytest.mark.parametrize("step", [1, 2])
@pytest.mark.parametrize("before", [False, True])
def test_what_was_interrupted_is_made_anew(environment, tmp_path, monkeypatch, step, before):
    if before:
        environment.python_of("test", ["test"])
        (tmp_path / "constraints.txt").write_text("changed")
        environment.commands.clear()
    run = environment.run

    def interrupted(*command):
        if len(environment.commands) == step - before:
            raise KeyboardInterrupt
        run(*command)

    with monkeypatch.context() as patch:
        patch.setattr(environment, "run", interrupted)
        with pytest.raises(KeyboardInterrupt):
            environment.python_of("test", ["test"])
    environment.commands.clear()
    environment.python_of("test", ["test"])
    assert [command[2] for command in environment.commands] == ["venv", "pip", "pip"]


def test_a_command_that_fails_ends_the_tool(monkeypatch):
    program = "import environment, sys; environment.run(sys.executable, '-c', 'raise SystemExit(3)')"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=TOOLS, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("This failed (exit code 3): ")


def test_the_python_at_hand_will_do():
    program = "import environment; print(*environment.find_python(), sep='|')"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=TOOLS, capture_output=True, text=True, check=True)
    version = ".".join(map(str, sys.version_info[:3]))
    assert done.stdout == f"{sys.executable}|{version}\n"


def test_a_python_that_does_not_run_is_passed_over(monkeypatch, tmp_path):
    program = (
        "import environment, sys; good = sys.executable; sys.executable = None\n"
        "environment.shutil.which = lambda name: good if name == 'python3' else 'no/such/python'\n"
        "print(environment.find_python()[0] == good)"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=TOOLS, capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
