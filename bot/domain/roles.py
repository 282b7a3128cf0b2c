"""The roles of colleagues."""

from enum import StrEnum


class Role(StrEnum):
    """What a colleague may do.

    Owners do everything, organisers everything but the accounts of their colleagues; moderators
    decide what members wrote, editors keep the questions, secretaries see their own unit with all
    below it and nothing else, viewers look, judges see the entries they were given to mark.
    """

    OWNER = "owner"
    ORGANISER = "organiser"
    MODERATOR = "moderator"
    EDITOR = "editor"
    SECRETARY = "secretary"
    VIEWER = "viewer"
    JUDGE = "judge"


EDITING = frozenset({Role.OWNER, Role.ORGANISER, Role.EDITOR})
"""Who keeps the bank of questions."""
