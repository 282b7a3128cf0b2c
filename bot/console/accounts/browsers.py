"""What a browser says it is, in a few words: for people to know their own machines by."""

_KINDS = (
    ("MicroMessenger", "WeChat"), ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_MACHINES = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("HarmonyOS", "HarmonyOS"),
    ("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


def browser_of(agent: str) -> str:
    """Kind and machine, like `Chrome, Windows`; what it does not say is left out."""
    found = (
        next((name for sign, name in signs if sign in agent), None) for signs in (_KINDS, _MACHINES)
    )
    return ", ".join(name for name in found if name)
