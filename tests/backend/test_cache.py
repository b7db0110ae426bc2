import builtins
import errno
import os
import stat
import subprocess
import sys
import threading
import time

import pytest

from ast_ad.backend import cache
from ast_ad.backend.cache import Entry

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="about owners and modes of files")

TEXT = "def f(x):\n    return 'é', x\n"
METADATA = {"name": "f", "lines": [1, 2], "nested": {"π": None}}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    folder = tmp_path / "deep" / "cache"
    monkeypatch.setenv("AST_AD_CACHE_DIR", str(folder))
    return folder


def only_file(folder):
    (path,) = folder.iterdir()
    return path


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_what_was_written_is_read():
    assert cache.read("key") is None
    cache.write("key", TEXT, METADATA)
    assert cache.read("key") == Entry(TEXT, METADATA)
    assert cache.read("another key") is None
    cache.write("key", "", {})
    assert cache.read("key") == Entry("", {})


def test_a_text_comes_back_to_the_letter():
    for text in ["\r\n\r", "no end of line", "\n\n", "# a comment\n"]:
        cache.write("key", text, {"text": text})
        assert cache.read("key") == Entry(text, {"text": text})


def test_an_entry_is_a_python_file_for_its_owner_alone(folder):
    cache.write("key / with \0 anything", TEXT, METADATA)
    assert mode_of(folder) == 0o700
    path = only_file(folder)
    assert path.suffix == ".py"
    assert mode_of(path) == 0o600
    assert path.read_text(encoding="utf-8").endswith(TEXT)
    compile(path.read_bytes(), path, "exec")


def test_the_same_entry_is_the_same_file(folder):
    cache.write("key", TEXT, {"a": 1, "b": 2})
    first = only_file(folder).read_bytes()
    cache.write("key", TEXT, {"b": 2, "a": 1})
    assert only_file(folder).read_bytes() == first


def test_an_empty_name_turns_the_cache_off(folder, monkeypatch):
    cache.write("key", TEXT, METADATA)
    monkeypatch.setenv("AST_AD_CACHE_DIR", "")
    assert cache.directory() is None
    cache.write("other", TEXT, METADATA)
    assert cache.read("key") is None
    cache.prune(0)
    cache.clear()
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {"HOME": "/h/me"}, "/h/me/.cache/ast_ad"),
        ("linux", {"HOME": "/h/me", "XDG_CACHE_HOME": "/xdg"}, "/xdg/ast_ad"),
        ("linux", {"HOME": "/h/me", "XDG_CACHE_HOME": "relative"}, "/h/me/.cache/ast_ad"),
        ("linux", {"HOME": "/h/me", "AST_AD_CACHE_DIR": "~/own"}, "/h/me/own"),
        ("darwin", {"HOME": "/h/me"}, "/h/me/Library/Caches/ast_ad"),
        ("win32", {"LOCALAPPDATA": "/h/local"}, "/h/local/ast_ad/cache"),
        ("win32", {}, None),
    ],
)
def test_the_folder_is_where_users_keep_such_things(monkeypatch, platform, environment, expected):
    for name in ("AST_AD_CACHE_DIR", "XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert cache.directory() == expected


def test_every_damage_looks_like_an_entry_that_is_not_there(folder):
    cache.write("key", TEXT, METADATA)
    path = only_file(folder)
    whole = path.read_bytes()
    for position in range(len(whole)):
        damaged = bytearray(whole)
        damaged[position] ^= 1
        path.write_bytes(damaged)
        assert cache.read("key") is None
        path.write_bytes(whole[:position])
        assert cache.read("key") is None
    cache.write("key", TEXT, METADATA)
    assert cache.read("key") == Entry(TEXT, METADATA)


@pytest.mark.parametrize("body", [b"# {}\n\xff", b"# {\n", b"", b"# 1"])
def test_an_entry_that_no_version_wrote(folder, body):
    cache.write("key", TEXT, METADATA)
    head = f"{cache._MAGIC}{cache._digest(body)}\n".encode()
    only_file(folder).write_bytes(head + body)
    assert cache.read("key") is None


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_an_entry_that_others_may_write_is_not_read(folder, mode):
    cache.write("key", TEXT, METADATA)
    only_file(folder).chmod(mode)
    assert cache.read("key") is None
    cache.write("key", TEXT, METADATA)
    assert cache.read("key") == Entry(TEXT, METADATA)


@pytest.mark.parametrize("mode", [0o770, 0o777, 0o1777])
def test_a_folder_that_others_may_write_is_not_used(folder, mode):
    cache.write("key", TEXT, METADATA)
    folder.chmod(mode)
    assert cache.read("key") is None
    cache.write("other", TEXT, METADATA)
    assert len(list(folder.iterdir())) == 1


def test_what_belongs_to_somebody_else_is_not_used(folder, monkeypatch):
    cache.write("key", TEXT, METADATA)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert cache.read("key") is None
    cache.write("other", TEXT, METADATA)
    assert len(list(folder.iterdir())) == 1


def test_an_entry_of_somebody_else_in_our_folder_is_not_read(monkeypatch):
    cache.write("key", TEXT, METADATA)
    fstat = os.fstat

    def of_somebody_else(file):
        status = list(fstat(file))
        status[stat.ST_UID] += 1
        return os.stat_result(status)

    monkeypatch.setattr(os, "fstat", of_somebody_else)
    assert cache.read("key") is None


def test_a_link_in_place_of_an_entry_is_not_followed(folder, tmp_path):
    cache.write("key", TEXT, METADATA)
    path = only_file(folder)
    path.rename(tmp_path / "elsewhere.py")
    path.symlink_to(tmp_path / "elsewhere.py")
    assert cache.read("key") is None
    cache.write("key", TEXT, METADATA)
    assert not path.is_symlink()
    assert cache.read("key") == Entry(TEXT, METADATA)


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_something_else_in_place_of_an_entry(folder, kind):
    cache.write("key", TEXT, METADATA)
    path = only_file(folder)
    path.unlink()
    path.mkdir() if kind == "folder" else os.mkfifo(path, 0o600)
    assert cache.read("key") is None


def test_a_file_in_place_of_the_folder(folder):
    folder.parent.mkdir()
    folder.write_text("not a folder")
    cache.write("key", TEXT, METADATA)
    assert cache.read("key") is None
    cache.prune()
    cache.clear()
    assert folder.read_text() == "not a folder"


def failing(*_args, **_kwargs):
    raise OSError(errno.EIO, "the disk is on fire")


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (os, "makedirs"),
        (os, "stat"),
        (os, "replace"),
        (os, "open"),
        (os, "scandir"),
        (builtins, "open"),
    ],
)
def test_a_failing_disk_is_nobodys_business(monkeypatch, module, name):
    cache.write("key", TEXT, METADATA)
    monkeypatch.setattr(cache, "_WRITES_PER_PRUNE", 1)
    with monkeypatch.context() as patch:
        patch.setattr(module, name, failing)
        cache.write("other", TEXT, METADATA)
        assert cache.read("key") in (None, Entry(TEXT, METADATA))
        cache.prune(0)
        cache.clear()


