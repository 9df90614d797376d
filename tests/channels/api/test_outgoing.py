"""What we send to addresses that others name: it arrives, or nothing of ours is reached by it."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from ayni.channels.api import outgoing
from ayni.channels.api.errors import BadAddress, NotTaken
from tests.channels.api.conftest import HERE
from tests.channels.api.receivers import bad_receiver, read_request, receiver


def test_what_is_sent_arrives_once() -> None:
    with receiver() as taker:
        outgoing.deliver("PUT", f"{taker.url}/told?x=1", b'{"a": 1}', {"x-date": "now"}, HERE)
    ((method, path, headers, body),) = taker.taken
    assert (method, path, body) == ("PUT", "/told?x=1", {"a": 1})
    assert headers["host"] == taker.url.removeprefix("http://")
    assert headers["content-type"] == "application/json"
    assert headers["x-date"] == "now"


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 500, 503])
def test_what_is_not_taken_is_told(status: int) -> None:
    with (
        receiver() as elsewhere,
        receiver(status, location=elsewhere.url) as taker,
        pytest.raises(NotTaken, match=str(status)),
    ):
        outgoing.deliver("POST", taker.url, b"{}", {}, HERE)
    assert len(taker.taken) == 1
    assert elsewhere.taken == [], "a redirect is not followed"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://0/",
        "http://0.0.0.0:80/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://localhost/",
        "http://localhost:5432/",
        "http://10.0.0.1/",
        "http://172.16.3.4/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://100.64.0.1/",
        "http://224.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[fe80::1]/",
        "http://[fd00::1]/",
        "http://[64:ff9b::7f00:1]/",
    ],
)
def test_a_private_network_is_never_reached(url: str) -> None:
    with pytest.raises((BadAddress, NotTaken)):
        outgoing.deliver("PUT", url, b"{}", {})


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "/path",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "http://",
        "http:///path",
        "http://user@example.org/",
        "http://user:secret@example.org/",
        "http://example.org/#part",
        "http://example.org:99999/",
        "http://example.org:x/",
        "http://[::1/",
        "http://exa mple.org/",
        "http://example.org/\r\nx: y",
        "http://example.org/\x00",
        "http://exämple.org/",
        "http://example.org/" + "x" * 3_000,
    ],
)
def test_what_is_no_public_address_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(BadAddress):
        outgoing.read_address(url)


def test_a_name_that_leads_into_a_private_network_is_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when one of its addresses is public: whichever was tried might be the other."""

    def two(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 80)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7", 80)),
        ]

    monkeypatch.setattr(socket, "getaddrinfo", two)
    with pytest.raises(BadAddress):
        outgoing.deliver("PUT", "http://two-faced.example/", b"{}", {})


def test_a_name_that_leads_nowhere_is_told() -> None:
    with pytest.raises(NotTaken):
        outgoing.deliver("PUT", "http://no-such-name.invalid/", b"{}", {})


def test_nobody_there_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NotTaken):
        outgoing.deliver("PUT", f"http://127.0.0.1:{port}/", b"{}", {}, HERE)


def test_an_answer_without_an_end_is_not_read_to_it() -> None:
    sent, cut_off = [], threading.Event()

    def endless(plug: socket.socket) -> None:
        if not read_request(plug):
            return
        plug.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n")
        try:
            while len(sent) < 10_000:
                plug.sendall(b"x" * 65_536)
                sent.append(65_536)
        except OSError:
            cut_off.set()

    with bad_receiver(endless) as url:
        outgoing.deliver("PUT", url, b"{}", {}, HERE)
        assert cut_off.wait(30), "it was hung up on"
    assert len(sent) < 1_000, "after what lay in buffers"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"hello\r\n\r\n",
        b"HTTP/1.1 999999 X\r\n\r\n",
        b"\x00" * 100,
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 5_000,
    ],
)
def test_an_answer_that_is_none_is_told(answer: bytes) -> None:
    def lie(plug: socket.socket) -> None:
        read_request(plug)
        plug.sendall(answer)

    with bad_receiver(lie) as url, pytest.raises(NotTaken):
        outgoing.deliver("PUT", url, b"{}", {}, HERE)


def test_an_answer_that_comes_drop_by_drop_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "_IN_ALL_SECONDS", 0.5)

    def drip(plug: socket.socket) -> None:
        read_request(plug)
        for byte in b"HTTP/1.1 200 OK" + b"y" * 200:
            plug.sendall(bytes([byte]))
            time.sleep(0.05)

    with bad_receiver(drip) as url, pytest.raises(NotTaken):
        outgoing.deliver("PUT", url, b"{}", {}, HERE)


def test_one_who_says_nothing_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "_READ_SECONDS", 0.3)

    def silent(plug: socket.socket) -> None:
        read_request(plug)
        plug.settimeout(3)
        plug.recv(1)

    with bad_receiver(silent) as url, pytest.raises(NotTaken):
        outgoing.deliver("PUT", url, b"{}", {}, HERE)
