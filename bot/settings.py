"""The settings: read once from the environment, checked as a whole, never changed."""

import re
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.maintenance import Hours, read_hours
from bot.redis_address import read_redis_address

Mode = Literal["secure", "compatible", "plain"]

_AES_KEY = re.compile(r"[A-Za-z0-9]{43}")
_EXAMPLES = frozenset({"", "changeme", "secret", "token", "your-token"})


class BadSettings(Exception):
    """Some settings are wrong; `problems` has a line for each, names but never values."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Settings(BaseSettings):
    """Every setting of the service, `BOT_...` in the environment or in the `.env` file."""

    model_config = SettingsConfigDict(
        env_prefix="BOT_", env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    env: Literal["development", "production"] = "production"
    secret_key: SecretStr = Field(min_length=32)
    """Keys every keyed hash: member keys, sessions, receipts. Changing it cuts all links."""
    database_url: SecretStr = SecretStr("sqlite:///var/sibian.db")
    redis_url: SecretStr = SecretStr("")
    """Empty: no Redis at all. Everything works, the standings are a little dearer."""
    data_dir: Path = Path("var")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    metrics_port: int = Field(default=0, ge=0, le=65535)
    workers: int = Field(default=2, ge=1, le=64)
    threads: int = Field(default=8, ge=1, le=256)
    public_url: str = ""
    """The https address under which members reach us, without a slash at the end."""
    wechat_mode: Mode = "secure"
    wechat_token: SecretStr = Field(min_length=3, max_length=32)
    wechat_app_id: str = Field(min_length=4, max_length=64)
    wechat_app_secret: SecretStr = SecretStr("")
    wechat_aes_key: SecretStr = SecretStr("")
    wechat_aes_key_previous: SecretStr = SecretStr("")
    wechat_account: str = ""
    """The account's own id (gh_...); when set, pushes for another account are refused."""
    wechat_api_base: str = "https://api.weixin.qq.com"
    wechat_open_base: str = "https://open.weixin.qq.com"
    wechat_sign_in: bool = False
    """Whether the ballot page asks WeChat who opens it: certified service accounts may, once our
    address is entered with WeChat as a domain of web authorisation."""
    maintenance: str = ""
    """Within these hours (begin/end, China's time) members are told so and nothing is taken."""

    @field_validator("redis_url")
    @classmethod
    def _leads_to_redis(cls, url: SecretStr) -> SecretStr:
        if url.get_secret_value():
            read_redis_address(url.get_secret_value())
        return url

    @field_validator("maintenance")
    @classmethod
    def _names_hours(cls, words: str) -> str:
        if words:
            read_hours(words)
        return words

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        problems = [*self._wrong_keys(), *self._unfit_for_production()]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _wrong_keys(self) -> list[str]:
        wrong = []
        if self.wechat_token.get_secret_value().lower() in _EXAMPLES:
            wrong.append("BOT_WECHAT_TOKEN is an example value")
        current = self.wechat_aes_key.get_secret_value()
        previous = self.wechat_aes_key_previous.get_secret_value()
        if (current or self.wechat_mode != "plain") and not _AES_KEY.fullmatch(current):
            wrong.append("BOT_WECHAT_AES_KEY must be 43 letters and digits")
        if previous and not _AES_KEY.fullmatch(previous):
            wrong.append("BOT_WECHAT_AES_KEY_PREVIOUS must be 43 letters and digits")
        if self.wechat_sign_in and not self.wechat_app_secret.get_secret_value():
            wrong.append("BOT_WECHAT_SIGN_IN needs BOT_WECHAT_APP_SECRET")
        return wrong

    def _unfit_for_production(self) -> list[str]:
        if self.env != "production":
            return []
        wrong = []
        if self.wechat_mode != "secure":
            wrong.append("BOT_WECHAT_MODE must be secure in production")
        if not self.public_url.startswith("https://"):
            wrong.append("BOT_PUBLIC_URL must begin with https:// in production")
        return wrong

    @property
    def closed(self) -> Hours | None:
        """The hours of maintenance, if there are any."""
        return read_hours(self.maintenance) if self.maintenance else None

    @property
    def address(self) -> str:
        """Where members' links lead: the public address, else this machine's own."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


def read_settings() -> Settings:
    """The settings of this process.

    Raises BadSettings with all that is wrong at once; no message carries a value.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise BadSettings([_problem(dict(e)) for e in error.errors()]) from None


def _problem(error: dict[str, object]) -> str:
    where = error["loc"]
    name = f"BOT_{str(where[0]).upper()}: " if isinstance(where, tuple) and where else ""
    return name + str(error["msg"]).removeprefix("Value error, ")
