"""Flags beat variables, variables beat the file, the file beats defaults."""

from pathlib import Path

import pytest

from qa.errors import InputError
from qa.settings import load_settings


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PULLQUOTE_TOP_K", raising=False)


def test_strongest_source_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().top_k == 10
    Path("pullquote.toml").write_text("top_k = 3\ndense_weight = 0.0\n")
    assert load_settings().top_k == 3
    monkeypatch.setenv("PULLQUOTE_TOP_K", "4")
    assert load_settings(top_k=None).top_k == 4
    assert load_settings(top_k=5).top_k == 5
    assert load_settings().dense_weight == 0.0


def test_value_out_of_range_names_the_setting_and_the_value() -> None:
    with pytest.raises(InputError, match=r"'top_k' is 0: .*Correct the flag"):
        load_settings(top_k=0)


def test_unknown_key_in_the_file_is_refused() -> None:
    Path("pullquote.toml").write_text("topk = 3\n")
    with pytest.raises(InputError, match="'topk'"):
        load_settings()


def test_broken_file_is_one_line_not_a_trace() -> None:
    Path("pullquote.toml").write_text("top_k = = 3\n")
    with pytest.raises(InputError, match=r"pullquote\.toml"):
        load_settings()
