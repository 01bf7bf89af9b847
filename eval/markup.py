"""Sections and tables of the report page. What stands in a cell is escaped here."""

from collections.abc import Iterable, Sequence
from html import escape

from eval.style import STYLE


def section(title: str, body: str, name: str | None = None) -> str:
    """Put a heading over something; nothing over nothing.

    :param title: plain text.
    :param body: HTML.
    :param name: for links to the section.
    :returns: HTML, empty where the body is.
    """
    known = "" if name is None else f' id="{name}"'
    return f"<section{known}><h2>{escape(title)}</h2>{body}</section>" if body else ""


def table(heads: Sequence[str], rows: Sequence[str], caption: str, kind: str = "numbers") -> str:
    """Make a table whose first column names the row.

    :param heads: plain text; an empty one stands over a drawing.
    :param rows: HTML of the rows.
    :param caption: plain text.
    :param kind: ``numbers``, ``texts`` or ``misses``.
    :returns: HTML, empty where there are no rows.
    """
    if not rows:
        return ""
    after = ' class="number"' if kind == "numbers" else ""
    cells = [
        f'<th scope="col"{after}>{escape(head)}</th>' if head else "<td></td>" for head in heads[1:]
    ]
    return (
        f'<div class="wide"><table class="{kind}"><caption>{escape(caption)}</caption><thead><tr>'
        f'<th scope="col">{escape(heads[0])}</th>{"".join(cells)}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def row(cells: Iterable[object], kind: str = "number", more: str = "") -> str:
    """Make a row.

    :param cells: plain values; the first names the row.
    :param kind: class of the others.
    :param more: HTML of further cells.
    :returns: HTML.
    """
    first, *rest = (escape(str(cell)) for cell in cells)
    listed = "".join(f'<td class="{kind}">{cell}</td>' for cell in rest)
    return f'<tr><th scope="row">{first}</th>{listed}{more}</tr>'


def bar(percent: float) -> str:
    """Draw a share as a cell.

    :param percent: 0 to 100.
    :returns: HTML.
    """
    return f'<td class="bar" aria-hidden="true"><span style="width:{percent:.1f}%"></span></td>'


def document(title: str, sections: Iterable[str]) -> str:
    """Put sections into a page that stands alone: no script, nothing from elsewhere.

    :param title: already escaped.
    :param sections: HTML; empty ones are left out.
    :returns: a complete HTML document.
    """
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(filter(None, sections))
        + "\n</main>\n</body>\n</html>"
    )
