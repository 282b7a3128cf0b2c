"""Moodle's path of a category: of it, the last part is our topic."""

import re

COURSE = "$course$"
_BETWEEN = re.compile("(?<!/)/(?!/)")


def topic_of(path: str) -> str:
    """The topic that the path leads to."""
    below = path.strip().removeprefix(COURSE).removeprefix("/")
    return _BETWEEN.split(below)[-1].replace("//", "/").strip()


def path_to(topic: str) -> str:
    """The path of a topic."""
    return f"{COURSE}/{topic.replace('/', '//')}"
