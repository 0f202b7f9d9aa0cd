"""The store: a file is there whole or not at all."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from belljar.assets import store as stores
from belljar.assets.manifest import FileEntry
from belljar.assets.store import Store, WrongBytesError, write_atomically

DATA = bytes(range(256)) * 1000
FILE = FileEntry("a.whl", len(DATA), hashlib.sha256(DATA).hexdigest())


def put(store: Store) -> Path:
    return store.write(FILE, [DATA])


def test_a_file_lies_under_its_hash(tmp_path: Path) -> None:
    assert put(Store(tmp_path)) == tmp_path / "files" / FILE.sha256 / "a.whl"
    assert Store(tmp_path).state(FILE) == "ok"


@pytest.mark.parametrize("data", [b"", b"other", DATA + b"x", DATA[::-1]])
def test_bytes_that_are_another_file_are_not_kept(tmp_path: Path, data: bytes) -> None:
    store = Store(tmp_path)
    with pytest.raises(WrongBytesError, match=r"a\.whl has"):
        store.write(FILE, [data])
    assert store.state(FILE) == "absent"
    assert not list(tmp_path.rglob("a.whl"))


def test_a_failure_half_way_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield DATA[:1000]
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        Store(tmp_path).write(FILE, broken())
    assert not list(tmp_path.rglob("a.whl"))


def test_a_process_killed_half_way_leaves_nothing_that_is_served(tmp_path: Path) -> None:
    program = f"""
import os, signal, sys
from pathlib import Path
from belljar.assets.manifest import FileEntry
from belljar.assets.store import Store

def chunks():
    yield b"half"
    os.kill(os.getpid(), signal.SIGKILL)

Store(Path(sys.argv[1])).write(FileEntry("a.whl", {FILE.size}, {FILE.sha256!r}), chunks())
"""
    killed = subprocess.run([sys.executable, "-c", program, tmp_path], check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert Store(tmp_path).state(FILE) == "absent"
    assert not (tmp_path / "files").exists()
    assert put(Store(tmp_path)).is_file()


def test_scratch_of_killed_processes_goes_away_once_it_is_old(tmp_path: Path) -> None:
    old, young = tmp_path / "partial" / "work-old", tmp_path / "partial" / "work-young"
    old.mkdir(parents=True)
    young.mkdir()
    past = time.time() - stores.ABANDONED_SECONDS - 1
    os.utime(old, (past, past))
    Store(tmp_path).sweep()
    assert not old.exists()
    assert young.exists()


def test_a_file_that_was_hashed_and_not_touched_is_not_hashed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    put(store)
    store.save()
    monkeypatch.setattr(stores, "hash_file", lambda _: pytest.fail("hashed again"))
    assert Store(tmp_path).state(FILE) == "ok"


def test_a_touched_file_is_hashed_again_and_damage_is_seen(tmp_path: Path) -> None:
    store = Store(tmp_path)
    path = put(store)
    store.save()
    path.write_bytes(b"x" * FILE.size)
    assert Store(tmp_path).state(FILE) == "damaged"


def test_damage_that_left_size_and_time_alone_is_seen_by_rehashing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    path = put(store)
    before = path.stat()
    path.write_bytes(b"x" * FILE.size)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert store.state(FILE) == "ok"
    assert store.state(FILE, rehash=True) == "damaged"


def test_damaged_stamps_only_cost_a_rehash(tmp_path: Path) -> None:
    put(Store(tmp_path))
    (tmp_path / "stamps.json").write_text("{half")
    assert Store(tmp_path).state(FILE) == "ok"


def test_a_discarded_file_is_absent(tmp_path: Path) -> None:
    store = Store(tmp_path)
    put(store)
    store.discard(FILE)
    assert store.state(FILE) == "absent"
    assert not store.path(FILE).parent.exists()


def test_a_text_that_fails_to_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_atomically(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "\ud800")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
