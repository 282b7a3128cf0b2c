"""A service with all its settings as they should be, in a folder of its own."""

from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings

SECRET = "pT3v-9aXq7LmZ0cRkWd8sYbE5uHn2JfGxV6tQoiC"
GOOD: dict[str, Any] = {
    "env": "production",
    "secret_key": SECRET,
    "public_url": "https://dangxiao.kunshan.gov.cn",
    "wechat_token": "Tq7LmZ0cRkWd8sYbE5uH",
    "wechat_app_id": "wx0123456789abcdef",
    "wechat_account": "gh_0123456789ab",
    "wechat_aes_key": "Qm7xVd2RtYkB9pLw0ZsHn4JcEu6Fa1GiTy5NcWq8XrP",
}


def settings(**changes: Any) -> Settings:
    """The settings of a service that is well, but for the changes."""
    return Settings(_env_file=None, **(GOOD | changes))


@pytest.fixture
def at_home(tmp_path: Path) -> Settings:
    """Settings of a service whose data folder is there."""
    return settings(data_dir=tmp_path, database_url=f"sqlite:///{tmp_path / 'sibian.db'}")
