"""A report is read back as it was written."""

import json
from pathlib import Path

import pytest

from eval.report import Report
from eval.written import read_report
from made_reports import hostile_report, mixed, report_of
from qa.errors import InputError


@pytest.mark.parametrize("report", [report_of(*mixed(), mode="open"), hostile_report()])
def test_a_report_is_read_back_equal(tmp_path: Path, report: Report) -> None:
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report.as_dict()), encoding="utf-8")
    again = read_report(path)
    assert again.scores == report.scores
    assert (again.misses, again.oracle) == (report.misses, report.oracle)
    assert json.dumps(again.as_dict()) == path.read_text("utf-8")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 2}', '{"format": 99}'])
def test_what_is_no_report_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(text)
    with pytest.raises(InputError, match="Run the evaluation again") as refused:
        read_report(path)
    assert str(tmp_path) not in str(refused.value)
