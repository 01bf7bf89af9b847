"""The suite runs with everything but loopback blocked: the block itself is tested here."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable

import pytest

from netblock import NetworkBlocked, block_network, is_local

# An address kept for documentation (RFC 5737) and a name that can never exist (RFC 2606).
FAR = ("192.0.2.1", 9)
FAR_NAME = "archive.invalid"


@pytest.fixture(autouse=True)
def blocked() -> None:
    block_network()


@pytest.mark.parametrize("name", ["connect", "connect_ex"])
def test_connection_off_the_machine_is_refused(name: str) -> None:
    with socket.socket() as sock:
        sock.settimeout(1)
        with pytest.raises(NetworkBlocked, match=r"192\.0\.2\.1"):
            getattr(sock, name)(FAR)


@pytest.mark.parametrize(
    "send",
    [
        lambda sock: sock.sendto(b"x", FAR),
        lambda sock: sock.sendto(b"x", 0, FAR),
        lambda sock: sock.sendmsg([b"x"], [], 0, FAR),
    ],
)
def test_datagram_off_the_machine_is_refused(send: Callable[[socket.socket], int]) -> None:
    with (
        socket.socket(type=socket.SOCK_DGRAM) as sock,
        pytest.raises(NetworkBlocked, match=r"192\.0\.2\.1"),
    ):
        send(sock)


def test_connection_to_a_public_ipv6_address_is_refused() -> None:
    with socket.socket(socket.AF_INET6) as sock, pytest.raises(NetworkBlocked, match="2001:db8"):
        sock.connect(("2001:db8::1", 9))


@pytest.mark.parametrize(
    "look_up", ["getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr"]
)
def test_public_name_is_not_looked_up(look_up: str) -> None:
    arguments = (FAR_NAME, 443) if look_up == "getaddrinfo" else (FAR_NAME,)
    with pytest.raises(NetworkBlocked, match=r"archive\.invalid"):
        getattr(socket, look_up)(*arguments)


def test_create_connection_is_refused_before_the_look_up() -> None:
    with pytest.raises(NetworkBlocked, match="getaddrinfo"):
        socket.create_connection((FAR_NAME, 443), timeout=1)


def test_loopback_carries_a_message() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(("localhost", server.getsockname()[1]), timeout=5) as client:
            client.sendall(b"quote")
        connection, _ = server.accept()
        with connection:
            assert connection.recv(16) == b"quote"


def test_unix_socket_carries_a_message() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        socket.socket(socket.AF_UNIX) as server,
        socket.socket(socket.AF_UNIX) as client,
    ):
        server.bind(f"{folder}/s")
        server.listen()
        client.connect(f"{folder}/s")
        client.sendall(b"quote")
        connection, _ = server.accept()
        with connection:
            assert connection.recv(16) == b"quote"


def test_connected_sendmsg_needs_no_address() -> None:
    left, right = socket.socketpair()
    with left, right:
        assert left.sendmsg([b"quo", b"te"]) == 5
        assert right.recv(16) == b"quote"


def test_child_process_is_blocked_too() -> None:
    code = "import socket; socket.create_connection(('192.0.2.1', 9), timeout=1)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "netblock.NetworkBlocked" in done.stderr


def test_blocking_twice_wraps_once() -> None:
    before = (socket.socket.connect, socket.getaddrinfo, os.environ["PYTHONPATH"])
    block_network()
    assert (socket.socket.connect, socket.getaddrinfo, os.environ["PYTHONPATH"]) == before


def test_proxies_are_dropped_and_models_stay_local(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:3128")
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    block_network()
    assert "HTTPS_PROXY" not in os.environ
    assert os.environ["HF_HUB_OFFLINE"] == "1"


@pytest.mark.parametrize(
    "host",
    [None, "", "localhost", "LOCALHOST.", "a.localhost", b"127.0.0.1", "::1", "0.0.0.0", "::"],
)
def test_local_hosts(host: object) -> None:
    assert is_local(host)


@pytest.mark.parametrize(
    "host",
    ["notlocalhost", "127.0.0.1.example", b"archive.invalid", "10.0.0.1", "2001:db8::1"],
)
def test_hosts_elsewhere(host: object) -> None:
    assert not is_local(host)


def test_mapped_address_counts_as_the_one_inside() -> None:
    assert is_local("::ffff:127.0.0.1")
    assert not is_local("::ffff:192.0.2.1")
