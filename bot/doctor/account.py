"""The official account: what WeChat's console and our settings must agree on."""

import ipaddress
import re
import socket
from urllib.parse import urlsplit

import requests

from bot.doctor.finding import Finding, bad, good, note
from bot.doctor.machine import looks_typed
from bot.settings import Settings

_PATIENCE = 10
_SHORT_TOKEN = 16
_NAMES_OF_NOBODY = ("localhost", ".local", ".internal", ".example", ".test", "example.com")


def public_url(settings: Settings) -> Finding:
    """Whether members' links lead to us, as far as an address tells."""
    url = settings.public_url
    if not url:
        return note("public_url", "empty")
    parts = urlsplit(url)
    if not _is_public(parts.hostname or ""):
        return bad("public_url", "odd", url=url)
    if parts.scheme != "https":
        return bad("public_url", "plain", url=url)
    if parts.path.strip("/") or parts.query:
        return bad("public_url", "slash", url=url)
    return good("public_url", url=url)


def _is_public(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "." in host and not host.endswith(_NAMES_OF_NOBODY)
    return False


def online(settings: Settings) -> Finding | None:
    """Whether we are reached at our public address; asks nobody else."""
    if not settings.public_url:
        return None
    url = f"{settings.address}/healthz/live"
    try:
        answer = requests.get(url, timeout=_PATIENCE, allow_redirects=False)
    except requests.RequestException as error:
        host = urlsplit(url).hostname or ""
        if not _resolves(host):
            return bad("online", "unresolved", host=host)
        return bad("online", "failed", url=url, error=type(error).__name__)
    if answer.status_code != 200 or answer.text.strip() != "live":
        return bad("online", "other", url=url)
    return good("online")


def _resolves(host: str) -> bool:
    try:
        return bool(socket.getaddrinfo(host, None))
    except OSError:
        return False


def mode(settings: Settings) -> Finding:
    """Whether messages are signed with their contents."""
    if settings.wechat_mode != "secure":
        return note("mode", "open", mode=settings.wechat_mode)
    return good("mode")


def token(settings: Settings) -> Finding:
    """Whether WeChat takes the token, and nobody guesses it."""
    words = settings.wechat_token.get_secret_value()
    if not re.fullmatch(r"[A-Za-z0-9]+", words):
        return bad("token", "odd")
    return note("token", "short") if len(words) < _SHORT_TOKEN else good("token")


def aes_key(settings: Settings) -> Finding:
    """Whether the keys of the messages are WeChat's; their form was checked at the start."""
    now = settings.wechat_aes_key.get_secret_value()
    before = settings.wechat_aes_key_previous.get_secret_value()
    if not now:
        return note("aes_key", "none")
    if looks_typed(now):
        return bad("aes_key", "weak")
    if before:
        return note("aes_key", "same" if before == now else "changing")
    return good("aes_key")


def app_id(settings: Settings) -> Finding:
    """Whether it looks like one."""
    words = settings.wechat_app_id
    if not re.fullmatch(r"wx[0-9a-f]{16}", words):
        return bad("app_id", "odd", app_id=words)
    return good("app_id", app_id=words)


def account(settings: Settings) -> Finding:
    """Whether pushes for another account would be noticed."""
    words = settings.wechat_account
    if not words:
        return note("account", "none")
    if not re.fullmatch(r"gh_[0-9a-f]{12}", words):
        return bad("account", "odd", account=words)
    return good("account", account=words)


def sign_in(settings: Settings) -> Finding:
    """Whether the ballot page asks WeChat who opens it, and what WeChat must know for that."""
    if not settings.wechat_sign_in:
        return good("sign_in", "off")
    if not settings.public_url:
        return bad("sign_in", "nowhere")
    return good("sign_in", domain=urlsplit(settings.address).hostname or "")
