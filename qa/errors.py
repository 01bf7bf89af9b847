"""The few exceptions of the project. Each message says what is wrong, where, and what to do."""


class PullquoteError(Exception):
    """A fault of the input or the store. The command line prints it on one line and exits 2."""


class InputError(PullquoteError):
    """A question, a path, a flag or a row that cannot be used."""


class StoreError(PullquoteError):
    """A store that is missing, empty, damaged or built with something else."""


class StoreBusy(StoreError):
    """Another process is writing to the store."""


class ModelError(PullquoteError):
    """Weights that are missing, damaged or of a kind that is not loaded."""
