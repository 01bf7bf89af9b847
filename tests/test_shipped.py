"""The models that ship, over the sample archive and over the five real documents."""

import json
from pathlib import Path

import pytest

from conftest import ROOT, require
from eval.questions import Question, load_questions
from eval.report import Report
from eval.run import Options, evaluate
from qa.indexing import index_articles
from qa.models import encoder_id, load_encoder
from qa.pipeline import Pipeline, build_pipeline
from qa.settings import Settings, load_settings
from qa.sources import read_paths
from qa.store import Store

DATA = ROOT / "tests" / "data"


def questions(path: Path) -> list[Question]:
    return load_questions(path, lambda item: pytest.fail(f"{item.origin}: {item.reason}"))


def indexed(settings: Settings, folder: Path) -> Pipeline:
    report = index_articles(
        Store.create(settings.store),
        read_paths([folder], settings.max_text_chars, lambda item: pytest.fail(item.reason)),
        encoder=lambda: load_encoder(settings),
        encoder_id=encoder_id(settings),
        passage_words=settings.passage_words,
        passage_overlap=settings.passage_overlap,
    )
    assert report.added == 5
    return build_pipeline(settings)


def share_refused(report: Report) -> float:
    cells = report.decisions["unanswerable"]
    return cells["refused"] / (cells["refused"] + cells["answered"])


def test_sample_archive_is_answered_as_before(sample_store: Path, tmp_path: Path) -> None:
    pipeline = build_pipeline(load_settings(store=sample_store))
    asked = questions(ROOT / "seeds" / "questions.jsonl")
    report = evaluate(pipeline, asked, tmp_path, Options())
    assert report.verbatim["failures"] == 0
    assert report.scores["exact_match"].value >= 65
    assert share_refused(report) >= 0.6
    assert sum(report.causes.values()) == sum(
        json.loads(line)["scores"]["exact_match"] == 0
        for line in (tmp_path / "rows.jsonl").read_text(encoding="utf-8").splitlines()
    )


def test_five_documents_are_answered_and_refused_as_before(tmp_path: Path) -> None:
    documents = require("shared") / "seeds"
    pipeline = indexed(load_settings(store=tmp_path / "store"), documents)
    refused = []
    for name, exact, overlap in (("five_documents", 75, 75), ("five_documents_second", 80, 85)):
        asked = questions(DATA / f"{name}.jsonl")
        report = evaluate(pipeline, asked, tmp_path / name, Options())
        assert report.verbatim["quotes"] > 40
        assert report.verbatim["failures"] == 0
        assert report.scores["exact_match"].value >= exact
        assert report.scores["f1"].value >= overlap
        refused.append(share_refused(report))
    assert sum(refused) / 2 >= 0.8  # ten questions without an answer in each


def test_weights_are_small_half_precision_safetensors_with_a_card() -> None:
    folder = ROOT / "qa" / "weights"
    assert (folder / "model.safetensors").stat().st_size < 50_000_000
    assert (folder / "README.md").read_text(encoding="utf-8").startswith("---\n")
    calibration = json.loads((folder / "calibration.json").read_text())
    assert 0 < calibration["threshold"] < 1
