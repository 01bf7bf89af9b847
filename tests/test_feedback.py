"""Feedback: placed by offsets, kept for each browser and turn, exported as a question set."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import TinyEncoder, TinyReader
from eval.questions import load_questions
from eval.refit import attempts_of
from eval.run import Options, evaluate
from made_answers import CHAPEL, HALL, HOSTILE_TEXTS, ONE, REFUSED, MadePipeline
from made_store import BRIDGE, HARBOUR, article, index
from qa.confidence import Calibration
from qa.datatypes import Answer
from qa.pipeline import Pipeline
from qa.questions import Turn, Understood
from qa.retriever import Retriever
from qa.settings import load_settings
from qa.squad import load_squad
from qa.store import Store
from ui.chat import Message, turn
from ui.chat_file import ChatFile
from ui.cli import main
from ui.feedback import Feedback, Given, Judged, Place, Verdict
from ui.feedback_export import squad
from ui.judging import judge
from ui.keeping import Bookmark, Keeper
from ui.selection import located

ANNA, BEN = "a" * 64, "b" * 64
SAID = "She said yes. The mayor said\n\n  yes, twice: yes."


@pytest.fixture
def feedback(tmp_path: Path) -> Iterator[Feedback]:
    file = ChatFile(tmp_path)
    yield Feedback(file)
    file.close()


def session(*answers: Answer) -> list[Message]:
    """The messages of a session, one answer each, whose turns are named t0, t1 and so on."""
    return [
        {
            "role": "assistant",
            "content": "",
            "turn": Turn(one.read_as, one),
            "understood": Understood("And where?", one.read_as),
            "kept": Bookmark(f"t{number}", "chat", "2026-01-31T09:30:00+00:00"),
        }
        for number, one in enumerate(answers)
    ]


def give(feedback: Feedback, verdict: str, owner: str = ANNA, turn: str = "t0", **more: Any) -> Any:
    message = {"act": "give", "turn": turn, "verdict": verdict, **more}
    return judge(message, owner, session(ONE, REFUSED), feedback, MadePipeline())


# --- Where the words stand ------------------------------------------------------------------------


def test_words_that_occur_twice_are_told_apart_by_what_stands_before_them() -> None:
    visible = len("She said".replace(" ", ""))
    assert located(SAID, 0, visible, "yes") == (9, 12)
    assert located(SAID, 0, SAID.replace(" ", "").replace("\n", "").rindex("yes"), " yes ") == (
        len(SAID) - 4,
        len(SAID) - 1,
    )
    assert located(SAID, 14, len("Themayor"), "said yes") == (24, 35)
    assert SAID[24:35] == "said\n\n  yes"


@pytest.mark.parametrize(
    ("before", "selected"),
    [(7, "no"), (8, "yes"), (-1, "She"), (0, ""), (0, " \n"), (10_000, "yes"), (0, "x" * 500)],
)
def test_words_that_do_not_stand_there_have_no_place(before: int, selected: str) -> None:
    assert located(SAID, 0, before, selected) is None
    assert located(SAID, 99, 0, "She") is None


@settings(max_examples=60)
@given(st.text(min_size=1, max_size=60), st.data())
def test_every_selection_is_found_whatever_the_page_makes_of_white_space(
    text: str, data: st.DataObject
) -> None:
    low = data.draw(st.integers(0, len(text) - 1))
    high = data.draw(st.integers(low + 1, len(text)))
    shown = " ".join(text[low:high].split("\n"))
    before = sum(1 for one in text[:low] if located(one, 0, 0, one) is not None)
    found = located(text, 0, before, shown)
    if located(shown, 0, 0, shown) is None:
        assert found is None
    else:
        assert found is not None
        assert low <= found[0] < found[1] <= high
        assert text[slice(*found)].strip("\n ") in text[low:high]


# --- One verdict for each browser and turn --------------------------------------------------------


def test_a_verdict_is_changed_commented_and_taken_back(feedback: Feedback) -> None:
    assert give(feedback, "right") == {
        "verdicts": {"t0": {"verdict": "right", "words": "the harbour hall", "comment": ""}}
    }
    note = {"act": "comment", "turn": "t0", "comment": " it is\0 <b>so</b> "}
    judge(note, ANNA, session(ONE), feedback, MadePipeline())
    give(feedback, "wrong")
    (one,) = feedback.everything(ANNA)
    assert (one.judged.verdict, one.comment) == ("wrong", "it is <b>so</b>")
    told = judge({"act": "undo", "turn": "t0"}, ANNA, session(ONE), feedback, MadePipeline())
    assert told == {"verdicts": {"t0": None}}
    assert feedback.everything(None) == []


def test_two_browsers_judge_for_themselves(feedback: Feedback) -> None:
    give(feedback, "right", ANNA)
    give(feedback, "wrong", BEN)
    judge({"act": "undo", "turn": "t0"}, BEN, session(ONE), feedback, None)
    assert [one.judged.verdict for one in feedback.everything(None)] == ["right"]
    assert feedback.everything(BEN) == []
    assert judge({"act": "export"}, BEN, session(ONE), feedback, MadePipeline()) == {
        "error": "There is no feedback of yours yet."
    }


def test_the_right_words_are_cut_out_of_the_stored_text(feedback: Feedback) -> None:
    start = CHAPEL.text.index("seamen")
    before = len("".join(CHAPEL.text[:start].split()))
    place = {"article": "talks-moved", "revision": 1, "start": 0, "before": before}
    told = give(feedback, "words", **place, selected="seamen's\u00a0chapel")
    assert told["verdicts"]["t0"]["words"] == "seamen's chapel"
    (one,) = feedback.everything(ANNA)
    assert one.judged.place == Place("talks-moved", 1, "seamen's chapel", start)
    assert (one.judged.question, one.judged.read_as) == ("And where?", ONE.read_as)


@pytest.mark.parametrize(
    "wrong",
    [
        {"article": "unknown"},
        {"article": 7},
        {"revision": 0},
        {"revision": "1"},
        {"revision": True},
        {"start": -1},
        {"start": 10**9},
        {"before": 3},
        {"before": None},
        {"selected": "Dockers!"},
        {"selected": ""},
        {"selected": ["Dockers"]},
        {"selected": "\ud800"},
    ],
)
def test_a_selection_that_does_not_fit_is_refused(
    feedback: Feedback, wrong: dict[str, Any]
) -> None:
    good = {"article": "harbour-talks", "revision": 1, "start": 0, "before": 0}
    told = give(feedback, "words", **{**good, "selected": "Dockers", **wrong})
    assert "could not be placed" in told["error"]
    assert feedback.everything(None) == []


@pytest.mark.parametrize("turn", ["t9", "", None, 7, ["t0"], "x" * 99, "t0'--"])
def test_a_turn_of_another_session_is_not_here(feedback: Feedback, turn: Any) -> None:
    assert give(feedback, "right", turn=turn) == {"error": "This answer is not here."}


@pytest.mark.parametrize("message", [{}, {"act": 7}, {"act": "give"}, {"act": "drop"}])
def test_what_is_no_act_changes_nothing(feedback: Feedback, message: dict[str, Any]) -> None:
    told = judge({**message, "turn": "t0"}, ANNA, session(ONE), feedback, MadePipeline())
    assert told == {"error": "This answer is not here."}


def test_a_refusal_cannot_be_a_right_answer_and_a_program_gives_no_feedback(
    feedback: Feedback,
) -> None:
    assert "No answer was shown" in give(feedback, "right", turn="t1")["error"]
    assert "no cookies" in judge({}, None, session(ONE), feedback, None)["error"]


# --- As a question set ----------------------------------------------------------------------------


def judged(number: int, verdict: Verdict, place: Place | None, **more: Any) -> Given:
    what = Judged(
        f"t{number}", "c", "2026-01-31T09:30:00+00:00", "typed", "Where?", "x", verdict, place
    )
    return Given(f"id{number}", "2026-02-01T00:00:00+00:00", replace(what, **more), "")


def hall(answer: str) -> Place:
    return Place(HALL.id, 1, answer, HALL.text.index(answer))


def test_verdicts_become_squad_with_offsets_in_the_stored_text(tmp_path: Path) -> None:
    document = squad(
        [
            judged(0, "right", hall("the harbour hall")),
            judged(1, "words", hall("noon")),
            judged(2, "absent", hall("Dockers")),
            judged(3, "wrong", hall("Dockers")),
            judged(4, "absent", None),
            judged(5, "right", Place("gone", 1, "x", 0)),
            judged(6, "right", Place(HALL.id, 1, "noon", 0)),
        ],
        MadePipeline().article,
    )
    (entry,) = document["data"]
    assert (entry["title"], entry["article_id"], entry["revision"]) == (HALL.title, HALL.id, 1)
    assert [one["reason"] for one in document["left_out"]] == [
        "the right words are not told",
        "no passage was shown with it",
        "its article is no longer in the archive",
        "the stored text does not say these words at this place",
    ]
    path = tmp_path / "feedback.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    spans = [question.answers for question in load_squad(path)]
    assert [HALL.text[one.start : one.start + len(one.text)] for (one,) in spans[:2]] == [
        "the harbour hall",
        "noon",
    ]
    assert spans[2] == ()
    loaded = load_questions(path, pytest.fail)
    assert [one.article_ids for one in loaded] == [(HALL.id,), (HALL.id,), ()]
    assert [one.asked for one in loaded] == ["2026-01-31"] * 3


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_any_question_and_comment_survives_the_export(tmp_path: Path, text: str) -> None:
    one = replace(judged(0, "right", hall("noon"), question=text, read_as=text), comment=text)
    path = tmp_path / "feedback.json"
    path.write_text(json.dumps(squad([one], MadePipeline().article)), encoding="utf-8")
    (question,) = load_questions(path, pytest.fail)
    assert question.question == text


CALIBRATION = Calibration(slope=1.0, intercept=0.0, threshold=0.6)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store.create(tmp_path / "store")
    index(made, [article("harbour", HARBOUR, title="The Hall"), article("bridge", BRIDGE)])
    return made


def test_feedback_on_a_store_is_written_by_the_command_and_evaluated(
    store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = ("When does the harbour hall open?", "Who cut the ribbon?", "Who sings tonight?")
    out, keeper = tmp_path / "feedback.json", Keeper(store.path)
    with store.snapshot() as snapshot:
        pipeline = Pipeline(
            load_settings(), TinyReader(), CALIBRATION, Retriever(snapshot, TinyEncoder()), snapshot
        )
        messages, chat = [], None
        for question in asked:
            for view in turn(pipeline, question, ()):
                view, chat = keeper.keep(view, ANNA, chat, 1)
            messages.append(view.messages[-1])
        names = [message["kept"].turn for message in messages]
        ribbon = HARBOUR.index("Mayor")
        before = len("".join(HARBOUR[:ribbon].split()))
        words = {"article": "harbour", "revision": 1, "start": 0, "before": before}
        for number, said in enumerate(
            (
                {"verdict": "right"},
                {"verdict": "words", **words, "selected": "Mayor Ruth Adeyemi"},
                {"verdict": "absent"},
            )
        ):
            message = {"act": "give", "turn": names[number], **said}
            assert "verdicts" in judge(message, ANNA, messages, keeper.feedback, pipeline)
        keeper.file.close()

        monkeypatch.setattr(
            sys, "argv", ["pullquote", "feedback", "--store", f"{store.path}", "--out", f"{out}"]
        )
        with pytest.raises(SystemExit) as stop:
            main()
        assert not stop.value.code
        assert capsys.readouterr().out == f"3 questions on 2 articles written to {out}.\n"

        questions = load_questions(out, pytest.fail)
        assert {one.question: one.answers for one in questions} == dict(
            zip(asked, (("May",), ("Mayor Ruth Adeyemi",), ()), strict=True)
        )
        evaluate(pipeline, questions, tmp_path / "open", Options(mode="open"))
        rows = [json.loads(row) for row in (tmp_path / "open" / "rows.jsonl").open()]
        scores = {row["question"]: row["scores"] for row in rows}
        assert scores[asked[0]]["exact_match"] == 1
        assert scores[asked[2]]["exact_match"] == 1
        evaluate(pipeline, questions, tmp_path / "gold", Options(mode="gold"))
        rows = [json.loads(row) for row in (tmp_path / "gold" / "rows.jsonl").open()]
        assert [row["reason"] for row in rows].count("error") == 0
        attempts = attempts_of(pipeline, questions)
        assert [one.answerable for one in attempts].count(False) == 1


def test_without_feedback_the_command_says_so(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["pullquote", "feedback", "--store", f"{store.path}"])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 2
    said = f"There is no feedback in {store.path}. It is given in the chat.\n"
    assert capsys.readouterr().err == said
