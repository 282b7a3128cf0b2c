"""What happened, as the page draws it: plain facts for JSON, sentences included."""

from urllib.parse import urlencode

from bot.simulator import wording
from bot.simulator.account import Account
from bot.simulator.answers import Answer, BadAnswer, PageLink, Part, Tap, Words, parse
from bot.simulator.chats import Chat, Exchange
from bot.simulator.delivery import LIMIT, Attempt, Delivery

Facts = dict[str, object]


def member_facts(chat: Chat) -> Facts:
    member = chat.member
    return {
        "number": member.number,
        "name": member.name,
        "unit": member.unit,
        "scene": member.scene,
        "following": chat.following,
    }


def exchange_facts(exchange: Exchange, account: Account) -> Facts:
    """Everything the chat and the pane beside it show of one exchange."""
    delivery = exchange.delivery
    answer = delivery.answer
    return {
        "number": exchange.number,
        "first": exchange.first,
        "kind": exchange.act.kind,
        "words": exchange.act.words,
        "at": exchange.at,
        "identical": exchange.identical,
        "reply": _reply(answer) if answer else None,
        "outage": wording.OUTAGE if answer is None else "",
        "why": wording.WHY[delivery.last.flaw] if delivery.last.flaw else "",
        "attempts": [_attempt(attempt) for attempt in exchange.attempts],
        "sent": {"plain": delivery.push.xml, "wire": _request(delivery)},
        "received": {"plain": answer.xml if answer else "", "wire": _response(delivery)},
        "signature": _signature(delivery, account),
    }


def _reply(answer: Answer) -> Facts:
    parts = [_part(part) for part in answer.parts]
    return {"kind": answer.kind, "size": answer.size, "parts": parts}


def _part(part: Part) -> Facts:
    match part:
        case Words(words):
            return {"kind": "words", "words": words}
        case Tap(label, sends, menu_id):
            return {"kind": "tap", "words": label, "sends": sends, "menuId": menu_id}
        case PageLink(label, address):
            return {"kind": "page", "words": label, "address": address}


def _attempt(attempt: Attempt) -> Facts:
    return {
        "number": attempt.number,
        "milliseconds": round(attempt.seconds * 1000),
        "share": min(attempt.seconds / LIMIT, 1.2),
        "status": attempt.status or wording.NO_STATUS,
        "outcome": _outcome(attempt),
        "fine": attempt.flaw is None,
    }


def _outcome(attempt: Attempt) -> str:
    if attempt.flaw:
        return wording.WHY[attempt.flaw]
    silent = attempt.answer is None or attempt.answer.kind == "silence"
    return wording.SILENT if silent else wording.FINE


def _request(delivery: Delivery) -> str:
    query = urlencode(delivery.sealed.query)
    return f"POST /wechat?{query}\n\n{delivery.sealed.body.decode()}"


def _response(delivery: Delivery) -> str:
    status = delivery.last.status
    return f"HTTP {status}\n\n{delivery.last.body.decode(errors='replace')}" if status else ""


def _signature(delivery: Delivery, account: Account) -> Facts:
    """The parts of both signatures by their names; the token itself is nobody's to show."""
    push = delivery.sealed.query | {"mode": account.mode, "app_id": account.app_id}
    push["encrypt"] = _element(delivery.sealed.body, "Encrypt")
    names = ("TimeStamp", "Nonce", "Encrypt", "MsgSignature")
    return {"push": push, "reply": {name: _element(delivery.last.body, name) for name in names}}


def _element(body: bytes, name: str) -> str:
    try:
        return parse(body).findtext(name, "")
    except BadAnswer:
        return ""
