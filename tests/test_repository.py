"""What is promised of the repository as a whole: its files, its extras, and that its documents say what is true."""

import doctest
import linecache
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
DOCUMENTS = ["README.md", "src/ast_ad/README.md", "docs/coming_from_autograd.md", "docs/coming_from_jax.md"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def repository_files():
    """The files that git knows or would add; outside a checkout, all files but the hidden ones."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
        names = os.fsdecode(done.stdout).split("\0")
    except (OSError, subprocess.CalledProcessError):
        paths = [path.relative_to(ROOT) for path in ROOT.rglob("*")]
        names = [str(path) for path in paths if not any(p.startswith(".") for p in path.parts)]
    return sorted({name for name in names if (ROOT / name).is_file()})


FILES = repository_files()
FORBIDDEN = {
    "the address of a package registry": re.compile(
        r"py(?:pi)[.]org|pythonhosted[.]org|registry[.](?:npmjs|yarnpkg)|proxy[.]golang|conda[.]anaconda"
        r"|crates[.]io|index[-]url|find[-]links"
    ),
    "a path of one machine": re.compile(r"(?<![\w.~>-])/(?:home|opt|root|tmp|Users|var|work)(?=/|\b)"),
}
LOCK_FILES = re.compile(r"(?:^|[.-])lock(?:[.]|$)|Pipfile|pdm[.]toml|yarn|pnpm", re.IGNORECASE)


def text_of(name):
    """The text of a file, or None where it is not text."""
    data = (ROOT / name).read_bytes()
    return None if b"\0" in data else data.decode()


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what):
    found = [
        f"{name}:{number}: {match[0]}"
        for name in FILES
        for number, line in enumerate((text_of(name) or "").splitlines(), 1)
        for match in FORBIDDEN[what].finditer(line)
    ]
    assert found == []


def test_nothing_is_locked():
    assert [name for name in FILES if LOCK_FILES.search(Path(name).name)] == []


@pytest.mark.parametrize("name", [n for n in FILES if n.startswith("tools/") or n == ".ci/run"])
def test_a_tool_without_a_suffix_can_be_run(name):
    if os.name == "posix" and not Path(name).suffix:
        assert os.access(ROOT / name, os.X_OK)
        assert (text_of(name) or "").startswith("#!/usr/bin/env ")


# Requirements


GROUPS = {
    "dependencies": PROJECT["project"]["dependencies"],
    "build": PROJECT["build-system"]["requires"],
    **PROJECT["project"]["optional-dependencies"],
}
REQUIREMENTS = sorted({line for lines in GROUPS.values() for line in lines})


@pytest.mark.parametrize("line", REQUIREMENTS)
def test_every_requirement_is_bounded_on_both_sides(line):
    versions = line.partition(";")[0]
    assert "==" in versions or (">=" in versions and "<" in versions)


@pytest.mark.parametrize("line", REQUIREMENTS)
def test_every_requirement_has_a_version_that_is_known_to_work(line):
    name = re.match(r"[\w.-]+", line)[0]
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert re.search(rf"^{re.escape(name)}==", constraints, re.MULTILINE)


def test_the_package_needs_numpy_gast_and_astor_only():
    names = {re.match(r"[\w.-]+", line)[0] for line in PROJECT["project"]["dependencies"]}
    assert names == {"astor", "gast", "numpy"}


# Documents

FENCE = re.compile(r"^(?P<indent> *)```(?P<info>[^\n]*)\n(?P<body>.*?)^ *```$", re.DOTALL | re.MULTILINE)
SHELLS = {"sh", "console"}
PLAIN = {"", "text", "diff", "toml", "markdown"}


def blocks(document):
    """The fenced blocks of a document: its language, its text, and the line it begins on."""
    text = (ROOT / document).read_text(encoding="utf-8")
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start("body")) + 1
        indent = len(match["indent"])
        body = "".join(part[indent:] for part in match["body"].splitlines(keepends=True))
        yield match["info"].strip(), body, line


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_block_is_of_a_language_that_is_run_or_cannot_be(document):
    languages = {info for info, _, _ in blocks(document)}
    assert languages <= {"python", *SHELLS, *PLAIN}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_python_in_a_document_runs_and_prints_what_it_says(document, monkeypatch, tmp_path):
    """A document is read from the top, so its blocks share one namespace.  `>>>` is checked, other code is run."""

    def know_lines(file, text):
        lines = text.splitlines(keepends=True)
        monkeypatch.setitem(linecache.cache, file, (len(text), None, lines, file))

    monkeypatch.chdir(tmp_path)
    namespace = {"__name__": "__main__"}
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    for info, body, line in blocks(document):
        if info != "python":
            continue
        name = f"{document}, line {line}"
        if ">>> " in body:
            report = []
            test = doctest.DocTestParser().get_doctest(body, namespace, name, document, line - 1)
            for number, example in enumerate(test.examples):
                know_lines(f"<doctest {name}[{number}]>", example.source)
            runner.run(test, out=report.append, clear_globs=False)
            namespace.update(test.globs)
            assert "".join(report) == ""
        else:
            file = f"<{name}>"
            know_lines(file, body)
            exec(compile(body, file, "exec"), namespace)


def commands(document):
    """The commands that a document tells its reader to type, without their output and comments."""
    for info, body, line in blocks(document):
        if info in SHELLS:
            lines = body.replace("\\\n", " ").splitlines()
            prompts = [text[2:] for text in lines if text.startswith("$ ")]
            for text in prompts if info == "console" else lines:
                for command in re.split(r" && | \| ", text):
                    words = shlex.split(command, comments=True)
                    if words:
                        yield words, line


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_commands_in_a_document_exist(document):
    elsewhere = {"cd", "git", "pip", "less", "cat"}
    for words, line in commands(document):
        here = f"{document}:{line}: {' '.join(words)}"
        words = [word for word in words if not re.fullmatch(r"[A-Z_]+=.*", word)]
        if words[:3] == ["python", "-m", "ast_ad"]:
            words = ["ast-ad", *words[3:]]
        if words[0] == "python":
            assert (ROOT / words[1]).is_file(), here
        elif "/" in words[0]:
            assert os.access(ROOT / words[0], os.X_OK), here
        elif words[0] == "ast-ad":
            done = subprocess.run(
                [sys.executable, "-m", "ast_ad", words[1], "--help"],
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{here}\n{done.stderr}"
        else:
            assert words[0] in elsewhere, here
        for word in words[1:]:
            path = re.match(r"(?:examples|tools|tests|src)/[\w/.]*\w", word)
            assert path is None or (ROOT / path[0]).exists(), f"{here}: there is no {word}"
