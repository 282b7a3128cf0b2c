"""A moderator's browser: it keeps the cookie and sends the forms that the pages show."""

import re
from html import unescape
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

TOKEN = re.compile(r'name="form_token" value="([0-9a-f]{64})"')
TRIAL_CODE = re.compile(r"data-trial-code>(\d{6})<")


class Browser:
    """What one person does in one browser, from one address."""

    def __init__(self, app: Flask, address: str = "192.0.2.7", scheme: str = "http") -> None:
        self.client = app.test_client()
        self._token: tuple[str | None, str] | None = None
        self._options: dict[str, Any] = {
            "environ_base": {"REMOTE_ADDR": address},
            "base_url": f"{scheme}://localhost",
        }

    def open(self, path: str, method: str, fields: dict[str, Any] | None = None) -> TestResponse:
        """Any request; a file is read to its end."""
        return self.client.open(path, method=method, data=fields, buffered=True, **self._options)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, **(self._options | options))

    def post(self, path: str, fields: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """Send a form as a page of this browser would: with its token."""
        return self.post_bare(path, {"form_token": self.form_token(), **(fields or {})}, **options)

    def post_bare(self, path: str, fields: dict[str, Any], **options: Any) -> TestResponse:
        """Send a form with these fields and no others."""
        return self.client.post(path, data=fields, **(self._options | options))

    def form_token(self) -> str:
        """The token of a form on a page that this browser may see; it lasts as the cookie does."""
        if self._token is None or self._token[0] != self.cookie:
            # The page that is made quickest.
            page = self.get("/admin/invited")
            found = TOKEN.search(page.text)
            assert found, "a page without a form"
            self._token = self.cookie, found[1]
        return self._token[1]

    def sign_in(self, name: str, password: str, **options: Any) -> TestResponse:
        fields = {"name": name, "password": password}
        return self.post("/admin/sign-in", fields, **options)

    def take_second_step(self) -> TestResponse:
        """Type the code that the pages of a trial show; with it an authenticator is set up."""
        page = self.get("/admin", follow_redirects=True)
        code = TRIAL_CODE.search(page.text)
        assert code, "a page without a code"
        return self.post(page.request.path, {"code": code[1]})

    @property
    def cookie(self) -> str | None:
        for name in ("sibian", "__Host-sibian"):
            if found := self.client.get_cookie(name):
                return found.value
        return None


def text_of(response: TestResponse) -> str:
    """What a reader of the page sees, on one line."""
    body = re.sub(r"<head>.*?</head>", "", response.text, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())
