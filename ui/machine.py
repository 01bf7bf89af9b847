"""What the chat needs of the machine: a free address on it, and an environment that is quiet."""

import ipaddress
import socket
from collections.abc import MutableMapping
from pathlib import Path

from qa.errors import InputError

_ENVIRONMENT = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "GRADIO_SHARE": "False",
    "GRADIO_MCP_SERVER": "False",
    "GRADIO_RUN_HISTORY": "False",
    "GRADIO_SSR_MODE": "False",
    "GRADIO_ANALYTICS_MAX_EVENTS": "200",
    # For every length of input, torch and oneDNN would keep prepared operations, 1,024 each, and
    # grow to twice their size; to prepare them anew costs no time that could be measured.
    "LRU_CACHE_CAPACITY": "1",
    "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "32",
}
_UNWANTED = (
    "GRADIO_ALLOWED_PATHS",
    "GRADIO_VIBE_MODE",
    "GRADIO_WATCH_DIRS",
    "GRADIO_LOCAL_DEV_MODE",
    "GRADIO_HISTORY_BUCKET",
    "GRADIO_PROFILING",
)


def check_address(host: str, port: int) -> None:
    """Make sure that the chat can be opened at an address, before anything slow is done.

    :param host: host name or address.
    :param port: TCP port.
    :raises InputError: the host is not the loopback of this machine, or the port is taken.
    """
    if host != "localhost" and not _is_loopback(host):
        raise InputError(f"Host {host} is not this machine. Pass --host 127.0.0.1.")
    if not 0 < port < 65536:
        raise InputError(f"{port} is not a port. Pass --port with a number from 1 to 65535.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise InputError(f"Port {port} on {host} is taken. Pass --port N.") from error


def prepare_environment(environ: MutableMapping[str, str], scratch: Path) -> None:
    """Set what Gradio and the model libraries read when they are imported.

    :param environ: usually ``os.environ``; changed in place.
    :param scratch: a private folder for temporary files.
    """
    kept = str(scratch)
    environ.update(_ENVIRONMENT, GRADIO_TEMP_DIR=kept, TORCHINDUCTOR_CACHE_DIR=kept)
    direct = [environ.get("NO_PROXY", ""), "127.0.0.1", "localhost"]
    environ["NO_PROXY"] = ",".join(part for part in direct if part)
    for name in _UNWANTED:
        environ.pop(name, None)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
