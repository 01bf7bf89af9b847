"""The command: what it prints, its exit codes, and that bad input is one clear line."""

import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import ROOT
from ui.cli import main
from ui.progress import Bar

SUMO = "Where will Abe and Trump watch sumo?"
SEEDS = ROOT / "seeds" / "articles" / "articles.jsonl"
QUESTIONS = ROOT / "seeds" / "questions.jsonl"


class Run(NamedTuple):
    code: int
    out: str
    err: str


Command = Callable[..., Run]


@pytest.fixture
def pullquote(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    def run(*arguments: object) -> Run:
        monkeypatch.setattr(sys, "argv", ["pullquote", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            main()
        written = capsys.readouterr()
        assert "Traceback" not in written.err + written.out
        return Run(int(stop.value.code or 0), written.out, written.err)

    return run


def one_line(run: Run) -> str:
    assert run.code == 2, run
    assert len(run.err.strip().splitlines()) == 1, run.err
    return run.err


@pytest.fixture
def sample(sample_store: Path) -> Path:
    return sample_store


def test_ask_prints_the_words_their_sentence_and_their_source(
    pullquote: Command, sample: Path
) -> None:
    done = pullquote("ask", SUMO, "--store", sample)
    assert done.code == 0
    first, sentence, byline, *_ = done.out.splitlines()
    assert first.startswith("Ryogoku Kokugikan in Tokyo")
    assert "[Ryogoku Kokugikan in Tokyo]" in sentence
    assert "Meridian Post · 11 May 2019 · no-joint-statement" in byline
    assert done.err == ""


def test_json_record_has_every_field_of_the_design(pullquote: Command, sample: Path) -> None:
    done = pullquote("ask", SUMO, "--json", "--store", sample)
    record = json.loads(done.out)
    assert list(record) == [
        "question",
        "read_as",
        "filters",
        "status",
        "reason",
        "answer",
        "confidence",
        "quotes",
        "groups",
        "times",
        "timings_ms",
    ]
    quote = record["quotes"][0]
    shown = json.loads(pullquote("show", quote["article_id"], "--json", "--store", sample).out)
    assert shown["text"][quote["start"] : quote["end"]] == quote["answer"] == record["answer"]
    assert list(shown) == [
        *("id", "title", "published", "source", "url", "revision", "text"),
        *("title_from", "published_from", "source_from", "copies", "newest_revision"),
    ]


def test_no_answer_is_exit_code_one_with_a_reason(pullquote: Command, sample: Path) -> None:
    done = pullquote("ask", "Who won the chess title in Reykjavik?", "--store", sample)
    assert done.code == 1
    assert "archive" in done.out.splitlines()[0]


def test_filters_reach_the_search(pullquote: Command, sample: Path) -> None:
    question = "When does Trump arrive in Japan?"
    done = pullquote("ask", question, "--after", "2018", "--json", "--store", sample)
    assert {q["published"][:4] for q in json.loads(done.out)["quotes"]} == {"2019"}
    nothing = pullquote("ask", question, "--source", "No Such Paper", "--json", "--store", sample)
    assert (nothing.code, json.loads(nothing.out)["reason"]) == (1, "nothing_in_range")


def test_show_prints_the_stored_text_and_names_an_unknown_id(
    pullquote: Command, sample: Path
) -> None:
    row = json.loads(SEEDS.read_text(encoding="utf-8").splitlines()[0])
    done = pullquote("show", row["id"], "--store", sample)
    assert done.out == row["text"] + "\n"
    assert row["title"] in done.err
    assert "No article 'nosuch'" in one_line(pullquote("show", "nosuch", "--store", sample))
    assert "revisions 1 to 1, not 7" in one_line(
        pullquote("show", row["id"], "--revision", 7, "--store", sample)
    )


def test_status_and_check_of_a_sound_store(pullquote: Command, sample: Path) -> None:
    status = pullquote("status", "--store", sample)
    assert status.code == 0
    assert "articles     48" in status.out
    assert json.loads(pullquote("status", "--json", "--store", sample).out)["articles"] == 48
    assert pullquote("check", "--store", sample) == Run(0, f"{sample} is sound.\n", "")


def test_eval_writes_rows_and_reports(pullquote: Command, sample: Path, tmp_path: Path) -> None:
    done = pullquote("eval", QUESTIONS, "--limit", 3, "--store", sample, "--out", tmp_path / "out")
    assert done.code == 0
    assert len((tmp_path / "out" / "rows.jsonl").read_text().splitlines()) == 3
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["verbatim"]["failures"] == 0
    assert "<html" in (tmp_path / "out" / "report.html").read_text()


def test_index_again_says_unchanged_and_remove_then_prune(
    pullquote: Command, tmp_path: Path
) -> None:
    news, store = tmp_path / "news", tmp_path / "store"
    news.mkdir()
    for name in ("one", "two"):
        (news / f"{name}.txt").write_text(f"The {name} bridge opened in Bern on Monday.\n")
    assert "2 articles added" in pullquote("index", news, "--store", store).out
    assert "2 unchanged" in pullquote("index", news, "--store", store).out
    assert pullquote("remove", "one", "--store", store).out == "1 removed.\n"
    assert "'one'" in one_line(pullquote("remove", "one", "--store", store))
    (news / "two.txt").unlink()
    (news / "three.txt").write_text("A third bridge, in Basel, opened late.\n")
    (news / "one.txt").unlink()
    done = pullquote("index", news, "--prune", "--store", store)
    assert "1 article added, 0 changed, 0 unchanged, 1 removed" in done.out


BAD_FILES = {
    "empty.txt": (b"", "empty"),
    "binary.txt": (bytes(range(256)) * 40, "binary"),
    "long.txt": (b"word " * 2_000_000, "max_text_chars"),
}


def test_each_bad_file_is_named_with_its_reason_and_the_rest_is_read(
    pullquote: Command, tmp_path: Path
) -> None:
    news, store = tmp_path / "news", tmp_path / "store"
    (news / "deep").mkdir(parents=True)
    for name, (content, _) in BAD_FILES.items():
        (news / name).write_bytes(content)
    (news / "deep" / "loop").symlink_to(news)
    (news / "latin.txt").write_bytes(
        "Der Bürgermeister von Köln öffnete die Brücke.".encode("latin-1")
    )
    (news / "rows.jsonl").write_text(
        '{"text": "The hall opens in Bern."}\n{"text": \n{"text": 3}\n'
    )
    done = pullquote("index", news, "--store", store)
    assert done.code == 0
    assert done.out.startswith("2 articles added")
    named = dict(line.removeprefix("skipped ").split(": ", 1) for line in done.err.splitlines())
    for name, (_, reason) in BAD_FILES.items():
        assert reason in named[str(news / name)]
    assert "loop" in named[str(news / "deep" / "loop")]
    assert {f"{news}/rows.jsonl#row 2", f"{news}/rows.jsonl#row 3"} <= named.keys()
    assert pullquote("show", "latin", "--store", store).out.startswith("Der Bürgermeister von Köln")


def test_path_that_is_missing_is_one_line(pullquote: Command, tmp_path: Path) -> None:
    line = one_line(pullquote("index", tmp_path / "nowhere", "--store", tmp_path / "store"))
    assert "nowhere" in line


def test_nothing_read_is_exit_code_two(pullquote: Command, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("")
    done = pullquote("index", tmp_path / "empty.txt", "--store", tmp_path / "store")
    assert done.code == 2
    assert "empty.txt: empty" in done.err


def test_missing_and_empty_stores_say_what_to_run(pullquote: Command, tmp_path: Path) -> None:
    store = tmp_path / "store"
    assert "No store at" in one_line(pullquote("ask", "Who?", "--store", store))
    (tmp_path / "a.txt").write_text("The hall opens in Bern.")
    pullquote("index", tmp_path / "a.txt", "--store", store)
    pullquote("remove", "a", "--store", store)
    assert "has no articles. Run 'pullquote index" in one_line(
        pullquote("ask", "Who?", "--store", store)
    )


@pytest.mark.parametrize(("question", "reason"), [("", "empty"), ("x" * 10_000, "10,000")])
def test_question_that_is_none_is_one_line(
    pullquote: Command, sample: Path, question: str, reason: str
) -> None:
    assert reason in one_line(pullquote("ask", question, "--store", sample))


def test_unknown_flag_is_a_usage_error(pullquote: Command) -> None:
    done = pullquote("ask", "Who?", "--sauce", "Wire")
    assert done.code == 2
    assert "--sauce" in done.err


@pytest.mark.parametrize(
    "flags", [("--after", "soon"), ("--top-k", "0"), ("--reader", "/nowhere"), ("--encoder", "/no")]
)
def test_value_that_cannot_be_used_is_named(
    pullquote: Command, sample: Path, flags: tuple[str, str]
) -> None:
    assert flags[1] in one_line(pullquote("ask", "Who met whom?", "--store", sample, *flags))


def test_damaged_database_is_named(pullquote: Command, tmp_path: Path) -> None:
    (tmp_path / "pullquote.sqlite").write_bytes(b"not a database" * 100)
    for command in (("ask", "Who?"), ("status",), ("show", "a"), ("check",)):
        done = pullquote(*command, "--store", tmp_path)
        assert done.code == 2
        assert "pullquote.sqlite" in done.out + done.err


def test_damaged_cache_is_found_by_check_and_mended_by_ask(
    pullquote: Command, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("Abe met Trump in Tokyo on Monday.")
    store = tmp_path / "store"
    pullquote("index", tmp_path / "a.txt", "--store", store)
    [cache] = store.glob("generations/*/vectors.faiss")
    damaged = bytearray(cache.read_bytes())
    damaged[-1] ^= 1
    cache.write_bytes(damaged)
    assert "vectors.faiss" in pullquote("check", "--store", store).out
    done = pullquote("ask", "Where did Abe meet Trump?", "--store", store)
    assert done.out.startswith("Tokyo")
    assert len(done.err.splitlines()) == 1
    assert pullquote("check", "--store", store).code == 0


def test_question_set_without_a_usable_row_is_refused(
    pullquote: Command, sample: Path, tmp_path: Path
) -> None:
    (tmp_path / "q.jsonl").write_text('{"id": "a"}\n')
    done = pullquote("eval", tmp_path / "q.jsonl", "--store", sample, "--out", tmp_path / "out")
    assert done.code == 2
    assert "no usable question" in done.err
    assert not (tmp_path / "out").exists()


def command(*arguments: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "ui", *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_interrupt_is_exit_code_130_without_a_trace(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Abe met Trump in Tokyo. " * 20_000)
    process = command("index", tmp_path / "a.txt", "--store", tmp_path / "store")
    database = tmp_path / "store" / "pullquote.sqlite"
    deadline = time.monotonic() + 60
    while not database.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err


def test_help_and_version_need_no_models() -> None:
    started = time.monotonic()
    process = command("--version")
    out, _ = process.communicate(timeout=60)
    assert out.startswith("pullquote ")
    assert time.monotonic() - started < 5
    for name in ("index", "ask", "chat", "eval", "calibrate", "show", "remove", "check", "status"):
        process = command(name, "--help")
        out, _ = process.communicate(timeout=60)
        assert f"Example: pullquote {name}" in " ".join(out.split()), out


def test_readme_shows_what_the_command_prints(pullquote: Command, sample: Path) -> None:
    """But for the confidence, whose last digit is that of the machine's arithmetic."""
    blocks = (ROOT / "README.md").read_text(encoding="utf-8").split("```")
    [block] = [block for block in blocks if block.startswith("\n$ .venv/bin/pullquote ask")]
    asked, _, printed = block.strip().partition("\n")
    arguments = shlex.split(asked.removeprefix("$ .venv/bin/pullquote "))
    assert arguments[-2:] == ["--store", ".sample-store"]
    told = pullquote(*arguments[:-1], sample).out
    one, other = (re.sub(r"\d+%", "%", text.rstrip()) for text in (told, printed))
    assert one == other


def test_bar_counts_the_pace_of_this_run_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", terminal)
    with Bar(" questions") as bar:
        bar(901, 1000)
        assert (bar.shown.initial, bar.shown.n, bar.shown.total) == (901, 901, 1000)
        bar(905, 1000)
        assert bar.shown.n == 905


def test_heavy_packages_stay_out_of_the_quick_commands(sample: Path) -> None:
    code = (
        "import sys; sys.argv = ['pullquote', 'status', '--store', sys.argv[1]]\n"
        "from ui.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'torch', 'transformers', 'gradio', 'faiss', 'scipy'} & set(sys.modules)))"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code, str(sample)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_date_that_cannot_be_read_is_noted_and_the_article_is_read(
    pullquote: Command, tmp_path: Path
) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": "one", "text": "The bridge opened.", "published": "soon"}\n')
    done = pullquote("index", rows, "--store", tmp_path / "store")
    assert done.out.startswith("1 article added, 0 changed, 0 unchanged, 0 removed, 0 skipped.")
    assert done.err.startswith("noted ")
    assert "'soon' cannot be read as a date; the article is kept, undated" in done.err
