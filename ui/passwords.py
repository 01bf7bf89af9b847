"""The one password of a chat that others can reach: kept as a scrypt hash, never as it is."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from pathlib import Path

from qa.errors import InputError

VARIABLE = "PULLQUOTE_PASSWORD"
FILE_VARIABLE = "PULLQUOTE_PASSWORD_FILE"
SHORTEST = 8

_SCHEME = "scrypt"
_COST, _BLOCK, _LANES = 2**15, 8, 1
_MEMORY = 64 * 2**20
_LONGEST = 1024


@dataclass(frozen=True, slots=True)
class Password:
    """A password as scrypt (RFC 7914) leaves it: 32 MB and some 100 ms for every guess."""

    salt: bytes
    key: bytes = field(repr=False)

    @classmethod
    def of(cls, password: str, salt: bytes | None = None) -> "Password":
        """Hash a password.

        :param password: the words themselves.
        :param salt: 16 random bytes; None draws them.
        :returns: its hash.
        """
        salt = secrets.token_bytes(16) if salt is None else salt
        return cls(salt, _scrypt(password, salt))

    @classmethod
    def parse(cls, text: str) -> "Password":
        """Read what a user has set: a password, or its hash as ``str`` of this class writes it.

        :param text: for instance ``correct horse battery``, or ``scrypt$…$…``.
        :returns: the hash.
        :raises InputError: it is too short, too long or a damaged hash.
        """
        if text.startswith(f"{_SCHEME}$"):
            return cls._unwrap(text)
        if not SHORTEST <= len(text) <= _LONGEST:
            raise InputError(
                f"The password has {len(text)} characters. Take {SHORTEST} to {_LONGEST}."
            )
        return cls.of(text)

    @classmethod
    def _unwrap(cls, text: str) -> "Password":
        try:
            _, salt, key = (base64.b64decode(part) for part in f"{text[6:]}".split("$"))
        except (ValueError, binascii.Error):
            salt, key = b"", b""
        if len(salt) < 16 or len(key) != 32:
            raise InputError(
                f"{VARIABLE} holds a damaged hash. Make it again, or set the password itself."
            )
        return cls(salt, key)

    def matches(self, candidate: str) -> bool:
        """Compare in constant time.

        :param candidate: what was typed.
        :returns: whether it is the password.
        """
        if len(candidate) > _LONGEST:
            return False
        return hmac.compare_digest(_scrypt(candidate, self.salt), self.key)

    def __str__(self) -> str:
        salt, key = (base64.b64encode(part).decode() for part in (self.salt, self.key))
        return f"{_SCHEME}${salt}${key}"


def take_password(environ: MutableMapping[str, str]) -> Password | None:
    """Take the password out of the environment, so that no child process inherits it.

    :param environ: usually ``os.environ``; its two variables for the password are removed.
    :returns: the hash; None when no password is set.
    :raises InputError: the file cannot be read, or the password cannot be used.
    """
    text, path = environ.pop(VARIABLE, None), environ.pop(FILE_VARIABLE, None)
    if text is None and path is not None:
        text = _first_line(Path(path))
    return None if text is None else Password.parse(text)


def _first_line(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise InputError(
            f"The password file {path} cannot be read. Correct {FILE_VARIABLE}."
        ) from error
    return text.partition("\n")[0].rstrip("\r")


def _scrypt(password: str, salt: bytes) -> bytes:
    words = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(words, salt=salt, n=_COST, r=_BLOCK, p=_LANES, maxmem=_MEMORY, dklen=32)
