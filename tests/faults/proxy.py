"""A wire that can be cut: between a client and a server, between a server and PostgreSQL."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator


class Proxy:
    """Passes bytes on, until it is told to lose an answer."""

    def __init__(self, upstream: tuple[str, int] | str) -> None:
        self._upstream = upstream
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lose_at: int | None = None
        self._lock = threading.Lock()
        self.lost = 0
        self._plugs: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._run, daemon=True)]
        self._threads[0].start()

    def lose_answer(self, number: int = 1) -> None:
        """The so-manieth piece of an answer from now on is lost, and its connection with it."""
        with self._lock:
            self._lose_at = number

    def calm(self) -> None:
        """Lose nothing more."""
        with self._lock:
            self._lose_at = None

    def close(self) -> None:
        """Cut everything."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for plug in self._plugs:
            with contextlib.suppress(OSError):
                plug.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        for plug in self._plugs:
            plug.close()

    def _run(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if isinstance(self._upstream, str):
                    far = socket.socket(socket.AF_UNIX)
                    far.connect(self._upstream)
                else:
                    far = socket.create_connection(self._upstream)
                self._plugs += [near, far]
                for one, other, answers in ((near, far, False), (far, near, True)):
                    thread = threading.Thread(target=self._pass, args=(one, other, answers), daemon=True)
                    self._threads.append(thread)
                    thread.start()

    def _pass(self, one: socket.socket, other: socket.socket, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65_536):
                if answers and self._is_lost():
                    break
                other.sendall(data)
        for plug in (one, other):
            with contextlib.suppress(OSError):
                plug.shutdown(socket.SHUT_RDWR)

    def _is_lost(self) -> bool:
        with self._lock:
            if self._lose_at is None:
                return False
            self._lose_at -= 1
            if self._lose_at > 0:
                return False
            self._lose_at = None
            self.lost += 1
            return True


@contextlib.contextmanager
def proxy(upstream: tuple[str, int] | str) -> Iterator[Proxy]:
    """A wire to a TCP address, or to a socket in the file system."""
    wire = Proxy(upstream)
    try:
        yield wire
    finally:
        wire.close()
