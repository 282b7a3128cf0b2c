"""What was sent, how often, and what came back: all that the oracle knows of the outside."""

from dataclasses import dataclass, field
from hashlib import sha256
from xml.etree import ElementTree

from bot.simulator.pushes import Push

BUSY = "正在忙"
"""How the line begins that says a store is away."""


@dataclass(frozen=True)
class Delivery:
    """One delivery of a message, by the client's clock (seconds since 1970)."""

    host: str
    began: float
    ended: float
    fault: str = ""
    """Why there is no answer; empty when there is one."""
    inner: str = ""
    """The decrypted reply; empty when nothing is said."""

    @property
    def seconds(self) -> float:
        return self.ended - self.began

    @property
    def text(self) -> str:
        return content_of(self.inner)


@dataclass
class Said:
    """A message of a member, and its deliveries in the order in which they ended."""

    push: Push
    words: str
    """What was typed; empty for an event."""
    name: str
    """What makes its key, by WeChat's rules: `m|account|openid|number`."""
    at: int
    """CreateTime."""
    deliveries: list[Delivery] = field(default_factory=list)
    afterwards: list[str] = field(default_factory=list)
    """What became of deliveries that had no answer in time: `status 503` when the host let go."""

    @property
    def openid(self) -> str:
        return self.push.openid

    @property
    def key(self) -> bytes:
        return sha256(self.name.encode()).digest()

    @property
    def awaits(self) -> bool:
        """Whether a person waits for words."""
        return "|unsubscribe|" not in self.name

    @property
    def replies(self) -> list[Delivery]:
        """The deliveries that got a final answer: not those told that we are busy."""
        return [
            each for each in self.deliveries if not each.fault and not each.text.startswith(BUSY)
        ]

    @property
    def answer(self) -> str:
        """What the member read; empty when there was nothing to read."""
        return next((each.text for each in self.deliveries if not each.fault), "")

    @property
    def unanswered(self) -> bool:
        """Whether all deliveries were in vain."""
        heard = [each for each in self.deliveries if not each.fault]
        return not heard or (self.awaits and not any(each.inner for each in heard))

    @property
    def busy(self) -> bool:
        """Whether the member was told that we are busy, and to try again."""
        return not self.replies and self.answer.startswith(BUSY)


def content_of(inner: str) -> str:
    """The words of a reply's inner XML."""
    return ElementTree.fromstring(inner).findtext("Content", "") if inner else ""


def recipient_of(inner: str) -> str:
    """To whom a reply's inner XML is addressed."""
    return ElementTree.fromstring(inner).findtext("ToUserName", "")
