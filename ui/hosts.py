"""The names under which the chat may be called, and whether it can be opened at an address."""

import errno
import ipaddress
import re
import socket
from dataclasses import dataclass

from qa.errors import InputError

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_ANY = frozenset({"0.0.0.0", "::"})
_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([^\[\]:@/\\\s]+))(?::(\d{1,5}))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hosts:
    """The address the chat is bound to, as one may write it in a ``Host`` header."""

    host: str
    port: int

    def know(self, header: str | None) -> bool:
        """Whether a request was meant for this chat. A page of another site that had its own name
        point here (DNS rebinding) still sends that name.

        :param header: the value of ``Host``; None when there was none.
        :returns: True for the loopback names with any port, since ports are often forwarded, and
            for the bound host with the bound port. Bound to every address, the chat also goes by
            any address in numbers, which cannot be rebound, and by the name of the machine.
        """
        match = _HOST.fullmatch(header or "")
        if match is None:
            return False
        name = (match[1] or match[2]).lower()
        if name in _LOOPBACK:
            return True
        return (int(match[3]) if match[3] else 80) == self.port and self._is_bound(name)

    def _is_bound(self, name: str) -> bool:
        if self.host not in _ANY:
            return name == self.host.strip("[]").lower()
        own = socket.gethostname().lower()
        return name in (own, f"{own}.local") or _address(name) is not None


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address.

    :param host: a name or an address, with or without brackets.
    :returns: True for localhost, 127.0.0.0/8 and ::1.
    """
    address = _address(host.strip("[]"))
    return host == "localhost" if address is None else address.is_loopback


def check_open_to_others(host: str, port: int) -> None:
    """Make sure that the chat can be opened at an address of the network.

    :param host: an address or a name of this machine; ``0.0.0.0`` is every one.
    :param port: TCP port.
    :raises InputError: the host is no address of this machine, or the port is taken.
    """
    name = host.strip("[]")
    family = socket.AF_INET6 if ":" in name else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((name, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                raise InputError(f"Port {port} on {host} is taken. Pass --port N.") from error
            raise InputError(
                f"Host {host} is no address of this machine. Pass --host 127.0.0.1, or one that is."
            ) from error


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None
