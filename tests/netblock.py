"""Keeps the test suite, and every Python process it starts, on this machine.

``block_network`` is called once, before any test. From then on a connection, a datagram or a
look-up that would leave the loopback interface raises ``NetworkBlocked``. It is not an ``OSError``,
so code that shrugs at a missing network still fails its test.
"""

import os
import socket
from collections.abc import Callable
from functools import wraps
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Any

OFFLINE = {
    "DO_NOT_TRACK": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
}
PROXIES = ("all_proxy", "ftp_proxy", "http_proxy", "https_proxy")
TO_ADDRESS = ("connect", "connect_ex", "sendto", "sendmsg")
LOOK_UPS = ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr")


class NetworkBlocked(RuntimeError):
    """Something tried to leave the machine."""


def is_local(host: object) -> bool:
    """Say whether a host, as name or number, is this machine.

    :param host: what the socket call was given; None and "" stand for this machine.
    :returns: True for loopback and unspecified addresses and for ``localhost``.
    """
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "localhost")
    name = name.lower().removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ip_address(name)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_loopback or address.is_unspecified


def _refuse(call: str, target: object) -> None:
    raise NetworkBlocked(f"{call}({target!r}): the tests may not leave this machine.")


def _address(call: str, args: tuple[Any, ...]) -> Any:
    """The target among a call's arguments: the last, but sendmsg's fourth; None for none."""
    if call == "sendmsg":
        return args[3] if len(args) > 3 else None
    return args[-1]


def _stays(sock: socket.socket, address: Any) -> bool:
    if address is None or sock.family == socket.AF_UNIX:
        return True
    inet = sock.family in (socket.AF_INET, socket.AF_INET6)
    return inet and isinstance(address, tuple) and is_local(address[0])


def _guard_socket(name: str) -> None:
    original: Callable[..., Any] = getattr(socket.socket, name)

    @wraps(original)
    def guarded(self: socket.socket, *args: Any) -> Any:
        address = _address(name, args)
        if not _stays(self, address):
            _refuse(name, address)
        return original(self, *args)

    setattr(socket.socket, name, guarded)


def _guard_look_up(name: str) -> None:
    original: Callable[..., Any] = getattr(socket, name)

    @wraps(original)
    def guarded(host: Any, *args: Any, **options: Any) -> Any:
        if not is_local(host):
            _refuse(name, host)
        return original(host, *args, **options)

    setattr(socket, name, guarded)


def block_network() -> None:
    """Block sockets and look-ups here, and in Python processes started from here.

    Child processes find ``sitecustomize.py`` beside this file through ``PYTHONPATH``. Calling this
    twice does no harm.
    """
    os.environ.update(OFFLINE)
    for name in [name for name in os.environ if name.lower() in PROXIES]:
        del os.environ[name]
    here = str(Path(__file__).resolve().parent)
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if here not in paths:
        os.environ["PYTHONPATH"] = os.pathsep.join([here, *filter(None, paths)])
    if hasattr(socket.socket.connect, "__wrapped__"):
        return
    for name in TO_ADDRESS:
        _guard_socket(name)
    for name in LOOK_UPS:
        _guard_look_up(name)
