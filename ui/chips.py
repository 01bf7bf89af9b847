"""Small buttons inside rendered text. Each carries a command, which the page's script hands to the
server; there it is checked like anything else that a browser sends."""

from ui.words import escape


def chip(text: str, command: str, title: str, css_class: str = "pq-remove") -> str:
    """Make one button.

    :param text: what stands on it, from anywhere.
    :param command: what pressing it asks for.
    :param title: says what pressing it does, in fixed words.
    :param css_class: a further class.
    :returns: inline HTML inside Markdown.
    """
    return (
        f'<button type="button" class="pq-chip {css_class}" title="{title}" '
        f'value="{_attribute(command)}">{escape(text)}</button>'
    )


def _attribute(text: str) -> str:
    """Text that is literal inside the quotes of an attribute, and means nothing to Markdown."""
    return "".join(one if one.isalnum() else f"&#{ord(one)};" for one in text)
