"""Ids of articles where those of an archive and of one's own stand side by side."""

_OWN = "own:"
_ARCHIVE = "archive:"


def qualified(article_id: str, own: bool) -> str:
    """Name an article so that it is clear whose it is.

    :param article_id: its id in its store.
    :param own: whether it is one's own.
    :returns: ``own:`` and the id; an id of the archive stays as it is, unless it looks like one
        that was qualified.
    """
    if own:
        return _OWN + article_id
    return _ARCHIVE + article_id if article_id.startswith((_OWN, _ARCHIVE)) else article_id


def unqualified(article_id: str) -> tuple[str, bool]:
    """Take a name apart that ``qualified`` made.

    :param article_id: the name.
    :returns: the id in its store, and whether it is one's own.
    """
    if article_id.startswith(_OWN):
        return article_id.removeprefix(_OWN), True
    return article_id.removeprefix(_ARCHIVE), False
