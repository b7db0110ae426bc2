"""Make the environment that a tool runs in: once, and again when what it is made from has changed.

It lies in .environments/NAME.  Its stamp is written last, so that whatever was interrupted is made anew.
This file runs on whatever Python there is, to find one that will do.
"""

import contextlib
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
VERSIONS = ((3, 10), (3, 13))  # the oldest and the newest that the package is for


def python_of(name, extras):
    """The Python of an environment that has the package, its extras and the versions of constraints.txt."""
    interpreter, version = find_python()
    folder = ROOT / ".environments" / name
    stamp = folder / "stamp"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    with _alone(folder):
        wanted = _stamp(version, extras)
        found = stamp.read_text().splitlines() if stamp.exists() else []
        if found == wanted:
            return python
        started = time.monotonic()
        _say("making the environment .environments/" + name + " with Python " + version)
        if found[:2] == wanted[:2] and python.exists():
            stamp.unlink()  # it is whole, and only wants other packages
        else:
            shutil.rmtree(folder, ignore_errors=True)
            run(interpreter, "-m", "venv", folder)
        install = [python, "-m", "pip", "install", "--disable-pip-version-check"]
        install += ["--constraint", ROOT / "constraints.txt"]
        run(*install, "hatchling", "editables")
        run(*install, "--no-build-isolation", "--editable", str(ROOT) + "[" + ",".join(extras) + "]")
        stamp.write_text("\n".join(wanted) + "\n")
        _say("the environment is ready, after " + str(round(time.monotonic() - started)) + " s")
    return python


def run(*command, **options):
    """Run a command in the root of the project, and stop where it fails."""
    words = [str(word) for word in command]
    code = subprocess.call(words, cwd=str(ROOT), **options)
    if code:
        sys.exit("This failed (exit code " + str(code) + "): " + " ".join(words))


def find_python():
    """A Python that the package is for, and its version: this one, else the newest on the path."""
    names = ["python3." + str(minor) for minor in range(VERSIONS[1][1], VERSIONS[0][1] - 1, -1)]
    for interpreter in [sys.executable, *map(shutil.which, [*names, "python3", "python"])]:
        version = _version_of(interpreter)
        if version and VERSIONS[0] <= tuple(map(int, version.split(".")[:2])) <= VERSIONS[1]:
            return interpreter, version
    sys.exit("ast_ad needs Python 3.10, 3.11, 3.12 or 3.13, and none of them is on the path.")


def _version_of(interpreter):
    """The version of an interpreter, or None where it does not run."""
    program = "import sys; print('.'.join(map(str, sys.version_info[:3])))"
    try:
        output = subprocess.check_output([interpreter, "-c", program], stderr=subprocess.DEVNULL)
    except (OSError, TypeError, subprocess.CalledProcessError):
        return None
    return output.decode().strip()


def _stamp(version, extras):
    """What an environment is made from: its Python, its place, and the files that name its packages."""
    digest = hashlib.sha256(" ".join(extras).encode())
    for name in ("pyproject.toml", "constraints.txt"):
        digest.update((ROOT / name).read_bytes())
    return [version, str(ROOT), digest.hexdigest()]


@contextlib.contextmanager
def _alone(folder):
    """Hold off other runs while one makes the environment; the system lets go of the lock of a run that died."""
    folder.parent.mkdir(exist_ok=True)
    with open(str(folder) + ".lock", "w") as lock:
        try:
            import fcntl
        except ImportError:  # Windows
            yield
            return
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            _say("waiting for another run that makes the environment")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _say(text):
    print("==> " + text, flush=True)
