"""What every command says beside its results: on stderr, one line at a time."""

import sys

from qa.datatypes import Skipped


def say(message: str) -> None:
    """Say something that is no result.

    :param message: one line.
    """
    sys.stderr.write(message + "\n")


def name_skipped(item: Skipped) -> None:
    """Name what could not be used, and why.

    :param item: a file or a row.
    """
    say(f"{'noted' if item.kept else 'skipped'} {item.origin}: {item.reason}")
