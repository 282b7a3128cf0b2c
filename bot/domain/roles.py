"""The roles of colleagues."""

from enum import StrEnum


class Role(StrEnum):
    """What a colleague may do.

    Owners and organisers do everything, moderators decide what members wrote, editors keep the
    questions, viewers look.
    """

    OWNER = "owner"
    ORGANISER = "organiser"
    MODERATOR = "moderator"
    EDITOR = "editor"
    VIEWER = "viewer"
