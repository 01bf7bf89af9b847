"""The command ``pullquote chat`` as a child, for trying it at length: started, watched, stopped."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_UP = "Pullquote is at "
STOPPED = 128 + signal.SIGTERM
"""The exit code of a chat that was stopped by SIGTERM."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process holds: resident memory in MB, open files, threads."""

    memory_mb: float
    files: int
    threads: int


@dataclass(frozen=True, slots=True)
class Served:
    """A chat that is up."""

    address: str
    process: "subprocess.Popen[str]"

    def usage(self) -> Usage:
        """Look at what the process holds now.

        :returns: its usage, from ``/proc``.
        """
        folder = Path("/proc") / str(self.process.pid)
        lines = (folder / "status").read_text().splitlines()
        status = dict(line.split(":", 1) for line in lines)
        memory_mb = int(status["VmRSS"].split()[0]) / 1024
        return Usage(memory_mb, len(os.listdir(folder / "fd")), int(status["Threads"]))

    def stop(self, how: signal.Signals = signal.SIGTERM, seconds: float = 60) -> tuple[int, str]:
        """Stop it.

        :param how: the signal. Where a shell started this process in the background, a child of it
            does not hear SIGINT.
        :param seconds: how long it may take.
        :returns: its exit code, and what it said since it was up.
        """
        self.process.send_signal(how)
        _, said = self.process.communicate(timeout=seconds)
        return self.process.returncode, said


@contextmanager
def serving(store: Path, *options: str) -> Iterator[Served]:
    """Serve a store on a free port; stopped at the end, unless it has been.

    :param store: the folder of the store.
    :param options: more of the command line.
    :yields: the chat, once it is up.
    :raises ChildProcessError: it did not come up.
    """
    command = [sys.executable, "-m", "ui", "chat", "--store", str(store)]
    process = subprocess.Popen(
        [*command, "--port", str(free_port()), *options], stderr=subprocess.PIPE, text=True
    )
    try:
        yield Served(_address(process), process)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def free_port() -> int:
    """Give a port of the loopback address that nothing listens on.

    :returns: its number.
    """
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _address(process: "subprocess.Popen[str]") -> str:
    assert process.stderr is not None
    line = process.stderr.readline()
    if not line.startswith(_UP):
        raise ChildProcessError(f"The chat did not come up: {line.strip()}")
    return line.removeprefix(_UP).strip()
