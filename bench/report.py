"""What the bench tells: the machine, and a table with the figures of others beside ours."""

import os
import platform
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection
from rich import box
from rich.console import Console
from rich.table import Table

from bench.load import Measured

# Requests per second at one and at eight clients on a machine of two cores, access control on; none of these writes a
# log row of the look or decides by law. Medplum: Node, PostgreSQL, Redis (it reads a plan from Redis). care: Django,
# DRF (an encounter for the plan, a note for the goal; 29 % of its appointments falsely refused at eight clients).
PEERS = {
    "read-plan": {"Medplum": (813, 1981), "care": (61, 115)},
    "goals": {"Medplum": (556, 1130), "care": (69, 149)},
    "month": {"Medplum": (653, 1408), "care": (72, 145)},
    "week": {"Medplum": (427, 794), "care": (30, 60)},
    "create-goal": {"Medplum": (217, 367), "care": (112, 230)},
    "create-appointment": {"Medplum": (341, 618), "care": (67, 163)},
}


@dataclass
class Result:
    """One line of the table: by number of clients, with decisions and log, and without."""

    name: str
    title: str
    statements: int = 0
    transaction: int = 0
    answer_bytes: int = 0
    rows: int = 0
    service: dict[int, Measured] = field(default_factory=dict)
    bare: dict[int, Measured] = field(default_factory=dict)

    @property
    def failed(self) -> int:
        """Answers that were not 2xx."""
        return sum(found.failed for runs in (self.service, self.bare) for found in runs.values())

    def price(self, clients: int) -> float | None:
        """What deciding and logging cost, as a share of the throughput without them."""
        if clients not in self.service or clients not in self.bare:
            return None
        return 1 - self.service[clients].per_second / self.bare[clients].per_second


def machine() -> dict[str, str]:
    """What it was measured on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, setting || coalesce(CASE WHEN unit = '8kB' THEN ' x 8 kB' ELSE ' ' || unit END, '') "
            "FROM pg_settings WHERE name = ANY(%s)",
            [["server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers"]],
        )
        server = dict(cursor.fetchall())
    model = ""
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
    return {
        "cores": f"{os.cpu_count()} {model}".strip(),
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "PostgreSQL": server.pop("server_version"),
        **server,
    }


def show(console: Console, results: list[Result], clients: tuple[int, ...]) -> None:
    """Print the table."""
    table = Table(box=box.SIMPLE_HEAD, title="Requests per second, decisions and log on")
    for name in ("operation", "clients"):
        table.add_column(name)
    for name in (
        "req/s",
        "p50 ms",
        "p95 ms",
        "failed",
        "statements",
        "CPU ms",
        "without",
        "CPU ms",
        "price",
        "Medplum",
        "care",
    ):
        table.add_column(name, justify="right")
    for result in results:
        for many in clients:
            if many in result.service:
                table.add_row(*_cells(result, many, first=many == clients[0]))
    console.print(table)
    console.print(
        "statements: in one request, and BEGIN and COMMIT beside them; CPU ms: processor time of one request in the "
        "web server and in the database; without: the same without decisions and log; price: what deciding and logging "
        "took of that; Medplum, care: their figures on two cores, and ours as a multiple.",
        style="dim",
    )


def _cells(result: Result, many: int, *, first: bool) -> list[str]:
    """One row."""
    found = result.service[many]
    bare, price = result.bare.get(many), result.price(many)
    statements = f"{result.statements}" + (f" + {result.transaction}" if result.transaction else "")
    peers = PEERS.get(result.name, {})
    return [
        result.title if first else "",
        str(many),
        f"{found.per_second:,.0f}",
        f"{found.p50_ms:.2f}",
        f"{found.p95_ms:.2f}",
        f"[red]{found.failed}[/]" if found.failed else "0",
        statements if first else "",
        _cpu(found),
        f"{bare.per_second:,.0f}" if bare else "-",
        _cpu(bare) if bare else "-",
        f"{price:.0%}" if price is not None else "-",
        *(_against(found.per_second, peers.get(peer), many) for peer in ("Medplum", "care")),
    ]


def _cpu(found: Measured) -> str:
    """Processor time of one request, in the web server and in the database."""
    return f"{found.web_cpu_ms:.2f} + {found.database_cpu_ms:.2f}"


def _against(ours: float, peer: tuple[int, int] | None, many: int) -> str:
    """The figure of another and ours as a multiple of it."""
    if peer is None or many not in (1, 8):
        return "-"
    theirs = peer[0] if many == 1 else peer[1]
    ratio = ours / theirs
    colour = "green" if ratio >= 1 else "red"
    return f"{theirs:,} [{colour}]×{ratio:.1f}[/]"


def as_json(results: list[Result], **facts: Any) -> dict[str, Any]:
    """All of it as data."""
    return {
        **facts,
        "lines": [
            {
                **asdict(result),
                "price": {str(many): result.price(many) for many in result.service},
                "per_second": {str(many): round(found.per_second, 1) for many, found in result.service.items()},
                "peers": PEERS.get(result.name, {}),
            }
            for result in results
        ],
    }
