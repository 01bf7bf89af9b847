"""The walls of the house: who may import whom, and what is in nobody's hands.

Read from the syntax tree of every module, so that an import inside a function counts too.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("embeddings", "qa", "eval", "ui")
# Modules that run code out of a file they read.
UNSAFE = {"pickle", "cPickle", "_pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
IMPORTERS = ("import_module", "__import__")
GRADIO_HERE = re.compile(r"ui/(app|page_\w+)\.py")
PRINT_HERE = "ui/cli.py"
FILES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def imports(tree: ast.AST) -> Iterator[str]:
    """Every absolute dotted name imported anywhere in a module: ``import a.b`` -> ``a.b``,
    ``from a import b`` -> ``a.b``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and dotted(node.func).endswith(IMPORTERS):
            yield from (
                argument.value
                for argument in node.args[:1]
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
            )


def dotted(node: ast.expr) -> str:
    """``torch.load`` for that expression; "" for one that is not a plain dotted name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (owner := dotted(node.value)):
        return f"{owner}.{node.attr}"
    return ""


def faults(name: str, source: str) -> list[str]:
    """What a module does that its place forbids.

    :param name: its path from the root, with slashes.
    :param source: its text.
    :returns: one line for each fault.
    """
    tree = ast.parse(source)
    forbidden = set(ROOMS[ROOMS.index(name.split("/")[0]) + 1 :]) | {"tests", "conftest"}
    found = []
    for module in imports(tree):
        top = module.split(".")[0]
        if top in forbidden or top in UNSAFE or module == "torch.load":
            found.append(f"imports {module}")
        if top == "gradio" and not GRADIO_HERE.fullmatch(name):
            found.append("imports gradio")
    return found + [fault for node in ast.walk(tree) for fault in call_faults(name, node)]


def call_faults(name: str, node: ast.AST) -> Iterator[str]:
    """The faults of one call; none for any other node."""
    if not isinstance(node, ast.Call):
        return
    called = dotted(node.func)
    if called == "print" and name != PRINT_HERE:
        yield "prints"
    if called == "torch.load":
        yield "calls torch.load"
    for keyword in node.keywords:
        allowed = isinstance(keyword.value, ast.Constant) and keyword.value.value is False
        if keyword.arg in {"trust_remote_code", "allow_pickle"} and not allowed:
            yield f"passes {keyword.arg}"


def test_every_room_stands() -> None:
    assert {path.relative_to(ROOT).as_posix() for path in FILES} >= {
        f"{room}/__init__.py" for room in ROOMS
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_module_keeps_to_its_room(path: Path) -> None:
    assert faults(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("name", "source", "fault"),
    [
        ("embeddings/index.py", "from qa.errors import StoreError", "imports qa.errors.StoreError"),
        ("embeddings/index.py", "import ui", "imports ui"),
        ("qa/store.py", "def f():\n    from eval import metrics", "imports eval.metrics"),
        ("qa/store.py", "importlib.import_module('ui.cli')", "imports ui.cli"),
        ("eval/run.py", "import ui.cli", "imports ui.cli"),
        ("eval/run.py", "from conftest import require", "imports conftest.require"),
        ("ui/chat.py", "import gradio as gr", "imports gradio"),
        ("ui/render.py", "from gradio.components import HTML", "imports gradio"),
        ("qa/store.py", "import pickle", "imports pickle"),
        ("qa/store.py", "from joblib import load", "imports joblib.load"),
        ("qa/reader.py", "from torch import load", "imports torch.load"),
        ("qa/reader.py", "x = torch.load(path)", "calls torch.load"),
        ("qa/reader.py", "f(trust_remote_code=True)", "passes trust_remote_code"),
        ("qa/reader.py", "f(trust_remote_code=chosen)", "passes trust_remote_code"),
        ("qa/keywords.py", "np.load(path, allow_pickle=True)", "passes allow_pickle"),
        ("qa/reader.py", "def f():\n    print('here')", "prints"),
    ],
)
def test_fault_is_found(name: str, source: str, fault: str) -> None:
    assert faults(name, source) == [fault]


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("qa/retriever.py", "from embeddings.index import VectorIndex\nfrom qa import store"),
        ("ui/cli.py", "import eval.run, qa.pipeline, embeddings\nprint('one line')"),
        ("ui/app.py", "def build():\n    import gradio as gr"),
        ("ui/page_chat.py", "def build():\n    import gradio as gr"),
        ("qa/reader.py", "from . import spans\nfrom .ui import name"),
        ("qa/reader.py", "import torch\nf(trust_remote_code=False)\nself.load(x)\nlog.print(x)"),
    ],
)
def test_what_is_allowed_is_no_fault(name: str, source: str) -> None:
    assert faults(name, source) == []
