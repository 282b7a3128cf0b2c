"""The port for those who run the service: its figures, and how well it is. Never for the public."""

import json
import socket
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bot import metrics
from bot.health import Health, accepts

Answer = tuple[str, bytes]
"""A content type and a body."""


def show(listener: socket.socket, pages: dict[str, Callable[[], Answer]]) -> None:
    """Answer at this socket, for ever; each page is made when it is asked for."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 5
        server_version, sys_version = "Sibian", ""

        def do_GET(self) -> None:
            page = pages.get(self.path)
            if page is None:
                self.send_error(404)
                return
            kind, body = page()
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: whoever scrapes comes every few seconds."""

    server = ThreadingHTTPServer(("", 0), Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = listener
    server.serve_forever()


def figures(folder: Path) -> Answer:
    """The figures of all processes."""
    return "text/plain; version=0.0.4; charset=utf-8", metrics.page(folder)


def condition(folder: Path, health: Health, closing: bool, has_redis: bool) -> Answer:
    """What the readiness check keeps to itself."""
    revision = health.revision()
    resting = metrics.figure(folder, "wx_redis_breaker_open")
    report = {
        "ready": accepts(revision) and not closing,
        "closing": closing,
        "database": "unreachable" if revision is None else "ok",
        "schema": revision,
        "redis": ("degraded" if resting else "ok") if has_redis else "none",
    }
    return "application/json", json.dumps(report).encode() + b"\n"
