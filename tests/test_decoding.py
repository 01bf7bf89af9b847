"""Bytes to text: encodings, and what is no text."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.cleaning import normalise
from qa.decoding import NotText, declared_encoding, decode, mend, story

RUSSIAN = "Президент встретился с премьер-министром Японии в Токио и обсудил торговлю."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_decode_follows_the_mark_or_reads_utf8(encoding: str) -> None:
    assert decode("Café 🎉".encode(encoding)) == "Café 🎉"


def test_decode_reads_western_quotes_and_accents() -> None:
    assert decode("“Café” – a £5 deal, he said.".encode("cp1252")) == "“Café” – a £5 deal, he said."


def test_decode_guesses_an_encoding_from_its_letters() -> None:
    assert decode(RUSSIAN.encode("cp1251")) == RUSSIAN


def test_decode_keeps_utf8_with_a_broken_byte_as_utf8() -> None:
    assert decode("“Café” – ".encode() + b"\xff") == "“Café” – \ufffd"


def test_decode_goes_by_the_mark_then_as_declared_then_as_utf8() -> None:
    assert decode("Café".encode("utf-8-sig"), "koi8-r") == "Café"
    assert decode(RUSSIAN.encode("koi8-r"), "koi8-r") == RUSSIAN
    assert decode("“Café”".encode(), "ascii") == "“Café”"


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        (b'<html><meta charset="koi8-r">', "koi8-r"),
        (b"<META http-equiv=Content-Type content='text/html; charset=Shift_JIS'>", "shift_jis"),
        (b"<?xml version='1.0' encoding='ISO-8859-2'?>", "iso8859-2"),
        (b'<meta charset="iso-8859-1">', "cp1252"),
        (b'<meta charset="utf-16">', None),
        (b'<meta charset="rot13">', None),
        (b'<meta charset="unicode_escape">', None),
        (b'<meta charset="no-such-thing">', None),
        (b'<meta name="charset">' + b" " * 5000 + b'<meta charset="koi8-r">', None),
    ],
)
def test_declared_encoding_is_a_codec_that_a_page_can_be_in(
    head: bytes, encoding: str | None
) -> None:
    assert declared_encoding(head) == encoding


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("The cafÃ© is “openâ€\x9d.", "The café is “open”."),
        ("cafÃ©\nnaïve “quotes” ﬁne ½ … ＡＢ &amp;", "café\nnaïve “quotes” ﬁne ½ … ＡＢ &amp;"),
        (RUSSIAN, RUSSIAN),
        ("plain", "plain"),
    ],
)
def test_mend_undoes_a_wrong_decoding_and_nothing_else(text: str, mended: str) -> None:
    assert mend(text) == mended


@given(st.text())
@settings(deadline=None)
def test_mend_takes_any_text(text: str) -> None:
    assert mend(text).count("\n") == text.count("\n")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"text\x00text", "binary, not text"),
        (b"%PDF-1.7 and more", "binary, not text"),
        (b"\x01\x02\x03 some words", "binary, not text"),
        (b"\xff\xfea", "not the utf-16 text it looks like: truncated data"),
        (bytes(range(128, 256)) * 3, "in no encoding that can be told; save it as UTF-8"),
    ],
)
def test_decode_says_why_bytes_are_no_text(data: bytes, reason: str) -> None:
    with pytest.raises(NotText) as caught:
        decode(data)
    assert str(caught.value) == reason


@given(st.binary())
@settings(deadline=None)
def test_decode_gives_text_or_a_reason_for_any_bytes(data: bytes) -> None:
    with contextlib.suppress(NotText):
        assert isinstance(decode(data), str)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", "empty"),
        (" \n\u00a0", "empty"),
        ("\u200b\ufeff", "empty"),
        ("See all offers", "nothing but page furniture"),
        ("x" * 11, "11 characters, over the limit of 10 characters (setting max_text_chars)"),
        ("x" * 41, "41 characters, over the limit of 10 characters (setting max_text_chars)"),
    ],
)
def test_story_says_why_a_text_is_no_article(raw: str, reason: str) -> None:
    with pytest.raises(NotText) as caught:
        story(raw, 10)
    assert str(caught.value) == reason


def test_story_measures_the_tidied_text() -> None:
    assert story("  ten chars!   \r\n\r\n", 10) == "ten chars!"


def test_story_keeps_the_furniture_of_a_dataset() -> None:
    assert story("See all offers", 100, normalise) == "See all offers"
