"""The empty view: what the server and Flask cost before anybody thinks."""

from flask import Flask


def create_app() -> Flask:
    """The application."""
    app = Flask("empty", static_folder=None)

    @app.post("/wechat")
    def receive() -> str:
        return "success"

    return app
