"""What happens by the clock: the table of contents. A new tick is a new module and its line here."""

from datetime import timedelta

from schedules import cleanup, reminders, summaries
from schedules import materials as papers
from schedules import papers as documents
from schedules import plans as errands
from schedules import reports as scans

TICKS = {
    "reminders": (reminders.tick, timedelta(seconds=20)),
    "errands": (errands.tick, timedelta(seconds=2)),
    "documents": (documents.tick, timedelta(seconds=2)),
    "scans": (scans.tick, timedelta(seconds=2)),
    "papers": (papers.tick, timedelta(seconds=30)),
    "summaries": (summaries.tick, timedelta(seconds=30)),
    "cleanup": (cleanup.tick, timedelta(hours=6)),
}
"""Each tick takes (desk, at) and answers how much it has done; every replica runs them all."""
