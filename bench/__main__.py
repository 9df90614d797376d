"""`python -m bench`: measures everything and writes docs/benchmarks.md."""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import tempfile
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psycopg

from ayni.app import MODULES, load_country
from ayni.foundation.db import Database
from ayni.foundation.embedded import EmbeddedServer
from ayni.foundation.migrate import migrate
from bench.api import api_section
from bench.disbursement import disbursement
from bench.ledger_bench import ONE_TRANSFER, Bench, group_commit, pgbench
from bench.linkage import linkage
from bench.measure import figure, in_turn, machine, ratio
from bench.registry import registry_section
from bench.wallet import wallet_section
from bench.welfare import welfare_section

TARGET = Path(__file__).parent.parent / "docs" / "benchmarks.md"
CYCLE = "## A cycle, end to end"
_GOALS = {8_000: 0.6, 1_000: 0.45}


def _batches(bench: Bench, sizes: tuple[int, ...]) -> list[str]:
    lines = [
        "## Batches",
        "",
        "Transfers per second, median (least–most) of seven rounds in turn, one commit a batch, and the",
        "ratios to a binary COPY, and to an INSERT, of the same rows into a table of the same columns,",
        "constraints and indexes: no lock, no accounts, no rules. Each transfer carries a context.",
        "",
        "| batch | way | transfers/s | ÷ COPY | ÷ INSERT | ÷ set path | goal |",
        "|---:|---|---:|---:|---:|---:|---|",
    ]
    for size in sizes:
        rates = bench.batches(size)
        for name, values in rates.items():
            goal = ""
            if name == "set path" and size in _GOALS:
                goal = f"≥ {_GOALS[size]} of INSERT"
            if name == "ordered path":
                goal = "≥ 0.5 of the set path"
            if name == "hot account" and size >= 1_000:
                goal = "≥ 1 of the set path"
            lines.append(
                f"| {size:,} | {name} | {figure(values)} | {ratio(values, rates['COPY']):.2f} | "
                f"{ratio(values, rates['INSERT']):.2f} | {ratio(values, rates['set path']):.2f} | {goal} |"
            )
    return [*lines, ""]


def _tpcb(server: EmbeddedServer, scale: int) -> str:
    """A database for pgbench's own TPC-B."""
    name = f"tpcb{scale}"
    server.create_database(name)
    host = psycopg.conninfo.conninfo_to_dict(server.url(name))
    made = [str(server.binary("pgbench")), "-i", "-q", "-s", str(scale), "-h", str(host["host"])]
    made += ["-p", str(host["port"]), "-U", str(host["user"]), name]
    subprocess.run(made, check=True, capture_output=True)
    return name


def _single(server: EmbeddedServer, bench: Bench, seconds: int, one: str, many: str) -> list[str]:
    script = server.folder / "one.sql"
    script.write_text(ONE_TRANSFER)
    ours = bench.name
    lines = [
        "## One transfer at a time",
        "",
        "pgbench, prepared statements, against its own TPC-B on the same server, in turn: at scale 1, its",
        "default, where all transactions wait for one row as all postings wait for one lock; and at",
        "scale 32, where hardly any wait.",
        "",
        "| clients | TPC-B, scale 1 | TPC-B, scale 32 | one transfer/s | ÷ scale 1 | ÷ scale 32 | goal |",
        "|---:|---:|---:|---:|---:|---:|---|",
    ]
    for clients in (8, 32):
        rates = in_turn(
            {
                "one": lambda clients=clients: pgbench(server, one, clients, seconds, None),
                "many": lambda clients=clients: pgbench(server, many, clients, seconds, None),
                "ours": lambda clients=clients: pgbench(server, ours, clients, seconds, str(script)),
            },
            rounds=5,
        )
        goal = "≥ 2.5" if clients == 8 else ""
        lines.append(
            f"| {clients} | {figure(rates['one'])} | {figure(rates['many'])} | {figure(rates['ours'])} | "
            f"{ratio(rates['ours'], rates['one']):.2f} | {ratio(rates['ours'], rates['many']):.2f} | {goal} |"
        )
    return [*lines, ""]


def _grouped(server: EmbeddedServer, bench: Bench, seconds: int, one: str, many: str) -> list[str]:
    lines = [
        "## Group commit",
        "",
        "Callers in one Python process, each waiting for its own answer, against TPC-B with 32 clients.",
        "",
        "| callers | transfers/s | p99 ms | ÷ scale 1 | ÷ scale 32 | goal |",
        "|---:|---:|---:|---:|---:|---|",
    ]
    for callers in (64, 512):
        waits: list[float] = []

        def grouped(callers: int = callers, waits: list[float] = waits) -> float:
            speed, wait = group_commit(bench, callers, 20)
            waits.append(wait)
            return speed

        rates = in_turn(
            {
                "one": lambda: pgbench(server, one, 32, seconds, None),
                "many": lambda: pgbench(server, many, 32, seconds, None),
                "group": grouped,
            },
            rounds=5,
        )
        goal = "≥ 6, p99 < 50 ms" if callers == 512 else ""
        ours = rates["group"]
        lines.append(
            f"| {callers} | {figure(ours)} | {statistics.median(waits):.0f} | "
            f"{ratio(ours, rates['one']):.2f} | {ratio(ours, rates['many']):.2f} | {goal} |"
        )
    return [*lines, ""]


