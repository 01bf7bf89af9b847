"""The address the chat opens at, and the environment it runs in."""

import socket
from pathlib import Path

import pytest

from qa.errors import InputError
from ui.machine import check_address, prepare_environment


def test_a_taken_port_is_one_line_that_says_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError) as raised:
            check_address("127.0.0.1", port)
    assert str(raised.value) == f"Port {port} on 127.0.0.1 is taken. Pass --port N."


def test_a_free_port_is_left_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    check_address("127.0.0.1", port)
    check_address("localhost", port)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.org", "::", ""])
def test_a_host_that_others_can_reach_is_refused(host: str) -> None:
    with pytest.raises(InputError, match=r"Pass --host 127\.0\.0\.1"):
        check_address(host, 7860)


@pytest.mark.parametrize("port", [-1, 70000])
def test_a_port_that_cannot_be_is_refused(port: int) -> None:
    with pytest.raises(InputError, match="is not a port"):
        check_address("127.0.0.1", port)


def test_the_environment_is_quiet_and_private() -> None:
    environ = {"GRADIO_ALLOWED_PATHS": "/", "GRADIO_ANALYTICS_ENABLED": "True", "NO_PROXY": "a"}
    prepare_environment(environ, Path("/scratch"))
    assert environ["GRADIO_ANALYTICS_ENABLED"] == "False"
    assert environ["HF_HUB_OFFLINE"] == "1"
    assert environ["GRADIO_TEMP_DIR"] == environ["TORCHINDUCTOR_CACHE_DIR"] == "/scratch"
    assert environ["NO_PROXY"] == "a,127.0.0.1,localhost"
    assert "GRADIO_ALLOWED_PATHS" not in environ
