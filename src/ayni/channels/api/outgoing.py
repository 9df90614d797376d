"""Requests of ours to a client's address: to public addresses only, and in little time.

Whoever names an address would like us to reach what they cannot. So the name is resolved once, every address
must be public, and exactly that address is connected to; redirects are not followed, and no answer is read to
its end.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException
from ipaddress import IPv4Network, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from ayni.channels.api.errors import BadAddress, NotTaken

Networks = Sequence[IPv4Network | IPv6Network]
_MOST_LONG = 2_000
_CONNECT_SECONDS, _READ_SECONDS, _IN_ALL_SECONDS = 5, 10, 20
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Address:
    """Where something is to be delivered. It may hold a key of the client's, and hides from `repr`."""

    parts: SplitResult = field(repr=False)
    host: str = field(repr=False)
    port: int

    @property
    def path(self) -> str:
        """What is asked for there."""
        path = self.parts.path or "/"
        return f"{path}?{self.parts.query}" if self.parts.query else path


def read_address(url: str, networks: Networks = ()) -> Address:
    """An address of a client's, as far as it can be judged without looking it up. Raises BadAddress."""
    if len(url) > _MOST_LONG or not url.isascii() or not url.isprintable() or " " in url:
        raise BadAddress(reason=f"it has at most {_MOST_LONG} signs that can be printed, and no blank")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise BadAddress(reason="it is no URL") from None
    if parts.scheme not in _PORTS or not host:
        raise BadAddress(reason="it begins with https:// or http:// and a host")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise BadAddress(reason="it has no user, no password and no fragment")
    try:
        literal = ip_address(host)
    except ValueError:
        literal = None
    if literal is not None:
        _check_public(str(literal), networks)
    return Address(parts, host, port or _PORTS[parts.scheme])


def read_address_of_events(url: str, networks: Networks = ()) -> Address:
    """The same, for what tells of people's money: encrypted, or into a network that the operator named.

    Raises BadAddress.
    """
    address = read_address(url, networks)
    if address.parts.scheme == "http" and not _is_inside(address.host, networks):
        raise BadAddress(reason="events are told over https:// only")
    return address


def _is_inside(host: str, networks: Networks) -> bool:
    try:
        found = ip_address(host)
    except ValueError:
        return False
    return any(found.version == network.version and found in network for network in networks)


def _check_public(address: str, networks: Networks) -> None:
    found = ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    judged = mapped or found
    if _is_inside(str(judged), networks):
        return
    if not judged.is_global or judged.is_multicast:
        raise BadAddress(reason="it leads into a private network")


def deliver(method: str, url: str, body: bytes, headers: Mapping[str, str], networks: Networks = ()) -> None:
    """Deliver a body; done when the other side answers with 2xx. Raises BadAddress, NotTaken."""
    address = read_address(url, networks)
    connection = _connect(address, _resolve(address, networks))
    # Each wait has its limit, and so have all of them together: an answer may come drop by drop.
    cut = threading.Timer(_IN_ALL_SECONDS, _cut, [connection])
    cut.start()
    try:
        default = address.port == _PORTS[address.parts.scheme]
        host = f"[{address.host}]" if ":" in address.host else address.host
        told = {"host": host if default else f"{host}:{address.port}", "content-type": "application/json"}
        connection.request(
            method, address.path, body=body, headers=told | dict(headers), preload_content=False
        )
        status = connection.getresponse().status
    except (HTTPError, HTTPException, OSError, ValueError) as error:
        raise NotTaken(reason=f"it was not reached ({type(error).__name__})") from error
    finally:
        cut.cancel()
        connection.close()
    if not 200 <= status < 300:
        raise NotTaken(reason=f"it answered {status}")


def _resolve(address: Address, networks: Networks) -> str:
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotTaken(reason="its name leads nowhere") from error
    addresses = [str(one[4][0]) for one in found]
    for one in addresses:
        _check_public(one, networks)
    return addresses[0]


def _connect(address: Address, resolved: str) -> HTTPConnection:
    timeout = float(_READ_SECONDS)
    if address.parts.scheme == "http":
        return HTTPConnection(resolved, address.port, timeout=timeout)
    return HTTPSConnection(
        resolved,
        address.port,
        timeout=timeout,
        server_hostname=address.host,
        assert_hostname=address.host,
        ssl_context=ssl.create_default_context(),
    )


def _cut(connection: HTTPConnection) -> None:
    if connection.sock is not None:
        try:
            connection.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return
