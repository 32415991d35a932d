"""Reports that have come are looked at: what waits, one of them with its files, `Đạt`, or `Trả lại` with a remark, its versions."""

from dataclasses import dataclass

from bot.materials.from_reports import tie_report
from bot.messages import File
from bot.people.roles import within_subtree
from bot.people.staff import present_person, secretaries_of
from bot.problems import Invalid
from bot.reminders.asked_duty import own_duty
from bot.reminders.later import tell_of_return
from bot.reports.figures import answers_of
from bot.reports.reviewing import (
    accept_report,
    awaited_report,
    check_returnable,
    check_undecided,
    count_handed_in,
    count_waiting,
    handed_in,
    lock_report,
    may_open,
    may_review,
    newest_of,
    return_report,
    versions_of,
    waiting_reviews,
)
from bot.tables import Demand, Duty, Person, Submission, SubmissionState
from bot.talk.answers import Answers
from bot.talk.chat import Chat, row_id
from bot.talk.desk import Answer, Flow, FlowStep
from bot.talk.sharing import share_files

SHOWN = 10
TAKEN = "taken"
"""Said by a button that stands under a report which was taken already."""


@dataclass
class Returning(Answers):
    """The report that is given back, and how it stood when the remark was asked for."""

    submission: int
    seen: SubmissionState = SubmissionState.HANDED


def show_waiting(chat: Chat) -> None:
    """What waits for the person to look at, the oldest first."""
    rows = waiting_reviews(chat.session, chat.roles(), chat.person.id, SHOWN)
    total = count_waiting(chat.session, chat.roles(), chat.person.id)
    chat.say("reports/review/waiting", rows=rows, total=total)


def open_report(chat: Chat, submission_id: str, *, trouble: str = "") -> None:
    """One version with its files, and what the person may do about it."""
    found = chat.session.get(Submission, row_id(submission_id))
    if found is None or not may_open(chat.session, chat.roles(), chat.person.id, found):
        chat.refuse()
        return
    _show(chat, found, trouble)


def open_awaited(chat: Chat, duty_id: str) -> None:
    """The report of the unit that a duty of the person's is about, and waits for: what is to be passed on."""
    duty = own_duty(chat, duty_id, done_too=True)
    if duty is None:
        return
    found = awaited_report(chat.session, duty) if duty.about_id else None
    if found is None or not may_open(chat.session, chat.roles(), chat.person.id, found):
        if duty.about_id:
            chat.say("reports/review/awaited", duty=duty)
        else:
            chat.refuse()
        return
    _show(chat, found)


def _show(chat: Chat, found: Submission, trouble: str = "") -> None:
    newest = newest_of(chat.session, found.duty)
    decides = may_review(chat.session, chat.roles(), chat.person.id, found)
    versions = versions_of(chat.session, chat.roles(), chat.person.id, found.duty)
    files = [File(file.digest, file.name, file.size, file.media_type) for file in found.files]
    shared = share_files(files, chat.file_link)
    chat.say(
        "reports/review/report",
        files=shared.files,
        trouble=trouble,
        submission=found,
        given=answers_of(chat.session, found.duty_id),
        listed=files,
        links=shared.links,
        newest=newest,
        newer=newest is not None and newest.id != found.id,
        decides=decides and _standing(chat, found) == "",
        leads=chat.may("lead", found.duty.unit.path),
        by=chat.session.get_one(Person, found.person_id).name,
        looked=chat.session.get(Person, found.reviewed_by or 0),
        others=len(versions) - 1,
        more=count_waiting(chat.session, chat.roles(), chat.person.id) if decides else 0,
    )


def _standing(chat: Chat, found: Submission) -> str:
    """Why nothing may be decided about it as it stands now; empty when something may."""
    try:
        check_undecided(chat.session, found, found.state)
    except Invalid as why:
        return why.code
    return ""


