"""Sample questions are offered over the sample archive only."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from made_answers import HALL, MadePipeline
from qa.datatypes import Article
from qa.errors import InputError
from ui.samples import sample_questions


@dataclass(frozen=True)
class Archive(MadePipeline):
    ids: frozenset[str] = field(default_factory=frozenset)

    def article(self, article_id: str, revision: int | None = None) -> Article:
        if article_id not in self.ids:
            raise InputError("unknown")
        return HALL


def questions(folder: Path) -> Path:
    rows = [
        {"question": f"q{number}", "answers": answers, "article_ids": ids}
        for number, (answers, ids) in enumerate(
            [
                (["x"], ["a"]),
                (["x"], ["a"]),
                ([], []),
                (["x"], ["b"]),
                (["x"], ["c", "a"]),
                ([], []),
            ]
        )
    ]
    path = folder / "questions.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_samples_are_about_different_articles_and_end_with_one_that_has_no_answer(
    tmp_path: Path,
) -> None:
    archive = Archive(ids=frozenset("abc"))
    assert sample_questions(archive, questions(tmp_path)) == ["q0", "q3", "q4", "q2"]


def test_another_archive_gets_no_samples(tmp_path: Path) -> None:
    assert sample_questions(Archive(ids=frozenset("ab")), questions(tmp_path)) == []


def test_without_a_question_set_there_are_no_samples(tmp_path: Path) -> None:
    assert sample_questions(Archive(), tmp_path / "none.jsonl") == []


def test_the_question_set_of_the_project_gives_five() -> None:
    seeds = Path(__file__).resolve().parent.parent / "seeds"
    rows = map(json.loads, (seeds / "questions.jsonl").read_text(encoding="utf-8").splitlines())
    archive = Archive(ids=frozenset(name for row in rows for name in row["article_ids"]))
    assert len(sample_questions(archive)) == 5
