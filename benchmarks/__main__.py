"""`python -m benchmarks [part …]`: runs all parts or those named, prints what was measured, and writes it down where `--json` says."""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from platform import python_version

import psutil

from benchmarks import (
    attacks,
    bulk,
    excel,
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
    subjects,
    summary,
    updates,
    years,
    zalo,
)
from benchmarks.children import Api, fake_api
from benchmarks.figures import Row, table, write_json
from benchmarks.grounds import Grounds, grounds

CALM_SHARE = 0.75
"""A load of under 1.5 on two cores."""

Part = Callable[[Grounds, Api], Iterator[Row]]

PARTS: dict[str, tuple[str, Part]] = {
    "updates": ("Updates answered by the whole bot, durable on disk", updates.measure),
    "bulk": ("Answers while much is written", bulk.measure),
    "outbox": ("Reminders sent", outbox.measure),
    "zalo": ("Reminders sent on Zalo", zalo.measure),
    "plan": ("A plan loaded", plan.measure),
    "tick": ("A plan for 30,000 units and the reminders of a morning", nation.measure),
    "nation": ("The same for a nation", partial(nation.measure, size=nation.NATION)),
    "summary": ("A leader's summary", summary.measure),
    "excel": ("A period's workbook", excel.measure),
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
    asked = read_arguments(arguments)
    wanted: list[str] = asked.parts
    if unknown := set(wanted) - set(PARTS):
        print(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    parts = parts_for(asked)
    machine = this_machine()
    print(described(machine))
    every: list[Row] = []
    with grounds() as place, fake_api() as api:
        for name, (title, measure) in parts.items():
            if not wanted or name in wanted:
                began = time.monotonic()
                rows = list(measure(place, api))
                print(f"\n{table(title, rows)}\n[{time.monotonic() - began:.0f} s]", flush=True)
                every += rows
                if asked.json:  # after each part, so that an interruption leaves what stands
                    write_json(asked.json, machine, every)
    return 0


def parts_for(asked: argparse.Namespace) -> dict[str, tuple[str, Part]]:
    """All parts, with as much effort as is asked for."""
    effort = updates.Effort(asked.people, asked.seconds, asked.rounds, tuple(asked.of))
    efforts: dict[str, Part] = {
        "kills": partial(kills.measure, kills=asked.kills),
        "updates": partial(updates.measure, effort=effort),
        "bulk": partial(bulk.measure, many=(asked.units or [bulk.MANY])[0]),
        "plan": partial(plan.measure, sizes=asked.units or plan.SIZES),
        "excel": partial(excel.measure, units=(asked.units or [excel.UNITS])[0]),
        "tick": partial(nation.measure, size=(asked.units or [nation.USUAL])[0]),
        "summary": partial(summary.measure, sizes=asked.units or plan.SIZES),
    }
    return {name: (title, efforts.get(name, measure)) for name, (title, measure) in PARTS.items()}


def read_arguments(arguments: list[str]) -> argparse.Namespace:
    usual = updates.Effort()
    parser = argparse.ArgumentParser("python -m benchmarks")
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    parser.add_argument("--json", type=Path, metavar="FILE", help="every figure under its name")
    parser.add_argument("--kills", type=int, default=kills.FEW, metavar="N", help="so many on each database")
    parser.add_argument("--people", type=int, default=usual.people, help="who talk in updates")
    parser.add_argument("--seconds", type=float, default=usual.seconds, help="of each turn in updates")
    parser.add_argument("--rounds", type=int, default=usual.rounds, help="of updates")
    parser.add_argument("--of", action="append", default=[], metavar="BOT", help="of updates: only this one")
    parser.add_argument(
        "--units",
        type=int,
        action="append",
        default=[],
        metavar="N",
        help="of bulk, plan, tick, summary and excel: so many, not the usual",
    )
    return parser.parse_args(arguments)


def this_machine() -> dict[str, object]:
    """`calm`: the load is so low that seconds by the clock mean something."""
    cores, load = psutil.cpu_count() or 1, psutil.getloadavg()[0]
    calm = load < CALM_SHARE * cores
    return {"python": python_version(), "cores": cores, "load": load, "calm": calm}


def described(machine: dict[str, object]) -> str:
    said = f"Python {machine['python']}, {machine['cores']} cores, load {machine['load']:.1f} at the start"
    if not machine["calm"]:
        said += ": NOT CALM, only processor time and ratios say something here"
    if not subjects.OTHERS.exists():
        said += "; aiogram is left out (make bench installs it)"
    return said


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