def test_a_full_disk_leaves_no_draft_behind(folder, monkeypatch):
    cache.write("key", TEXT, METADATA)
    monkeypatch.setattr(os, "replace", failing)
    cache.write("other", TEXT, METADATA)
    assert len(list(folder.iterdir())) == 1


def test_metadata_that_json_cannot_write_is_the_callers_mistake():
    with pytest.raises(TypeError):
        cache.write("key", TEXT, {"function": failing})


def test_a_text_that_utf8_cannot_write_is_not_kept():
    cache.write("key", "'\ud800'", {})
    assert cache.read("key") is None


def age(path, seconds):
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_the_oldest_entries_go_first(folder):
    for index in range(8):
        before = set(folder.iterdir()) if folder.exists() else set()
        cache.write(f"key {index}", "#" * 1000, {})
        (path,) = set(folder.iterdir()) - before
        age(path, 1000 - index)
    size = path.stat().st_size
    cache.prune(8 * size)
    assert all(cache.read(f"key {index}") for index in range(8))
    cache.prune(7 * size)
    kept = [index for index in range(8) if cache.read(f"key {index}")]
    assert kept == [3, 4, 5, 6, 7]


def test_writing_prunes_once_in_a_while(folder, monkeypatch):
    monkeypatch.setattr(cache, "MOST_BYTES", 10_000)
    for index in range(2 * cache._WRITES_PER_PRUNE):
        cache.write(f"key {index}", "#" * 1000, {})
    total = sum(path.stat().st_size for path in folder.iterdir())
    assert total < 10_000 + cache._WRITES_PER_PRUNE * 1200


def test_an_entry_that_is_read_stays_young(folder):
    cache.write("key", TEXT, METADATA)
    path = only_file(folder)
    age(path, 7 * 24 * 3600)
    assert cache.read("key") == Entry(TEXT, METADATA)
    assert time.time() - path.stat().st_mtime < 3600


def test_only_what_the_cache_made_is_ever_removed(folder):
    cache.write("key", TEXT, METADATA)
    name = only_file(folder).name
    young, old = (folder / f"{name}.{digit * 16}.tmp" for digit in "01")
    for path in (young, old, folder / "model.py", folder / "notes.tmp"):
        path.write_text("x")
    age(old, 2 * 3600)
    cache.prune(0)
    assert {path.name for path in folder.iterdir()} == {young.name, "model.py", "notes.tmp"}
    cache.clear()
    assert {path.name for path in folder.iterdir()} == {"model.py", "notes.tmp"}


WORK = """
import sys
from ast_ad.backend import cache

def text(key):
    return f"# {key}\\n" * (200 + 50 * key)

def work(rounds):
    for round in range(rounds):
        for key in range(4):
            found = cache.read(str(key))
            assert found is None or found == (text(key), {"key": key}), found
            cache.write(str(key), text(key), {"key": key})
            if round % 10 == 9:
                cache.prune(2000)
"""


def test_four_threads_at_once():
    namespace = {}
    exec(WORK, namespace)
    failures = []

    def run():
        try:
            namespace["work"](30)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_four_processes_at_once(folder):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    program = [sys.executable, "-c", WORK + "work(30)"]
    running = [subprocess.Popen(program, env=environment, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    assert [process.communicate()[1] for process in running] == [""] * 4
    assert not [path for path in folder.iterdir() if path.suffix == ".tmp"]
