"""`python -m benchmarks [part …]`: runs all parts or those named and prints what was measured; writes nothing here."""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from platform import python_version

import psutil

from benchmarks import (
    attacks,
    kills,
    meeting,
    memory,
    nation,
    office,
    outbox,
    papers,
    plan,
    restart,
    scans,
    summary,
    updates,
    years,
    zalo,
)
from benchmarks.children import Api, fake_api
from benchmarks.figures import Row, table
from benchmarks.grounds import Grounds, grounds

Part = Callable[[Grounds, Api], Iterator[Row]]

PARTS: dict[str, tuple[str, Part]] = {
    "updates": ("Updates answered by the whole bot, durable on disk", updates.measure),
    "outbox": ("Reminders sent", outbox.measure),
    "zalo": ("Reminders sent on Zalo", zalo.measure),
    "plan": ("A plan loaded", plan.measure),
    "nation": ("A national tree", nation.measure),
    "summary": ("A leader's summary", summary.measure),
    "office": ("The office's page", office.measure),
    "meeting": ("A meeting led step by step", meeting.measure),
    "papers": ("A meeting's minutes", papers.measure),
    "scans": ("Photographs to one PDF", scans.measure),
    "restart": ("Silence after kill -9", restart.measure),
    "kills": ("Killed again and again", kills.measure),
    "attacks": ("Strangers and ill files", attacks.measure),
    "years": ("Five years of a committee", years.measure),
    "memory": ("Resident memory, idle", memory.measure),
}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser("python -m benchmarks")
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    parser.add_argument("--kills", type=int, default=kills.FEW, metavar="N", help="so many on each database")
    asked = parser.parse_args(arguments)
    wanted: list[str] = asked.parts
    if unknown := set(wanted) - set(PARTS):
        print(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    parts: dict[str, tuple[str, Part]] = {
        **PARTS,
        "kills": (PARTS["kills"][0], partial(kills.measure, kills=asked.kills)),
    }
    print(
        f"Python {python_version()}, {psutil.cpu_count()} cores, load {psutil.getloadavg()[0]:.1f} at the start"
    )
    with grounds() as place, fake_api() as api:
        for name, (title, measure) in parts.items():
            if not wanted or name in wanted:
                began = time.monotonic()
                rows = list(measure(place, api))
                print(f"\n{table(title, rows)}\n[{time.monotonic() - began:.0f} s]", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
