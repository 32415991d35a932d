"""`python -m benchmarks [part …]`: runs all parts or those named and prints what was measured; writes nothing here."""

import sys
import time
from collections.abc import Callable, Iterator
from platform import python_version

import psutil

from benchmarks import meeting, memory, nation, outbox, papers, plan, restart, scans, summary, updates, years
from benchmarks.children import Api, fake_api
from benchmarks.figures import Row, table
from benchmarks.grounds import Grounds, grounds

Part = Callable[[Grounds, Api], Iterator[Row]]

PARTS: dict[str, tuple[str, Part]] = {
    "updates": ("Updates answered by the whole bot, durable on disk", updates.measure),
    "outbox": ("Reminders sent", outbox.measure),
    "plan": ("A plan loaded", plan.measure),
    "nation": ("A national tree", nation.measure),
    "summary": ("A leader's summary", summary.measure),
    "meeting": ("A meeting led step by step", meeting.measure),
    "papers": ("A meeting's minutes", papers.measure),
    "scans": ("Photographs to one PDF", scans.measure),
    "restart": ("Silence after kill -9", restart.measure),
    "years": ("Five years of a committee", years.measure),
    "memory": ("Resident memory, idle", memory.measure),
}


def main(wanted: list[str]) -> int:
    unknown = set(wanted) - set(PARTS)
    if unknown:
        print(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    print(
        f"Python {python_version()}, {psutil.cpu_count()} cores, load {psutil.getloadavg()[0]:.1f} at the start"
    )
    with grounds() as place, fake_api() as api:
        for name, (title, measure) in PARTS.items():
            if not wanted or name in wanted:
                began = time.monotonic()
                rows = list(measure(place, api))
                print(f"\n{table(title, rows)}\n[{time.monotonic() - began:.0f} s]", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
