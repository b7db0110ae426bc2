"""Keep texts on disk, so that a function compiled in one process need not be compiled in the next.

A text is kept under a key, which whoever asks has made of everything that the text depends on.  A cache may forget: a
disk that is full, broken or not ours, and an entry that is damaged, all look like one that is not there.  What is
read is going to be run, so nothing is read that somebody else could have written.

An entry is a Python file: a line with its checksum, a line with its metadata, and the text.
"""

from __future__ import annotations

import itertools
import os
import re
import stat
import sys
import time
from contextlib import suppress
from typing import Any, NamedTuple

__all__ = ["MOST_BYTES", "Entry", "clear", "directory", "prune", "read", "write"]

MOST_BYTES = 64 * 2**20
"""How much the entries may take on disk, about: they are counted once in a while."""

_MAGIC = "# ast_ad cache 1 "
_SUFFIX = ".py"
_DRAFT = ".tmp"
_NAME = re.compile(r"[0-9a-f]{64}\.py(\.[0-9a-f]{16}\.tmp)?")
_WRITES_PER_PRUNE = 32
_SECONDS_UNTIL_TOUCHED = 24 * 3600
_SECONDS_UNTIL_ABANDONED = 3600

# Begins anywhere, so that many short processes prune as often as one long one.
_writes = itertools.count(os.getpid())


class Entry(NamedTuple):
    """A text, and what its writer wanted to remember with it."""

    text: str
    metadata: dict[str, Any]


def directory() -> str | None:
    """The folder of the cache, or None where there is none: AST_AD_CACHE_DIR, or the user's folder for such things."""
    chosen = os.environ.get("AST_AD_CACHE_DIR")
    if chosen is not None:
        return os.path.abspath(os.path.expanduser(chosen)) if chosen else None
    if sys.platform == "win32":
        home = os.environ.get("LOCALAPPDATA", "")
        parts = ["ast_ad", "cache"]
    elif sys.platform == "darwin":
        home = os.path.expanduser("~/Library/Caches")
        parts = ["ast_ad"]
    else:
        home = os.environ.get("XDG_CACHE_HOME", "")
        if not os.path.isabs(home):
            home = os.path.expanduser("~/.cache")
        parts = ["ast_ad"]
    return os.path.join(home, *parts) if os.path.isabs(home) else None


def read(key: str) -> Entry | None:
    """What was written under a key, or None."""
    folder = directory()
    if folder is None:
        return None
    try:
        if not _is_ours(os.stat(folder)):
            return None
        path = _path(folder, key)
        with open(path, "rb", opener=_without_following_links) as file:
            status = os.fstat(file.fileno())
            if not _is_ours(status):
                return None
            data = file.read()
    except (OSError, ValueError):
        return None
    entry = _unpack(data)
    if entry is not None and time.time() - status.st_mtime > _SECONDS_UNTIL_TOUCHED:
        with suppress(OSError):  # its age tells prune when it was last of use
            os.utime(path)
    return entry


def write(key: str, text: str, metadata: dict[str, Any]) -> None:
    """Keep a text, and metadata that JSON can write, under a key; or leave it, where the disk does not let us."""
    folder = directory()
    if folder is None:
        return
    try:
        data = _pack(Entry(text, metadata))
        path = _path(folder, key)
        draft = f"{path}.{os.urandom(8).hex()}{_DRAFT}"
        os.makedirs(folder, mode=0o700, exist_ok=True)
        if not _is_ours(os.stat(folder)):
            return
        try:
            with open(draft, "xb", opener=_private) as file:
                file.write(data)
            os.replace(draft, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(draft)
            raise
        if next(_writes) % _WRITES_PER_PRUNE == 0:
            prune()
    except (OSError, ValueError):
        return


def prune(most_bytes: int | None = None) -> None:
    """Remove the entries that were of use longest ago, until the rest takes at most three quarters of the limit."""
    limit = MOST_BYTES if most_bytes is None else most_bytes
    files = sorted(_files(), key=lambda file: (file.changed, file.path))
    total = sum(file.size for file in files)
    keep = total if total <= limit else 3 * limit // 4
    now = time.time()
    for file in files:
        abandoned = file.is_draft and now - file.changed > _SECONDS_UNTIL_ABANDONED
        if abandoned or (total > keep and not file.is_draft):
            total -= file.size
            with suppress(OSError):
                os.unlink(file.path)


def clear() -> None:
    """Remove all entries."""
    for file in _files():
        with suppress(OSError):
            os.unlink(file.path)


class _File(NamedTuple):
    path: str
    size: int
    changed: float
    is_draft: bool


def _files() -> list[_File]:
    """The files that the cache has made, among whatever else somebody keeps in its folder."""
    folder = directory()
    files: list[_File] = []
    if folder is None:
        return files
    with suppress(OSError), os.scandir(folder) as found:
        for item in found:
            with suppress(OSError):  # another process was faster
                status = item.stat(follow_symlinks=False)
                if stat.S_ISREG(status.st_mode) and _NAME.fullmatch(item.name):
                    is_draft = item.name.endswith(_DRAFT)
                    files.append(_File(item.path, status.st_size, status.st_mtime, is_draft))
    return files


def _path(folder: str, key: str) -> str:
    return os.path.join(folder, _digest(key.encode()) + _SUFFIX)


def _digest(data: bytes) -> str:
    import hashlib

    return hashlib.sha256(data).hexdigest()


def _is_ours(status: os.stat_result) -> bool:
    """Whether a file or folder belongs to this user, and nobody else may write to it."""
    if sys.platform == "win32":  # where the user's own folder is guarded by other means
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _without_following_links(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)


def _pack(entry: Entry) -> bytes:
    import json

    metadata = json.dumps(entry.metadata, sort_keys=True)
    body = f"# {metadata}\n{entry.text}".encode()
    return f"{_MAGIC}{_digest(body)}\n".encode() + body


def _unpack(data: bytes) -> Entry | None:
    """The entry in the bytes of a file, or None where they are not what was written."""
    import json

    head, _, body = data.partition(b"\n")
    if head != f"{_MAGIC}{_digest(body)}".encode():
        return None
    try:
        line, _, text = body.decode().partition("\n")
        metadata = json.loads(line[2:])
    except ValueError:
        return None
    return Entry(text, metadata) if isinstance(metadata, dict) else None
