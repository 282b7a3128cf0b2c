"""What the pages about accounts send."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from bot.console.forms import Form, as_typed
from bot.domain.roles import Role
from bot.domain.staff import Look

Line = Annotated[str, Field(max_length=1_000, pattern=r"^[^\x00]*$")]
Typed = Annotated[str, BeforeValidator(as_typed), Field(max_length=200)]


class CodeForm(Form):
    """A code, of the authenticator or for its loss."""

    code: Line = Field(repr=False)


class PasswordForm(Form):
    """Another password for the own account."""

    password: Line = Field(repr=False)
    password_again: Line = Field(repr=False)


class InvitedForm(PasswordForm):
    """Who was invited, the code, and the password that was chosen."""

    name: Line
    code: Line = Field(repr=False)


class EndForm(Form):
    """Which sign-in ends."""

    sign_in: str = Field(pattern=r"^[0-9a-f]{64}$")


class RoleForm(Form):
    """What a colleague may do, and whose secretary it is."""

    role: Role
    unit: Typed = ""


class InviteForm(RoleForm):
    """Who is invited, and as what."""

    name: Line


class LookForm(Form):
    """How the console is shown from now on."""

    look: Look
