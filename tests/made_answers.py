"""Answers made by hand over made articles, for the tests of the chat window."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from qa.catalog import Headline
from qa.datatypes import Answer, Article, Filters, Group, Hit, Quote, Retrieved
from qa.errors import InputError
from ui.archive import Opened

HALL = Article(
    id="harbour-talks",
    origin="harbour-talks.txt",
    title="Harbour talks move to neutral ground",
    published="2019-04-27",
    source="Harbour Wire",
    text=(
        "Dockers and owners have not met for nine days. On Saturday Ms. Quill said the talks "
        "would reopen in the harbour hall at noon. Both sides had asked for a place that belongs "
        "to neither.\n\nThe strike has closed four of the six quays, and fruit is rotting in the "
        "sheds. No ship has been unloaded since the eighteenth."
    ),
)
CHAPEL = Article(
    id="talks-moved",
    origin="talks-moved.txt",
    title="Talks moved again",
    published="2019-05-02",
    source="Meridian Post",
    text=(
        "The harbour talks have moved once more. They will go on in the seamen's chapel, the "
        "mediator said on Thursday. She gave no reason."
    ),
)
NOTE = Article(
    id="note",
    origin="note.txt",
    text="A note found in the files. The talks took place in the town library.",
)
COPY = Article(
    id="harbour-copy",
    origin="harbour-copy.txt",
    title=HALL.title,
    published="2019-04-28",
    source="Evening Star",
    text=HALL.text,
)
HOSTILE = Article(
    id="hostile",
    origin="hostile.txt",
    title='<img src=x onerror="window.ran=1"> **Bold** [click](javascript:window.ran=1)',
    published="2019-05-03",
    source="<script>window.ran=1</script>",
    text=(
        "<script>window.ran=1</script> ![beacon](http://192.0.2.1/a.png) stands here. The word is "
        "<img src=http://192.0.2.1/b.png onerror=window.ran=1> and $$x^2$$ and `code`. "
        "<form action=http://192.0.2.1/>Send</form> </div></details> ends it."
    ),
)

HOSTILE_TEXTS = [
    "<script>window.ran=1</script>",
    "<img src=x onerror=window.ran=1>",
    "![beacon](http://192.0.2.1/a.png)",
    "[click](javascript:window.ran=1)",
    "<a href='javascript:window.ran=1'>click</a>",
    "</div></details><details open><summary>mine</summary>",
    "<style>* { display: none }</style>",
    "<form action=http://192.0.2.1/><button>Send</button></form>",
    "<iframe src=http://192.0.2.1/></iframe>",
    "<svg onload=window.ran=1>",
    "$$x^2$$ and \\(y\\)",
    "&lt;b&gt; &amp; &#60;i&#62;",
    "```js\nwindow.ran=1\n```",
    "`code` and ~~struck~~ and __bold__ and **bold**",
    "# Headline\n===\n- item\n1. first\n> quoted",
    "    indented like code",
    "http://192.0.2.1/ www.example.org a@example.org",
    "<!-- comment --> <?php ?> <![CDATA[x]]>",
    "\u202egnitirw sdrawkcab <b>\u202c",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "[1]: http://192.0.2.1/\n[1]",
    "\\<b>\\ backslashes \\\\",
]
HOSTILE_ARTICLES = [
    Article(
        id=f"hostile-{number}",
        origin=f"hostile-{number}.txt",
        title=text,
        published=f"2019-06-{number + 1:02}",
        source=text,
        text=f"It says {text} here.",
    )
    for number, text in enumerate(HOSTILE_TEXTS)
]


def make_quote(
    article: Article,
    answer: str,
    confidence: float = 0.9,
    group: int = 0,
    copies: tuple[str, ...] = (),
) -> Quote:
    """Quote the first place where the article says the answer; the passage is the article."""
    start = article.text.index(answer)
    bounds = [0, *(match.end() for match in re.finditer(r"(?<![A-Z]s)\.\s+", article.text))]
    sentence_start = max(bound for bound in bounds if bound <= start)
    later = [bound for bound in bounds if bound > start]
    stop = min(later) if later else len(article.text)
    sentence = article.text[sentence_start:stop].rstrip()
    return Quote(
        answer=answer,
        article_id=article.id,
        revision=article.revision,
        start=start,
        end=start + len(answer),
        title=article.title,
        source=article.source,
        published=article.published,
        url=article.url,
        sentence=sentence,
        sentence_start=sentence_start,
        sentence_end=sentence_start + len(sentence),
        passage_start=0,
        passage_end=len(article.text),
        confidence=confidence,
        group=group,
        copies=copies,
    )


ONE = Answer(
    question="Where will the talks reopen?",
    read_as="Where will the talks reopen?",
    filters=Filters(),
    status="answered",
    reason=None,
    answer="the harbour hall",
    confidence=0.91,
    quotes=(make_quote(HALL, "the harbour hall", 0.91, copies=("harbour-copy",)),),
    groups=(Group("the harbour hall", (0,), 1, "2019-04-27"),),
    timings_ms={"retrieve": 6.1, "read": 48.0, "total": 55.2},
)
SEVERAL = replace(
    ONE,
    question="Where are the talks?",
    read_as="Where are the talks?",
    quotes=(
        make_quote(HALL, "the harbour hall", 0.91, 0, copies=("harbour-copy",)),
        make_quote(CHAPEL, "the seamen's chapel", 0.74, 1),
        make_quote(NOTE, "the town library", 0.41, 2),
    ),
    groups=(
        Group("the harbour hall", (0,), 2, "2019-04-27"),
        Group("the seamen's chapel", (1,), 1, "2019-05-02"),
        Group("the town library", (2,), 1, None),
    ),
)
REFUSED = replace(
    ONE,
    question="Who pays for the talks?",
    read_as="Who pays for the talks?",
    status="unanswered",
    reason="below_threshold",
    answer=None,
    confidence=0.12,
    quotes=(make_quote(HALL, "Ms. Quill", 0.12), make_quote(CHAPEL, "the mediator", 0.07)),
    groups=(),
)
POISONED = replace(
    ONE,
    question="What is the word?",
    read_as="What is the word?",
    answer="<img src=http://192.0.2.1/b.png onerror=window.ran=1>",
    quotes=(
        make_quote(HOSTILE, "<img src=http://192.0.2.1/b.png onerror=window.ran=1>"),
        make_quote(HOSTILE, "![beacon](http://192.0.2.1/a.png)", 0.7, 1),
    ),
    groups=(
        Group("<img src=http://192.0.2.1/b.png onerror=window.ran=1>", (0,), 1, "2019-05-03"),
        Group("![beacon](http://192.0.2.1/a.png)", (1,), 1, "2019-05-03"),
    ),
)
ALL_POISONED = replace(
    POISONED,
    question="What do they all say?",
    read_as=" ".join(HOSTILE_TEXTS),
    answer=HOSTILE_TEXTS[0],
    quotes=tuple(
        replace(
            make_quote(article, text, group=number),
            sentence=article.text,
            sentence_start=0,
            sentence_end=len(article.text),
        )
        for number, (article, text) in enumerate(zip(HOSTILE_ARTICLES, HOSTILE_TEXTS, strict=True))
    ),
    groups=tuple(
        Group(text, (number,), 1, f"2019-06-{number + 1:02}")
        for number, text in enumerate(HOSTILE_TEXTS)
    ),
)


@dataclass(frozen=True)
class MadePipeline:
    """Answers some questions from the records above, fails at one, refuses the others."""

    delay: float = 0.0

    def stages(self, question: str, filters: Filters = Filters()) -> Iterator[Retrieved | Answer]:
        time.sleep(self.delay)
        yield Retrieved(passages=10, articles=4, took_ms=6.1)
        yield self.answer(question, filters)

    def answer(self, question: str, filters: Filters = Filters()) -> Answer:
        time.sleep(self.delay / 2)
        if question == "Does it break?":
            raise RuntimeError("a fault with /a/secret/path")
        if question == "Is it refused by name?":
            raise InputError("This question names *no* archive. Name one.")
        known = {record.question: record for record in (ONE, SEVERAL, POISONED, ALL_POISONED)}
        return known.get(question, replace(REFUSED, question=question, read_as=question))

    def article(self, article_id: str, revision: int | None = None) -> Article:
        known = {one.id: one for one in (HALL, CHAPEL, NOTE, COPY, HOSTILE, *HOSTILE_ARTICLES)}
        if article_id not in known:
            raise InputError(f"There is no article {article_id!r}.")
        return known[article_id]

    def search(self, query: str, k: int = 10, filters: Filters = Filters()) -> list[Hit]:
        return []

    def find_articles(self, typed: str, limit: int = 8) -> list[Headline]:
        found = [one for one in (HALL, CHAPEL, HOSTILE) if typed.lower() in f"{one.title}".lower()]
        return [Headline(one.id, one.title, one.source, one.published) for one in found[:limit]]


@dataclass(frozen=True)
class MadeArchive:
    """An archive of one generation that never changes."""

    opened: Opened

    def current(self) -> Opened:
        return self.opened
