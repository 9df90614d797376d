"""The load for the HTTP API, in a process of its own: so many clients, each with a connection of its own.

`python -m bench.api_load` reads one JSON object from standard input (host, port, token, clients, seconds,
rate, people, shops) and writes one to standard output. Each client sends a payment, waits for its answer,
and sends the next; with `rate` all of them together start so many payments a second, on time, however long
answers take.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import statistics
import sys
import time
from typing import Any
from uuid import UUID

import uvloop


class Client(asyncio.Protocol):
    """One connection that pays, one payment after the other."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.transport: Any = None
        self.read = b""
        self.asked_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def pay(self, due: float | None = None) -> None:
        """Send the next payment; its wait is counted from when it was due."""
        self.asked_at = due if due is not None else time.perf_counter()
        self.transport.write(self.load.request())

    def data_received(self, data: bytes) -> None:
        self.read += data
        head, found, body = self.read.partition(b"\r\n\r\n")
        if not found:
            return
        at = head.lower().find(b"content-length: ")
        length = int(head[at + 16 : head.find(b"\r", at)] if b"\r" in head[at:] else head[at + 16 :])
        if len(body) < length:
            return
        self.read = body[length:]
        self.load.answered(self, head[9:12])


class Load:
    """All clients, and what they saw."""

    def __init__(self, asked: dict[str, object]) -> None:
        self.asked = asked
        self.random = random.Random(os.urandom(8))
        self.people: list[str] = list(asked["people"])  # type: ignore[call-overload]
        self.shops: list[str] = list(asked["shops"])  # type: ignore[call-overload]
        self.head = (
            f"POST /api/v1/payments HTTP/1.1\r\nhost: ayni\r\nauthorization: Bearer {asked['token']}\r\n"
            "content-type: application/json\r\ncontent-length: "
        ).encode()
        self.waits: list[float] = []
        self.statuses: dict[str, int] = {}
        self.until = 0.0
        self.idle: list[Client] = []
        self.late: list[float] = []

    def request(self) -> bytes:
        """A payment of somebody at some shop, under a key of its own."""
        raw = bytearray(int(time.time() * 1000).to_bytes(6, "big") + os.urandom(10))
        raw[6], raw[8] = raw[6] & 0x0F | 0x70, raw[8] & 0x3F | 0x80
        choose = self.random.choice
        body = (
            f'{{"kind":"pay","key":"{UUID(bytes=bytes(raw))}","wallet":"{choose(self.people)}",'
            f'"shop":"{choose(self.shops)}","amount_minor":10}}'
        ).encode()
        return self.head + str(len(body)).encode() + b"\r\n\r\n" + body

    def answered(self, client: Client, status: bytes) -> None:
        """Note an answer, and let the client go on."""
        now = time.perf_counter()
        self.waits.append(now - client.asked_at)
        name = status.decode()
        self.statuses[name] = self.statuses.get(name, 0) + 1
        if now >= self.until:
            return
        if "rate" not in self.asked:
            client.pay()
        elif self.late:
            client.pay(self.late.pop(0))
        else:
            self.idle.append(client)

    async def run(self) -> dict[str, object]:
        """Connect, pay for so many seconds, and say what was seen."""
        loop = asyncio.get_running_loop()
        host, port = str(self.asked["host"]), int(str(self.asked["port"]))
        clients = []
        for _ in range(int(str(self.asked["clients"]))):
            _, client = await loop.create_connection(lambda: Client(self), host, port)
            clients.append(client)
        started = time.perf_counter()
        self.until = started + float(str(self.asked["seconds"]))
        if "rate" in self.asked:
            self.idle = clients
            await self._keep_rate(float(str(self.asked["rate"])), started)
        else:
            for client in clients:
                client.pay()
            await asyncio.sleep(self.until - time.perf_counter())
        took = time.perf_counter() - started
        done = len(self.waits)
        await asyncio.sleep(1)
        cuts = statistics.quantiles(self.waits, n=100)
        waits = {"p50": cuts[49] * 1000, "p95": cuts[94] * 1000, "p99": cuts[98] * 1000}
        return {"rate": done / took, "statuses": self.statuses} | waits

    async def _keep_rate(self, rate: float, started: float) -> None:
        sent = 0
        while (now := time.perf_counter()) < self.until:
            while sent < (now - started) * rate:
                due = started + sent / rate
                sent += 1
                if self.idle:
                    self.idle.pop().pay(due)
                else:
                    self.late.append(due)
            await asyncio.sleep(0.001)


def main() -> None:
    """One run."""
    asked = json.loads(sys.stdin.read())
    print(json.dumps(uvloop.run(Load(asked).run())))


if __name__ == "__main__":
    main()
