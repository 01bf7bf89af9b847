"""What a command does not need it does not import: that is what makes it start quickly."""

import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT

MODELS = ("torch", "transformers", "sentence_transformers", "tokenizers", "safetensors")
SEARCH = ("faiss", "bm25s", "scipy", "sklearn", "numba", "Stemmer")
WINDOWS = ("gradio", "matplotlib", "pandas")
LIBRARIES = ("transformers", "sentence_transformers", "sklearn", "numba", "datasets")
RUN = """
import sys
from ui.cli import app
try:
    app({arguments!r})
finally:
    found = sorted(set({banned!r}) & set(sys.modules))
    if found:
        sys.stderr.write("imported: " + " ".join(found))
"""


def imported(arguments: list[str], banned: tuple[str, ...]) -> tuple[int, str]:
    """Run a command; give its exit code and what it says to stderr."""
    command = [sys.executable, "-c", RUN.format(arguments=arguments, banned=banned)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return done.returncode, done.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["ask", "--help"], ["index", "--help"]])
def test_help_needs_no_library(arguments: list[str]) -> None:
    banned = (*MODELS, *SEARCH, *WINDOWS, "numpy", "pydantic_settings")
    assert imported(arguments, banned) == (0, "")


@pytest.mark.parametrize("arguments", [["status"], ["show", "first-formal-bid", "--json"]])
def test_looking_into_a_store_needs_no_model_and_no_search(
    sample_store: Path, arguments: list[str]
) -> None:
    banned = (*MODELS, *SEARCH, *WINDOWS)
    assert imported([*arguments, "--store", str(sample_store)], banned) == (0, "")


def test_asking_needs_none_of_the_training_libraries(sample_store: Path) -> None:
    question = "Which American state were potatoes allowed from?"
    arguments = ["ask", question, "--store", str(sample_store)]
    code, said = imported(arguments, (*LIBRARIES, *WINDOWS))
    assert code in (0, 1)
    assert said == ""
