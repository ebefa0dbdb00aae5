"""The table of docs/performance.md, made from the figures that `--json FILE` left: `python -m bench.table FILE`."""

import json
import sys
from pathlib import Path
from typing import Any

HEAD = "| operation | clients | req/s | p50 ms | p95 ms | statements | without | price | Medplum | care |"


def rows(found: dict[str, Any]) -> list[str]:
    """The lines of the table, in Markdown."""
    made = [HEAD, "|" + "---|" * (HEAD.count("|") - 1)]
    for line in found["lines"]:
        for many, run in line["service"].items():
            place = list(line["service"]).index(many)
            bare, price = line["bare"].get(many), line["price"].get(many)
            peers = [line["peers"].get(peer) for peer in ("Medplum", "care")]
            cells = [
                line["title"],
                many,
                f"{line['per_second'][many]:,.0f}",
                f"{run['p50_ms']:.2f}",
                f"{run['p95_ms']:.2f}",
                f"{line['statements']} + {line['transaction']}",
                f"{bare['requests'] / bare['seconds']:,.0f}" if bare else "-",
                f"{price:.0%}" if price is not None else "-",
                *(f"{peer[place]:,}" if peer else "-" for peer in peers),
            ]
            made.append(f"| {' | '.join(cells)} |")
    return made


def main(path: str) -> None:
    """Print the machine and the table."""
    found = json.loads(Path(path).read_text())
    facts = {**found["machine"], "citizens": f"{found['citizens']:,}", "load from": found["generator"]}
    memory = ", ".join(f"{size:.0f} MB" for size in found["worker_memory_mb"])
    print("; ".join(f"{name}: {value}" for name, value in facts.items()) + f"; a worker: {memory}\n")
    print("\n".join(rows(found)))


if __name__ == "__main__":
    main(*sys.argv[1:])
