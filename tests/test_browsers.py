"""Whose chat it is: the cookie of a browser."""

import re

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from ui.browsers import COOKIE, owner, remembering


def told(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(owner(request.headers)))


def client() -> TestClient:
    app = Starlette(routes=[Route("/", told), Route("/other", told)])
    return TestClient(remembering(app, frozenset({"/"})))


def test_a_browser_gets_a_token_once_and_is_known_by_its_hash_from_then_on() -> None:
    browser = client()
    first = browser.get("/")
    assert first.text == "None"
    attributes = first.headers["set-cookie"].split("; ")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(attributes)
    second = browser.get("/")
    assert "set-cookie" not in second.headers
    assert re.fullmatch("[0-9a-f]{64}", second.text)
    assert browser.cookies[COOKIE] not in second.text
    assert browser.get("/other").text == second.text


def test_two_browsers_are_two_owners() -> None:
    owners = set()
    for _ in range(2):
        browser = client()
        browser.get("/")
        owners.add(browser.get("/").text)
    assert len(owners) == 2


def test_only_pages_give_a_token_and_a_made_up_one_is_none() -> None:
    browser = client()
    assert "set-cookie" not in browser.get("/other").headers
    for value in ("x", "a" * 44, "a b" * 15, ""):
        headers = {"cookie": f"{COOKIE}={value}"}
        assert client().get("/other", headers=headers).text == "None"
        assert "set-cookie" in client().get("/", headers=headers).headers
