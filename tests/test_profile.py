"""Where the time of a question goes, over the sample archive."""

from pathlib import Path

from eval.profile import STAGES, profile
from eval.questions import Question
from qa.settings import load_settings


def test_every_stage_has_its_row_and_the_parts_are_within_the_whole(sample_store: Path) -> None:
    question = Question(id="1", question="Who met in Washington?", answers=())
    settings = load_settings(store=sample_store)
    about, _, _, *rows, cold = profile(settings, [question], times=2)
    assert about.startswith("1 questions, 123 passages, of which 10 are read at most, ")
    whole, *_ = profile(settings.model_copy(update={"adaptive_depth": 100.0}), [question], times=1)
    assert "10 at the median and 10.0 on average" in whole
    assert cold.startswith("Passages that were not read before are cut into tokens in ")
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    spent = {name.replace("&nbsp;", " "): float(clock) for name, clock, *_ in cells}
    assert list(spent) == list(STAGES)
    assert 0 < spent["  network"] <= spent["read"] < spent["total"]
    assert 0 < spent["  question to vector"] <= spent["retrieve"] < spent["total"]
