"""The address of a Redis is read whole or refused, and a refusal quotes nothing of it."""

import pytest

from bot.redis_address import BadAddress, Login, RedisAddress, read_redis_address


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://cache", RedisAddress("server", (("cache", 6379),))),
        ("redis://cache:6380/2", RedisAddress("server", (("cache", 6380),), database=2)),
        ("redis://cache?db=3", RedisAddress("server", (("cache", 6379),), database=3)),
        ("redis://[::1]:6380", RedisAddress("server", (("::1", 6380),))),
        (
            "redis://:p%40ss%2Fw%25rd@cache",
            RedisAddress("server", (("cache", 6379),), login=Login(None, "p@ss/w%rd")),
        ),
        (
            "rediss://bot:word@cache?ssl_ca_certs=/etc/ca.pem",
            RedisAddress(
                "server", (("cache", 6379),), login=Login("bot", "word"), tls=True,
                ca_file="/etc/ca.pem",
            ),
        ),
        ("unix:///run/a%20b/redis.sock", RedisAddress("server", path="/run/a b/redis.sock")),
        (
            "unix://:word@/run/redis.sock?db=1",
            RedisAddress(
                "server", path="/run/redis.sock", database=1, login=Login(None, "word")
            ),
        ),
        (
            "redis+sentinel://one,two:26380/party",
            RedisAddress("sentinel", (("one", 26379), ("two", 26380)), master="party"),
        ),
        (
            "rediss+sentinel://bot:word@one/party/4?sentinel_username=s&sentinel_password=other",
            RedisAddress(
                "sentinel", (("one", 26379),), master="party", database=4, tls=True,
                login=Login("bot", "word"), sentinel_login=Login("s", "other"),
            ),
        ),
        (
            "redis+cluster://:word@one:7000,[fe80::2]:7001,three/0",
            RedisAddress(
                "cluster", (("one", 7000), ("fe80::2", 7001), ("three", 6379)),
                login=Login(None, "word"),
            ),
        ),
    ],
)  # fmt: skip
def test_an_address_says_where_to_go(url: str, address: RedisAddress) -> None:
    assert read_redis_address(url) == address


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("cache:6379", "must begin with"),
        ("http://cache", "must begin with"),
        ("sentinel://cache/party", "must begin with"),
        ("redis://", "names no host"),
        ("redis://:hush@", "names no host"),
        ("redis://:hu/sh@cache", "in a password"),
        ("redis://:hu@sh@cache", "in a password"),
        ("redis://:hu#sh@ca#che", "in a password"),
        ("redis://cache:0", "port"),
        ("redis://cache:65536", "port"),
        ("redis://cache:hush", "port"),
        ("redis://cache/hush", "database"),
        ("redis://cache/1/2", "database"),
        ("redis://cache/-1", "database"),
        ("redis://hush,cache", "several hosts"),
        ("redis://cache?socket_timeout=60", "no other options than: db"),
        ("redis://cache?ssl_ca_certs=/hush", "no other options"),
        ("unix://", "no socket"),
        ("unix:///?db=1", "no socket"),
        ("redis+sentinel://hush,two", "must name the master"),
        ("redis+sentinel://hush,,two/party", "names no host"),
        ("redis+sentinel://hush/party/first", "database"),
        ("redis+cluster://hush/1", "has but one"),
        ("redis+cluster://hush?db=1", "no other options than: none"),
        ("redis+cluster://", "names no host"),
    ],
)
def test_a_wrong_address_is_explained_without_quoting_it(url: str, problem: str) -> None:
    with pytest.raises(BadAddress, match=problem) as refusal:
        read_redis_address(url)

    assert "hush" not in str(refusal.value)
    assert "hu" not in str(refusal.value).split()


def test_no_password_shows_where_an_address_is_printed() -> None:
    printed = repr(read_redis_address("redis+sentinel://:hush@a/b?sentinel_password=quiet"))

    assert "hush" not in printed
    assert "quiet" not in printed
