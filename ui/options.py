"""The options that several commands share, and the settings they lead to."""

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from qa.datatypes import Filters

if TYPE_CHECKING:
    from qa.settings import Settings

Store = Annotated[Path | None, typer.Option(help="Folder of the store.  [default: store]")]
Encoder = Annotated[str | None, typer.Option(help="Encoder: a local folder or a hub id.")]
Reader = Annotated[str | None, typer.Option(help="Reader: a local folder or a hub id.")]
Json = Annotated[bool, typer.Option("--json", help="Print the record as JSON.")]
After = Annotated[str | None, typer.Option(help="Only articles from this date on.")]
Before = Annotated[str | None, typer.Option(help="Only articles up to this date.")]
Source = Annotated[list[str] | None, typer.Option(help="Only this outlet; may be repeated.")]
OneArticle = Annotated[list[str] | None, typer.Option(help="Only this id; may be repeated.")]
Workers = Annotated[int, typer.Option(help="Questions under way at a time.", min=1)]
Mode = Literal["open", "gold"]
Asked = Annotated[str | None, typer.Option(help="Day of the question: later ones are left out.")]
TopK = Annotated[int | None, typer.Option(help="Passages to read.  [default: 10]")]


def read_settings(**flags: Any) -> "Settings":
    """Read the settings and set up the log.

    :param flags: values from the command line by field name; None was not given.
    :returns: the settings.
    :raises InputError: a setting cannot be used.
    """
    from qa.settings import load_settings

    settings = load_settings(**flags)
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(settings.log_level.upper())
    layout = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler], format=layout)
    return settings


def to_filters(
    after: str | None,
    before: str | None,
    source: list[str] | None,
    article: list[str] | None,
    asked: str | None,
) -> Filters:
    """Gather the filter options into one record.

    :param after: ISO date or None.
    :param before: ISO date or None.
    :param source: outlets or None.
    :param article: ids or None.
    :param asked: ISO date or None.
    :returns: the filters.
    """
    return Filters(after, before, tuple(source or ()), tuple(article or ()), asked)
