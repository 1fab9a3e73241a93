"""Network guard: no test talks to another machine; connections leave this process for the loopback only."""

import ipaddress
import socket
from typing import Any

_connect = socket.socket.connect
_connect_ex = socket.socket.connect_ex
_getaddrinfo = socket.getaddrinfo


class OutsideError(Exception):
    """A test wanted to talk to another machine."""


def close() -> None:
    """Refuse every connection and look-up that leaves this machine, from now on."""
    guards = {"connect": _guarded_connect, "connect_ex": _guarded_connect_ex}
    for name, guard in guards.items():
        setattr(socket.socket, name, guard)
    socket.getaddrinfo = _guarded_getaddrinfo


def _is_here(host: object) -> bool:
    if host in (None, "", "localhost", b"localhost"):
        return True
    try:
        return ipaddress.ip_address(host.decode() if isinstance(host, bytes) else str(host)).is_loopback
    except ValueError:
        return False


def _check(family: int, address: Any) -> None:
    if family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address[0]):
        raise OutsideError(f"A test wanted to reach {address}")


def _guarded_connect(self: socket.socket, address: Any) -> None:
    _check(self.family, address)
    _connect(self, address)


def _guarded_connect_ex(self: socket.socket, address: Any) -> int:
    _check(self.family, address)
    return _connect_ex(self, address)


def _guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
    if not _is_here(host):
        raise OutsideError(f"A test wanted to look up {host}")
    return _getaddrinfo(host, *args, **kwargs)
