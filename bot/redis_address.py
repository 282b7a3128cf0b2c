"""Where a Redis is: one server, sentinels that know which server, or the nodes of a cluster."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl, unquote

Kind = Literal["server", "sentinel", "cluster"]

_KINDS: Mapping[str, Kind] = {
    "redis": "server",
    "rediss": "server",
    "unix": "server",
    "redis+sentinel": "sentinel",
    "rediss+sentinel": "sentinel",
    "redis+cluster": "cluster",
    "rediss+cluster": "cluster",
}
_PARTS = re.compile(r"([a-z+]+)://(?:([^@/]*)@)?([^/?]*)([^?]*)(?:\?(.*))?", re.DOTALL)
_PORTS: Mapping[Kind, int] = {"server": 6379, "sentinel": 26379, "cluster": 6379}
_ESCAPED = "in a password, / @ % are written %2F %40 %25"


class BadAddress(ValueError):
    """What is wrong with an address; says nothing of what stands in it."""


@dataclass(frozen=True)
class Login:
    """How we introduce ourselves to a server; no password, no introduction."""

    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class RedisAddress:
    """An address, read and found whole."""

    kind: Kind
    hosts: tuple[tuple[str, int], ...] = ()
    path: str = ""
    """Of a Unix socket, in place of the hosts."""
    master: str = ""
    """The name under which the sentinels know the server."""
    database: int = 0
    login: Login = Login()
    sentinel_login: Login = Login()
    tls: bool = False
    ca_file: str | None = None


def read_redis_address(url: str) -> RedisAddress:
    """What the address says. Raises BadAddress.

    Hosts are divided by commas; the name of the master, then the database, follow as a path:
    redis+sentinel://user:password@one:26379,two:26379/mymaster/0?sentinel_password=other
    """
    found = _PARTS.fullmatch(url)
    kind = _KINDS.get(found[1]) if found else None
    if found is None or kind is None:
        raise BadAddress(f"must begin with {', '.join(f'{scheme}://' for scheme in _KINDS)}")
    scheme, login, hosts, path, query = found.groups(default="")
    options = _options(query, scheme, kind)
    socket = _socket(path) if scheme == "unix" else ""
    master, database = ("", "") if socket else _named(path, kind)
    return RedisAddress(
        kind,
        hosts=() if socket else _hosts(hosts, kind),
        path=socket,
        master=master,
        database=_number(database or options.get("db") or "0", "database", range(2**31)),
        login=_login(login),
        sentinel_login=Login(options.get("sentinel_username"), options.get("sentinel_password")),
        tls=scheme.startswith("rediss"),
        ca_file=options.get("ssl_ca_certs"),
    )


def _options(query: str, scheme: str, kind: Kind) -> dict[str, str]:
    # Whatever else the client would take from an address, time-outs above all, is ours to set.
    known = {"server": {"db"}, "sentinel": {"sentinel_username", "sentinel_password"}}
    allowed = known.get(kind, set()) | ({"ssl_ca_certs"} if scheme.startswith("rediss") else set())
    options = dict(parse_qsl(query, keep_blank_values=True))
    if options.keys() - allowed:
        raise BadAddress(f"may carry no other options than: {', '.join(sorted(allowed)) or 'none'}")
    return options


def _socket(path: str) -> str:
    if not path.strip("/"):
        raise BadAddress("names no socket, as unix:///run/redis.sock does")
    return unquote(path)


def _named(path: str, kind: Kind) -> tuple[str, str]:
    """The name of the master, and the number of the database."""
    named = unquote(path).strip("/")
    if kind == "sentinel":
        master, _, database = named.partition("/")
        if not master:
            raise BadAddress("must name the master, as redis+sentinel://one,two/mymaster does")
        return master, database
    if kind == "cluster" and named not in ("", "0"):
        raise BadAddress("can name no database: a cluster has but one")
    return "", named


def _hosts(text: str, kind: Kind) -> tuple[tuple[str, int], ...]:
    hosts = tuple(_host(host, kind) for host in text.split(","))
    if kind == "server" and len(hosts) > 1:
        raise BadAddress("names several hosts: that takes redis+sentinel:// or redis+cluster://")
    return hosts


def _host(text: str, kind: Kind) -> tuple[str, int]:
    found = re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[^\[\]:@\s#]+)(?::(.*))?", text)
    if found is None:
        raise BadAddress(f"names no host where one should stand; {_ESCAPED}")
    port = _number(found[2] or str(_PORTS[kind]), "port", range(1, 65536))
    return found[1].strip("[]"), port


def _number(text: str, name: str, allowed: range) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", text) or int(text) not in allowed:
        raise BadAddress(f"has a {name} that is none; {_ESCAPED}")
    return int(text)


def _login(text: str) -> Login:
    user, _, password = text.partition(":")
    return Login(unquote(user) or None, unquote(password) or None)
