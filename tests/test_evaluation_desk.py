"""The evaluation page's work, with the real store, search and evaluation."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import TinyEncoder, TinyReader
from made_answers import MadeArchive, MadePipeline
from made_store import BRIDGE, HARBOUR, MARKET, article, index
from qa.confidence import Calibration
from qa.errors import InputError
from qa.pipeline import Pipeline
from qa.retriever import Retriever
from qa.settings import load_settings
from qa.store import Store
from ui.archive import Opened
from ui.chat_file import ChatFile
from ui.courtesy import Courtesy
from ui.evaluation_desk import Desk
from ui.examining import MOST_BYTES, read_upload
from ui.feedback import Feedback, Judged, Place
from ui.question_sets import FEEDBACK, FOLDER, OWN, SAMPLE

ME, OTHER = "a" * 64, "b" * 64
QUESTIONS = [
    {"id": "1", "question": "Who cut the ribbon?", "answers": ["Ruth Adeyemi"]},
    {"id": "2", "question": "What opens in May?", "answers": ["The harbour hall"]},
    {"id": "3", "question": "Who won the derby?", "answers": []},
]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    store = Store.create(tmp_path / "store")
    index(store, [article("h", HARBOUR), article("b", BRIDGE), article("m", MARKET)])
    calibration = Calibration.load(Path(__file__).parent.parent / "qa" / "weights")
    with store.snapshot() as snapshot:
        retriever = Retriever(snapshot, TinyEncoder())
        settings = load_settings(store=store.path)
        pipeline = Pipeline(settings, TinyReader(), calibration, retriever, snapshot)
        archive = MadeArchive(Opened(pipeline, None, snapshot.generation))
        yield Desk(archive, store.path, Courtesy())


def written(tmp_path: Path, *rows: object, name: str = "set.jsonl") -> str:
    path = tmp_path / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def ended(desk: Desk, number: int, browser: str = ME) -> None:
    run = desk.run(browser)
    if run is not None:
        assert run.number == number
        assert run.wait(30)


def test_a_set_is_run_and_kept_with_its_report(desk: Desk, tmp_path: Path) -> None:
    number = desk.start(ME, OWN, written(tmp_path, *QUESTIONS), 50, 0)
    ended(desk, number)
    kept = desk.kept(ME).get(number)
    assert (kept.name, kept.total, kept.finished, kept.error) == ("set.jsonl", 3, True, None)
    report = desk.kept(ME).report(number)
    assert report.counts["questions"] == 3
    assert kept.exact_match == report.scores["exact_match"].value
    assert desk.drawings(report).count("<svg") >= 2
    assert "exact match" in desk.runs(ME)
    assert desk.runs(OTHER) == "None yet."


def test_a_sample_is_drawn_by_its_seed(desk: Desk, tmp_path: Path) -> None:
    number = desk.start(ME, OWN, written(tmp_path, *QUESTIONS), 2.0, 5)
    ended(desk, number)
    assert desk.kept(ME).report(number).run["sample"] == 2
    assert desk.kept(ME).report(number).run["seed"] == 5


def test_a_run_that_was_stopped_goes_on_where_it_stood(desk: Desk, tmp_path: Path) -> None:
    number = desk.start(ME, OWN, written(tmp_path, *QUESTIONS), 50, 0)
    run = desk.run(ME)
    if run is not None:
        run.stop()
        assert run.wait(30)
    rows = desk.kept(ME).path(number) / "rows.jsonl"
    before = rows.read_text().splitlines()
    ended(desk, desk.go_on(ME, number))
    assert desk.kept(ME).get(number).finished
    assert rows.read_text().splitlines()[: len(before)] == before
    assert desk.kept(ME).report(number).speed["asked"] == 3 - len(before)


def test_bad_rows_are_named_without_a_path_of_the_server(desk: Desk, tmp_path: Path) -> None:
    set_with_faults = written(tmp_path, *QUESTIONS, {"id": "4"}, "no object")
    number = desk.start(ME, OWN, set_with_faults, 50, 0)
    ended(desk, number)
    skipped = desk.kept(ME).report(number).skipped
    assert [(one.origin, one.reason) for one in skipped] == [
        ("set.jsonl#row 4", "field 'question' is missing"),
        ("set.jsonl#row 5", "not a JSON object but 'no object'"),
    ]


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "empty.jsonl", "empty.jsonl has no usable question"),
        (b"\x00\xff" * 500, "noise.json", "noise.json"),
        (b"[" * 200_000, "deep.json", "deep.json"),
        (b"%PDF-1.7 not a set", "paper.pdf", "paper.pdf is not a question set"),
    ],
)
def test_a_hostile_file_is_one_line(
    desk: Desk, tmp_path: Path, data: bytes, name: str, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    number = desk.start(ME, OWN, str(path), 50, 0)
    ended(desk, number)
    error = desk.kept(ME).get(number).error
    assert error is not None
    assert words in error
    assert str(tmp_path) not in error
    assert "\n" not in error


def test_a_file_that_is_too_large_or_packed_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(b" " * (MOST_BYTES + 1))
    with pytest.raises(InputError, match="more than 5 MB"):
        read_upload(path)
    path.write_bytes(b"\x1f\x8b\x08")
    with pytest.raises(InputError, match="is packed"):
        read_upload(path)
    with pytest.raises(InputError, match="did not arrive"):
        read_upload(tmp_path / "none")


@pytest.mark.parametrize("sample", [0, 2001, 1.5, float("nan"), float("inf"), None, "50", True])
def test_a_number_that_does_not_fit_is_refused_and_nothing_is_kept(
    desk: Desk, tmp_path: Path, sample: object
) -> None:
    with pytest.raises(InputError, match="number of questions"):
        desk.start(ME, OWN, written(tmp_path, *QUESTIONS), sample, 0)
    assert desk.kept(ME).all() == []


def test_what_is_not_there_is_refused_by_name(desk: Desk) -> None:
    with pytest.raises(InputError, match="is not here"):
        desk.start(ME, SAMPLE, None, 50, 0)
    with pytest.raises(InputError, match="no file yet"):
        desk.start(ME, OWN, None, 50, 0)
    with pytest.raises(InputError, match="cookie"):
        desk.start(None, OWN, None, 50, 0)
    with pytest.raises(InputError, match="is not here"):
        desk.go_on(ME, 7)
    assert desk.run(ME) is None


def test_an_archive_that_cannot_be_evaluated_says_so(tmp_path: Path) -> None:
    desk = Desk(MadeArchive(Opened(MadePipeline())), tmp_path, Courtesy())
    number = desk.start(ME, OWN, written(tmp_path, *QUESTIONS), 50, 0)
    ended(desk, number)
    assert desk.kept(ME).get(number).error == "There are no articles to ask. Add some first."


def judged(turn: str, place: Place) -> Judged:
    return Judged(turn, "", "2019-06-01", "When?", "When does the hall open?", None, "words", place)


def test_what_a_browser_corrected_is_a_set_of_its_own(desk: Desk, tmp_path: Path) -> None:
    feedback = Feedback(ChatFile(tmp_path / "store"))
    feedback.give(ME, judged("1", Place("h", 1, "May", HARBOUR.index("May"))))
    feedback.give(OTHER, judged("2", Place("h", 1, "no such words", 0)))
    assert [one.label for one in desk.sets(ME)] == [FEEDBACK]
    assert desk.sets(OTHER) == []
    assert desk.sets(None) == []
    for mode in ("open", "gold"):
        number = desk.start(ME, FEEDBACK, None, 50, 0, mode)
        ended(desk, number)
        report = desk.kept(ME).report(number)
        assert report.counts["questions"] == 1
        assert (report.run["mode"], desk.kept(ME).get(number).mode) == (mode, mode)
    with pytest.raises(InputError, match="is not here"):
        desk.start(OTHER, FEEDBACK, None, 50, 0)


def test_sets_beside_the_store_are_offered_by_name_and_nothing_else_is(
    desk: Desk, tmp_path: Path
) -> None:
    folder = tmp_path / "store" / FOLDER
    folder.mkdir()
    written(folder, *QUESTIONS)
    (folder / "notes.txt").write_text("nothing")
    (folder / "link.jsonl").symlink_to("/etc/passwd")
    assert [one.label for one in desk.sets(ME)] == ["set.jsonl"]
    number = desk.start(ME, "set.jsonl", None, 50, 0)
    ended(desk, number)
    assert desk.kept(ME).report(number).counts["questions"] == 3
    with pytest.raises(InputError, match="is not here"):
        desk.start(ME, "link.jsonl", None, 50, 0)


def test_a_set_without_paragraphs_cannot_be_read_alone(desk: Desk, tmp_path: Path) -> None:
    number = desk.start(ME, OWN, written(tmp_path, *QUESTIONS), 50, 0, "gold")
    ended(desk, number)
    assert "brings no paragraphs" in f"{desk.kept(ME).get(number).error}"
