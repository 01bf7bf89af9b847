"""Which routes of the server are open, and how much a request to each may carry."""

import re
from dataclasses import dataclass

_PAGE_BYTES = 256 * 1024
_UPLOAD_BYTES = 20 * 1024 * 1024
_OPEN = re.compile(
    r"""
    /(?:config/?|theme\.css|robots\.txt|favicon\.ico|manifest\.json|login|logout)
    | /(?:assets|static|svelte)/.+
    | /gradio_api/(?:info/?|theme\.css|app_id/?|startup-events|login_check/?|user/?)
    | /gradio_api/(?:queue/(?:join/?|data|status)|heartbeat/[\w-]+|cancel|reset/?)
    | /gradio_api/call/(?:v2/)?(?:ask|search|article)(?:/(?:[\w-]+/?)?)?
    | /gradio_api/file=/.+
    """,
    re.VERBOSE,
)
_UPLOAD = re.compile(r"/gradio_api/upload(?:_progress)?")
TOOLS = re.compile(r"/gradio_api/mcp/?")


@dataclass(frozen=True, slots=True)
class Routes:
    """What a page needs of the server. Everything that is not named is closed.

    ``pages`` are the paths of the pages; ``uploads`` opens the upload of files, ``mcp`` the tools
    for other programs.
    """

    pages: frozenset[str] = frozenset({"/"})
    uploads: bool = False
    mcp: bool = False

    def is_page(self, path: str) -> bool:
        """Whether a path is that of a page, to which other sites may link.

        :param path: the decoded path of a request.
        :returns: True for the path of a page, with or without a slash at its end.
        """
        return path in self.pages or (path.endswith("/") and path[:-1] in self.pages)

    def is_open(self, path: str) -> bool:
        """Whether a path is served at all.

        :param path: the decoded path of a request.
        :returns: False for what the page does not need: proxies, recordings, monitoring, streams,
            component servers, run history, and whatever a newer Gradio adds.
        """
        if "\\" in path or "\0" in path or ".." in path.split("/"):
            return False
        return (
            self.is_page(path)
            or _OPEN.fullmatch(path) is not None
            or (self.uploads and _UPLOAD.fullmatch(path) is not None)
            or (self.mcp and TOOLS.fullmatch(path) is not None)
        )

    def limit(self, path: str) -> int:
        """Say how large the whole body of a request may be.

        :param path: the decoded path of a request.
        :returns: bytes.
        """
        return _UPLOAD_BYTES if _UPLOAD.fullmatch(path) else _PAGE_BYTES