def _asked(chat: Chat, submission_id: object, seen: SubmissionState) -> Submission | None:
    """The report, locked, if the person decides on it and it stands as they have seen it; else says how it stands now."""
    found = lock_report(chat.session, row_id(submission_id))
    if found is None or not may_review(chat.session, chat.roles(), chat.person.id, found):
        chat.refuse()
        return None
    try:
        check_undecided(chat.session, found, seen)
    except Invalid as why:
        chat.end()
        newest = newest_of(chat.session, found.duty)
        if newest is not None and may_open(chat.session, chat.roles(), chat.person.id, newest):
            _show(chat, newest, chat.sentence(why))
        else:
            chat.say("reports/review/gone", trouble=chat.sentence(why))
        return None
    return found


def pass_report(chat: Chat, submission_id: str) -> None:
    """`Đạt`: whoever handed it in hears of it."""
    found = _asked(chat, submission_id, SubmissionState.HANDED)
    if found is None:
        return
    accept_report(chat.session, found, chat.person.id, chat.moment)
    chat.note("report accepted", f"submission:{found.id}")
    sender = chat.session.get_one(Person, found.person_id)
    if found.duty.unit.closed_on is None:
        chat.tell(sender, "reports/review/passed_told", key=f"accepted:{found.id}", submission=found)
    more = count_waiting(chat.session, chat.roles(), chat.person.id)
    chat.say("reports/review/passed", submission=found, more=more)


def begin_return(chat: Chat, submission_id: str, seen: str = "") -> None:
    """`Trả lại`: asks for the remark."""
    state = SubmissionState.ACCEPTED if seen == TAKEN else SubmissionState.HANDED
    found = _returnable(chat, submission_id, state)
    if found is not None:
        chat.begin(Returning(found.id, state))


def _returnable(chat: Chat, submission_id: object, seen: SubmissionState) -> Submission | None:
    found = _asked(chat, submission_id, seen)
    if found is None:
        return None
    try:
        check_returnable(found)
    except Invalid as why:
        chat.end()
        _show(chat, found, chat.sentence(why))
        return None
    return found


def ask_remark(chat: Chat) -> None:
    found = chat.session.get_one(Submission, chat.answers(Returning).submission)
    chat.say("reports/review/remark", submission=found)


def take_remark(chat: Chat, answer: Answer) -> None:
    returning = chat.answers(Returning)
    found = _returnable(chat, returning.submission, returning.seen)
    if found is None:
        return
    return_report(chat.session, found, answer.text, chat.person.id, chat.moment)
    chat.note("report returned", f"submission:{found.id}")
    tie_report(chat.session, found.duty, chat.at)
    chat.end()
    leads = secretaries_of(chat.session, [found.duty.unit_id]).get(found.duty.unit_id, [])
    there = [one for one in present_person(leads, chat.today) if one.id != chat.person.id]
    told = [one for one in there if tell_of_return(chat.desk, chat.session, one, found, chat.moment)]
    more = count_waiting(chat.session, chat.roles(), chat.person.id)
    chat.say("reports/review/returned", submission=found, told=bool(told), led=bool(leads), more=more)


def show_versions(chat: Chat, duty_id: str) -> None:
    """What was handed in for one duty, version by version: when, by whom, what became of it."""
    duty = chat.session.get(Duty, row_id(duty_id))
    found = versions_of(chat.session, chat.roles(), chat.person.id, duty) if duty else []
    if duty is None or not found:
        chat.refuse()
        return
    chat.say("reports/review/versions", duty=duty, versions=found, leads=chat.may("lead", duty.unit.path))


def show_handed_in(chat: Chat, demand_id: str, page: str = "0") -> None:
    """What the units below have handed in for one demand, a page of it, each to be opened."""
    scope = within_subtree(Duty.path, chat.roles(), "sum")
    demand = chat.session.get(Demand, row_id(demand_id))
    total = count_handed_in(chat.session, demand, scope) if demand else 0
    if demand is None or not total:
        chat.refuse()
        return
    last = (total - 1) // SHOWN
    number = min(row_id(page), last)
    rows = handed_in(chat.session, demand.id, scope, number * SHOWN, SHOWN)
    chat.say("reports/review/handed_in", demand=demand, rows=rows, total=total, page=number, last=last)


FLOW = Flow(
    "review", FlowStep("remark", ask_remark, take_remark, numbers=True, words=True), answers=Returning
)
