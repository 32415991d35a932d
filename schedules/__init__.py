"""What happens by the clock: the table of contents. A new tick is a new module and its line here."""

from datetime import timedelta

from schedules import (
    cleanup,
    materials,
    meetings,
    notices,
    papers,
    people,
    plans,
    reminders,
    reports,
    summaries,
)

TICKS = {
    "reminders": (reminders.say_reminders, timedelta(seconds=20)),
    "plans": (plans.do_plan_errands, timedelta(seconds=2)),
    "papers": (papers.make_papers, timedelta(seconds=2)),
    "reports": (reports.look_after_reports, timedelta(seconds=2)),
    "meetings": (meetings.tell_of_meetings, timedelta(seconds=30)),
    "notices": (notices.send_notices, timedelta(seconds=2)),
    "materials": (materials.send_materials, timedelta(seconds=30)),
    "summaries": (summaries.look_after_summaries, timedelta(seconds=30)),
    "people": (people.tell_office, timedelta(minutes=5)),
    "cleanup": (cleanup.clean_by_night, timedelta(minutes=10)),
}
"""Each tick takes (desk, at) and answers how much it has done; every replica runs them all."""
