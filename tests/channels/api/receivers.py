"""A client's side of callbacks and webhooks: servers that take what is sent, or behave badly."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """What arrived, and what is answered to it."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    """Answered one after the other; then 204."""
    taken: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    location: str = ""


@contextlib.contextmanager
def receiver(*statuses: int, location: str = "") -> Iterator[Receiver]:
    """A server that answers with these statuses, then with 204."""
    noted = Receiver(statuses=list(statuses), location=location)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            noted.bodies.append(body)
            headers = {name.lower(): value for name, value in self.headers.items()}
            noted.taken.append((self.command, self.path, headers, json.loads(body)))
            self.send_response(noted.statuses.pop(0) if noted.statuses else 204)
            if noted.location:
                self.send_header("location", noted.location)
            self.send_header("content-length", "0")
            self.end_headers()

        do_PUT = do_POST = _take  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing is told."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    noted.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield noted
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def read_request(plug: socket.socket) -> bytes:
    """A whole request, whose head and body may come apart; nothing, where somebody only knocked.

    What is closed unread may take an answer away that was sent before.
    """
    plug.settimeout(30)
    read = b""
    while more := plug.recv(65_536):
        read += more
        head, found, body = read.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        if found and length is not None and len(body) >= int(length[1]):
            break
    return read


@contextlib.contextmanager
def bad_receiver(behave: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that does with each connection whatever it likes; gives its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    stopping = threading.Event()

    def run() -> None:
        while not stopping.is_set():
            with contextlib.suppress(OSError):
                plug, _ = listener.accept()
                with plug, contextlib.suppress(OSError):
                    behave(plug)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stopping.set()
        with contextlib.suppress(OSError):
            socket.create_connection(listener.getsockname(), timeout=1).close()
        listener.close()
        thread.join(5)
