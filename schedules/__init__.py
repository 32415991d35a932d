"""What happens by the clock: the table of contents. A new tick is a new module and its line here."""

from datetime import timedelta

from schedules import cleanup, materials, papers, plans, reminders, reports, summaries

TICKS = {
    "reminders": (reminders.tick, timedelta(seconds=20)),
    "plans": (plans.tick, timedelta(seconds=2)),
    "papers": (papers.tick, timedelta(seconds=2)),
    "reports": (reports.tick, timedelta(seconds=2)),
    "materials": (materials.tick, timedelta(seconds=30)),
    "summaries": (summaries.tick, timedelta(seconds=30)),
    "cleanup": (cleanup.tick, timedelta(hours=6)),
}
"""Each tick takes (desk, at) and answers how much it has done; every replica runs them all."""
