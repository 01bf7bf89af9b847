"""Generations: cache files that are complete and sealed, or not looked at."""

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from embeddings.index import VectorIndex
from made_store import BRIDGE, HARBOUR, MARKET, article, index
from qa import generations
from qa.errors import StoreError
from qa.generations import CacheDamaged, Caches, Generation
from qa.keywords import KeywordIndex
from qa.schema import sha256
from qa.store import Store
from qa.stories import Stories

NONE = np.empty((0, 2), np.int32)


def caches(count: int = 2) -> Caches:
    texts = ["red harbour", "blue bridge"][:count]
    return Caches(
        VectorIndex.from_vectors(np.eye(2, dtype=np.float32)[:count]),
        KeywordIndex.from_texts(texts),
        Stories(NONE, NONE),
    )


def written(store: Path, count: int = 2) -> Generation:
    return Generation(1, "tiny", "s", 2, count, "now", generations.write(store, 1, caches()))


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    back = generations.read(tmp_path, written(tmp_path))
    assert back.vectors.vectors(np.array([0, 1])).tolist() == [[1, 0], [0, 1]]
    assert back.keywords.scores("bridge")[1] > back.keywords.scores("bridge")[0] == 0


def test_write_tells_size_and_hash_and_leaves_no_half(tmp_path: Path) -> None:
    files = generations.write(tmp_path, 7, caches())
    folder = tmp_path / "generations" / "7"
    assert sorted(os.listdir(tmp_path / "generations")) == ["7"]
    for name, (size, seal) in files.items():
        data = (folder / name).read_bytes()
        assert (len(data), sha256(data)) == (size, seal)


def test_write_replaces_what_a_killed_run_left(tmp_path: Path) -> None:
    for leftover in ("1", "1.tmp"):
        (tmp_path / "generations" / leftover).mkdir(parents=True)
        (tmp_path / "generations" / leftover / "vectors.faiss").write_bytes(b"half")
    generations.read(tmp_path, written(tmp_path))
    assert os.listdir(tmp_path / "generations") == ["1"]


def test_everything_is_synced_before_the_folder_gets_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    sync, rename = os.fsync, Path.rename

    def seen_sync(descriptor: int) -> None:
        steps.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")).name)
        sync(descriptor)

    def seen_rename(path: Path, target: Path) -> Path:
        steps.append(f"{path.name} -> {target.name}")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", seen_sync)
    monkeypatch.setattr(Path, "rename", seen_rename)
    generations.write(tmp_path, 1, caches())
    assert steps == [*generations.NAMES, "1.tmp", "1.tmp -> 1", "generations"]


def test_full_disk_is_told_with_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match=r"1\.tmp cannot be written: No space left"):
        generations.write(tmp_path, 1, caches())


@pytest.mark.parametrize("name", generations.NAMES)
def test_every_damaged_byte_is_noticed_before_loading(tmp_path: Path, name: str) -> None:
    generation = written(tmp_path)
    path = tmp_path / "generations" / "1" / name
    sound = path.read_bytes()
    for at in range(0, len(sound), 7):
        path.write_bytes(sound[:at] + bytes([sound[at] ^ 1]) + sound[at + 1 :])
        with pytest.raises(CacheDamaged, match=f"{name} does not have its recorded sha256"):
            generations.read(tmp_path, generation)


def test_cut_or_missing_file_is_named(tmp_path: Path) -> None:
    generation = written(tmp_path)
    path = tmp_path / "generations" / "1" / "keywords.bm25"
    size = path.stat().st_size
    os.truncate(path, 10)
    with pytest.raises(CacheDamaged, match=f"keywords.bm25 has 10 bytes instead of {size}"):
        generations.read(tmp_path, generation)
    path.unlink()
    with pytest.raises(CacheDamaged, match=r"keywords.bm25: No such file"):
        generations.read(tmp_path, generation)


def test_cache_of_another_number_of_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CacheDamaged, match=r"2 vectors and 2 keyword rows .* for 3 passages"):
        generations.read(tmp_path, written(tmp_path, count=3))


def test_two_generations_are_kept(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    for text in (HARBOUR, BRIDGE, MARKET):
        index(store, [article("a", text)])
    assert sorted(os.listdir(store.path / "generations")) == ["2", "3"]


def test_half_written_generation_is_ignored_and_swept(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    index(store, [article("a", HARBOUR)])
    for name in ("2.tmp", "9"):
        (store.path / "generations" / name).mkdir()
    with store.snapshot() as snapshot:
        assert snapshot.generation == 1
    index(store, [article("a", HARBOUR)])
    assert os.listdir(store.path / "generations") == ["1"]
