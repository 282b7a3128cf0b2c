"""No test speaks to another machine: who tries fails, whatever would have caught the error."""

import ipaddress
import socket
from typing import Any

import pytest

_connect = socket.socket.connect


def is_here(address: Any) -> bool:
    """Whether a socket's address is one of this machine: a path, or a loopback address."""
    if not isinstance(address, tuple):
        return True
    try:
        return ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return str(address[0]) == "localhost"


def _connect_here(self: socket.socket, address: Any) -> None:
    if not is_here(address):
        pytest.fail(f"A connection to {address} was tried.")
    _connect(self, address)


socket.socket.connect = _connect_here  # type: ignore[assignment,method-assign]
