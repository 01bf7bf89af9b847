"""Bytes to the text that is stored, or the reason why there is none."""

import codecs
import re
from collections.abc import Callable

from qa.cleaning import clean, normalise

_MARKS = (  # the longer first: the mark of UTF-32 begins with that of UTF-16
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = bytes({*range(32), 127} - set(b"\t\n\v\f\r\b\x1a\x1b"))
_SAMPLE = 65_536  # bytes that the guess of an encoding looks at
_ASCII = bytes(range(128))
_HEAD = 4_096  # bytes in which a page declares its encoding
_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,200}?\bencoding\s*=\s*["']?([\w.:-]{1,40})
    |<meta[^>]{0,400}?\bcharset\s*=\s*["']?\s*([\w.:-]{1,40})""",
    re.IGNORECASE | re.VERBOSE,
)
_WESTERN = ("ascii", "iso8859-1")  # declared so, these mean Windows-1252 (WHATWG Encoding, 4.2)
_NO_TEXT = ("idna", "punycode", "raw-unicode-escape", "unicode-escape", "utf-7")


class NotText(ValueError):
    """Bytes or a row that give no article; the message is the reason, for the user."""


def story(raw: str, max_chars: int, tidy: Callable[[str], str] = clean) -> str:
    """Tidy a text as it was read into the text that is stored.

    :param raw: the text of one article.
    :param max_chars: the most characters the result may have.
    :param tidy: ``clean``, or ``normalise`` for the paragraphs of a dataset.
    :returns: the text to store, not empty.
    :raises NotText: it is empty or too long.
    """
    if len(raw) > 4 * max_chars:
        raise too_long(f"{len(raw):,} characters", max_chars)
    text = tidy(raw)
    if len(text) > max_chars:
        raise too_long(f"{len(text):,} characters", max_chars)
    if not text:
        raise NotText("nothing but page furniture" if normalise(raw) else "empty")
    return text


def too_long(size: str, max_chars: int) -> NotText:
    """Make the exception for a text over the limit.

    :param size: the size with its unit.
    :param max_chars: the limit in characters.
    :returns: the exception to raise.
    """
    return NotText(f"{size}, over the limit of {max_chars:,} characters (setting max_text_chars)")


def decode(data: bytes, declared: str | None = None) -> str:
    """Decode bytes: by their mark, as declared, as UTF-8, and else in the encoding they look like.

    A UTF-8 text with a few broken bytes stays UTF-8, with U+FFFD in their place.

    :param data: the bytes of a text file or of one line of it.
    :param declared: the encoding that the file names, if it names one.
    :returns: the text, not yet normalised.
    :raises NotText: the bytes are no text, or in no encoding that can be told.
    """
    encoding = encoding_of(data, declared)
    if encoding == "utf-8":
        return data.decode(encoding, errors="replace")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise NotText(f"not the {encoding} text it looks like: {error.reason}") from error


def encoding_of(data: bytes, declared: str | None = None) -> str:
    """Tell the encoding of bytes.

    :param data: the bytes of a text file or of its first part.
    :param declared: the encoding that the file names, if it names one.
    :returns: the name of a codec; of ``utf-8`` a few bytes may be broken.
    :raises NotText: the bytes are no text, or in no encoding that can be told.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    if is_binary(data):
        raise NotText("binary, not text")
    for encoding in filter(None, (declared, "utf-8")):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return _guess(data)


def declared_encoding(data: bytes) -> str | None:
    """Read the encoding that a page or an XML file declares for itself.

    :param data: its bytes, of which the first 4,096 are looked at.
    :returns: the name of a codec, or None if it names none that a page can be in.
    """
    found = _DECLARED.search(data[:_HEAD])
    try:
        encoding = codecs.lookup((found[1] or found[2]).decode("ascii")).name if found else None
        if encoding is None or encoding in _NO_TEXT or b"<".decode(encoding) != "<":
            return None
    except (LookupError, UnicodeError):  # unknown, no text, or one in which it could not be read
        return None
    return "cp1252" if encoding in _WESTERN else encoding


def mend(text: str) -> str:
    """Undo a wrong decoding (``cafÃ©`` for ``café``), line by line, and nothing else.

    :param text: any text.
    :returns: the text; quotes, ligatures and all else that was no such fault are as they were.
    """
    if text.isascii():
        return text
    from ftfy import fix_encoding

    lines = text.split("\n")
    return "\n".join(line if line.isascii() else fix_encoding(line) for line in lines)


def is_binary(data: bytes) -> bool:
    """Tell whether bytes without an encoding mark are something else than text.

    :param data: some bytes.
    :returns: True for a NUL, one control character in twenty, or the mark of a PDF.
    """
    controls = len(data) - len(data.translate(None, _CONTROLS))
    return b"\0" in data or data.startswith(b"%PDF-") or controls * 20 > len(data)


def _guess(data: bytes) -> str:
    """Tell what is not valid UTF-8: nearly UTF-8, a Western text, or what its letters tell."""
    text = data.decode("utf-8", errors="replace")
    if len(text) - sum(map(str.isascii, text)) >= 3 * text.count("\ufffd"):
        return "utf-8"
    foreign = len(data.translate(None, _ASCII))
    if foreign * 4 <= len(data) and not any(byte in data for byte in b"\x81\x8d\x8f\x90\x9d"):
        return "cp1252"
    return _likeliest(data)


def _likeliest(data: bytes) -> str:
    """Guess an encoding from the letters in the first part of the bytes."""
    from charset_normalizer import from_bytes

    sample = data[:_SAMPLE]
    if len(data) > _SAMPLE:  # end it between two words, not within a character
        sample = sample[: sample.rfind(b" ") + 1] or sample
    best = from_bytes(sample, threshold=0.15).best()
    if best is None or best.coherence < 0.1:
        raise NotText("in no encoding that can be told; save it as UTF-8")
    return best.encoding