def _growth(bench: Bench, sizes: tuple[int, ...]) -> list[str]:
    lines = [
        "## Growth",
        "",
        "Batches of 1,000 at different sizes of the ledger; the goal is a cost within 25 % from ten thousand",
        "rows to ten million.",
        "",
        "| rows in the ledger | transfers/s |",
        "|---:|---:|",
    ]
    for rows in sizes:
        row = bench.owner.execute("SELECT coalesce(max(seq), 0) FROM ledger.transfers").fetchone()
        assert row is not None
        for _ in range(row[0], rows, 8_000):
            bench.post(bench.transfers(8_000))
        rates = in_turn({"post": lambda: bench.batches_of(1_000)}, rounds=5)
        lines.append(f"| {rows:,} | {figure(rates['post'])} |")
    return [*lines, ""]


def _disbursements(server: EmbeddedServer, counts: list[int]) -> list[str]:
    lines = [
        CYCLE,
        "",
        "Seconds of each stage, one run: rows of a padrón become households, entitlements and credited",
        "wallets with readable statements. Batches of 2,000, each a transaction of its own. MiB are the",
        "most memory that the program itself held.",
        "",
    ]
    stages = [disbursement(server, count) for count in counts]
    names = list(stages[0].seconds)
    lines += [f"| entitlements | paid | {' | '.join(names)} | paid per second | MiB | violations |"]
    lines += ["|" + "---:|" * (len(names) + 5)]
    for one in stages:
        cells = [f"{one.entitlements:,}", f"{one.paid:,}"]
        cells += [f"{one.seconds[name]:.1f}" for name in names]
        cells += [f"{one.paid / one.seconds['disburse']:,.0f}", f"{one.peak_mib:,}", str(one.violations)]
        lines += [f"| {' | '.join(cells)} |"]
    return [*lines, ""]


def _instead(document: str, section: list[str]) -> str:
    """The document with one of its sections, known by its heading, written anew; at the end if it is new."""
    before, found, rest = document.partition(f"{section[0]}\n")
    after = rest[rest.find("\n## ") + 1 :] if "\n## " in rest else ""
    if not found:
        before = before.rstrip() + "\n\n"
    return before + "\n".join(section).rstrip() + "\n" + ("\n" + after if after else "")


PARTS = ("batches", "one", "growth", "wallet", "api", "cycle", "registry", "duplicates", "welfare")


def main() -> None:
    """Measure, and write the document: all of it, or with --only its sections of one part."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=main.__doc__)
    parser.add_argument("--seconds", type=int, default=4, help="length of each pgbench run")
    parser.add_argument("--rows", type=int, default=10_000_000, help="how far the ledger grows")
    parser.add_argument(
        "--entitlements",
        type=int,
        nargs="+",
        default=[100_000, 1_000_000],
        help="cycles to pay, by their size",
    )
    parser.add_argument("--only", choices=PARTS, help="measure one part, and write only its sections")
    parser.add_argument(
        "--people", type=int, nargs="+", default=[10_000, 131_072, 1_000_000], help="cities, by their people"
    )
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="ayni-bench-"))
    folder.chmod(0o755)
    with EmbeddedServer(folder) as server:
        written = TARGET.read_text() if chosen.only else "\n".join(_heading(server))
        for part in [chosen.only] if chosen.only else PARTS:
            for section in _measured(server, part, chosen):
                written = _instead(written, section)
    TARGET.write_text(written)
    shutil.rmtree(folder, ignore_errors=True)
    print(written)


def _heading(server: EmbeddedServer) -> list[str]:
    with psycopg.connect(server.url("postgres")) as connection:
        version = str(connection.info.server_version)
    return [
        "# Benchmarks",
        "",
        f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}. Machine: {machine()}.",
        f"PostgreSQL {version[:2]}.{int(version[2:])}, embedded, fsync, full_page_writes and",
        "synchronous_commit on. All rules on: limits, ceilings, purposes, holds. Ratios are medians of the",
        "ratios of rounds in which both sides ran in turn; single figures swing. What falls short, and why:",
        "[0011](decisions/0011-the-ledgers-goals-and-gaps.md).",
    ]


def _measured(server: EmbeddedServer, part: str, chosen: argparse.Namespace) -> list[list[str]]:
    """The sections of one part, each measured on a ledger of its own."""
    if part == "duplicates":
        return [linkage(chosen.people)]
    if part == "welfare":
        return [welfare_section(chosen.people)]
    if part == "registry":
        return [registry_section(chosen.people)]
    if part == "wallet":
        many = _tpcb(server, 32)
        return [wallet_section(server, lambda: pgbench(server, many, 32, chosen.seconds, None))]
    if part == "api":
        many = _tpcb(server, 32)
        tpcb = partial(pgbench, server, many, 32, chosen.seconds, None)
        return [api_section(server, tpcb, max(chosen.entitlements))]
    if part == "cycle":
        return [_disbursements(server, chosen.entitlements)]
    server.create_database(part)
    migrate(server.url(part), MODULES)
    with Database(server.url(part), load_country("peru")) as database:
        bench = Bench(server, database)
        if part == "batches":
            return [_batches(bench, (8_000, 1_000, 100, 1))]
        if part == "one":
            one, many = _tpcb(server, 1), _tpcb(server, 32)
            rounds = (server, bench, chosen.seconds, one, many)
            return [_single(*rounds), _grouped(*rounds)]
        sizes = tuple(n for n in (10_000, 100_000, 1_000_000, 10_000_000) if n <= chosen.rows)
        return [_growth(bench, sizes)]


if __name__ == "__main__":
    main()
