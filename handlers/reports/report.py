"""`/nop`: hands in a report: choose the duty, send files, `Xong`, a receipt."""

from collections.abc import Iterable
from typing import Any

from markupsafe import Markup
from sqlalchemy import select

from bot.duties.outlook import Outlook, duty_outlook, unit_outlooks
from bot.materials.materials import MOST_MATERIALS
from bot.messages import File
from bot.natural import in_natural_order
from bot.people.roles import role_holders
from bot.problems import Invalid
from bot.reading.words import fold
from bot.reminders.asked_duty import own_duty
from bot.reports.pages import FEWEST, PICTURES, picture_digests
from bot.reports.submissions import MOST_FILES, add_files, draft_of, drop_draft, hand_in, take_submission_back
from bot.store.filetypes import XLSX
from bot.tables import Demand, Duty, Submission
from bot.talk.albums import album_refusals, as_sent, remember_sent, say_once, upload_link, with_new
from bot.talk.chat import Chat, row_id
from bot.talk.desk import Answer, Flow, FlowStep

DONE_SHOWN = 5
MOST_WAITING = 6
AT_ONCE = "now"
"""Before the duty of a button by which the files that have come are handed in as they are."""
SAYS_DONE = ("xong", "xong roi", "da xong", "het roi", "nop", "gui xong", "nop di")


def show_reports(chat: Chat, unit_id: str = "") -> None:
    """Asks which report; files that wait to be told what they are for come along."""
    files = _kept(chat)
    unit = chat.unit_for("report", unit_id)
    if unit is not None:
        chat.begin("report", unit=unit.id, files=files)


def hand_in_report_of(chat: Chat, duty_id: str) -> None:
    """`Nộp báo cáo` of one duty; one that is done may be handed in again as a new version."""
    files = _kept(chat)
    duty = own_duty(chat, duty_id, "report", done_too=True)
    if duty is not None:
        _add_kept(chat, draft_of(chat.session, duty, chat.person.id, chat.at), files)
        chat.begin("report", step="files", unit=duty.unit_id, duty=duty.id)


def take_loose_files(chat: Chat) -> None:
    """Files that came without being asked for: asks what they are for, and keeps them until that is said."""
    units = {m.unit_id for m in role_holders(chat.roles(), "lead")}
    sends = bool(role_holders(chat.roles(), "nudge"))
    if not chat.event.files:
        chat.say(
            "materials/refused" if sends and not units else "reports/refused",
            refused=album_refusals(chat),
            upload=upload_link(chat),
        )
        return
    books = [file for file in chat.event.files if file.media_type == XLSX]
    office = role_holders(chat.roles(), "administer") and not units
    if office and len(books) == len(chat.event.files) == 1:
        facts = {"digest": books[0].digest, "name": books[0].name, "size": books[0].size}
        chat.begin("office", step="purpose", **facts)
        return
    if sends and not units:
        files = with_new(chat, _kept(chat), MOST_MATERIALS, "too_many_materials")
        chat.begin("materials", step="topic", files=files)
        return
    files = _with_new(chat, _kept(chat))
    sent = remember_sent(chat)
    if sends:
        chat.begin("materials", step="purpose", files=files)
    elif len(units) == 1 or 0 < len(_waiting(chat, units)) <= MOST_WAITING:
        chat.begin("report", units=sorted(units), files=files)
    elif units:
        chat.begin("report", step="unit", files=files)
    else:
        chat.say("talk/not_yours")
    if chat.dialog.flow:
        chat.keep(sent=sent)


def _waiting(chat: Chat, unit_ids: Iterable[int]) -> list[Outlook]:
    """The reports that these units owe, most urgent first."""
    return [
        view
        for unit_id in sorted(unit_ids)
        for view in unit_outlooks(chat.session, unit_id, chat.at, chat.zone, "report")
    ]


def _kept(chat: Chat) -> list[list[Any]]:
    """The files of this dialog that belong to no report yet."""
    return list(chat.data.get("files", [])) if chat.dialog.flow == "report" else []


def _with_new(chat: Chat, kept: list[list[Any]]) -> list[list[Any]]:
    return with_new(chat, kept, MOST_FILES, "too_many_files")


def ask_reporting_unit(chat: Chat) -> None:
    units = {m.unit_id: m.unit for m in role_holders(chat.roles(), "lead")}
    chat.say(
        "reports/unit",
        **say_once(chat, f"unit:{chat.person.id}"),
        units=in_natural_order(units.values(), lambda unit: unit.code),
        given=chat.data["files"],
        refused=album_refusals(chat),
        upload=upload_link(chat),
    )


def take_reporting_unit(chat: Chat, answer: Answer) -> None:
    if answer.files or chat.event.refused:
        chat.keep(files=_with_new(chat, _kept(chat)))
        chat.again()
    elif not answer.value:
        raise Invalid("choose_button")
    else:
        show_reports(chat, answer.value)


def ask_duty(chat: Chat) -> None:
    unit_ids = [int(one) for one in chat.data.get("units") or [chat.data["unit"]]]
    waiting = _waiting(chat, unit_ids)
    done = chat.session.scalars(
        select(Duty)
        .join(Demand, Demand.id == Duty.demand_id)
        .where(Duty.unit_id.in_(unit_ids), Duty.kind == "report", Duty.state == "done")
        .order_by(Duty.done_at.desc())
        .limit(DONE_SHOWN)
    ).all()
    files = chat.data.get("files", [])
    if not waiting and not done:
        chat.end()
    chat.say(
        "reports/duty",
        **say_once(chat, f"report:{chat.person.id}"),
        waiting=waiting,
        done=done,
        given=files,
        named=len(unit_ids) > 1,
        joinable=sum(packed[3].startswith(PICTURES) for packed in files) >= FEWEST,
        refused=album_refusals(chat),
        upload=upload_link(chat),
    )


def take_duty(chat: Chat, answer: Answer) -> None:
    if answer.files or chat.event.refused:
        chat.keep(files=_with_new(chat, _kept(chat)))
        chat.again()
        return
    if not answer.value:
        raise Invalid("choose_button")
    wanted, at_once = answer.value.removeprefix(AT_ONCE), answer.value.startswith(AT_ONCE)
    duty = own_duty(chat, wanted, "report", done_too=True)
    if duty is None:
        return
    files = _kept(chat)
    chat.keep(duty=duty.id, files=[])
    draft = _draft(chat)
    alone = not draft.files  # files that were sent once and left are looked at first
    _add_kept(chat, draft, files)
    if at_once and files and alone and not chat.trouble:
        _hand_in(chat, draft)
    else:
        chat.goto("files")


def _add_kept(chat: Chat, draft: Submission, files: list[list[Any]]) -> None:
    try:
        add_files(chat.session, draft, [File(*packed) for packed in files])
    except Invalid as problem:
        chat.trouble = chat.sentence(problem)


def _duty(chat: Chat) -> Duty:
    return chat.session.get_one(Duty, chat.data["duty"])


def _draft(chat: Chat) -> Submission:
    return draft_of(chat.session, _duty(chat), chat.person.id, chat.at)


def ask_report_files(chat: Chat) -> None:
    view = duty_outlook(chat.session, _duty(chat), chat.at, chat.zone)
    chat.say(
        "reports/files",
        view=view,
        given=_draft(chat).files,
        join=_join(_draft(chat)),
        upload=chat.upload_link(),
        back=len(chat.dialog.trail) > 0,
    )


def _join(draft: Submission) -> int:
    """The draft whose pictures are worth being joined to one file; 0 for none."""
    return draft.id if len(picture_digests(draft)) >= FEWEST else 0


def take_report_files(chat: Chat, answer: Answer) -> None:
    if own_duty(chat, _duty(chat).id, "report", done_too=True) is None:
        return
    draft = _draft(chat)
    if answer.files or chat.event.refused:
        _take_in(chat, draft, answer)
    elif answer.value == "done" or fold(answer.text) in SAYS_DONE:
        _hand_in(chat, draft)
    elif answer.value == "drop":
        duty = _duty(chat)
        drop_draft(chat.session, draft)
        chat.end()
        chat.say("reports/dropped", duty=duty)
    else:
        raise Invalid("send_files")


def _take_in(chat: Chat, draft: Submission, answer: Answer) -> None:
    before = len(draft.files)
    full = ""
    try:
        add_files(chat.session, draft, answer.files)
    except Invalid as problem:
        full = chat.sentence(problem)
    chat.keep(sent=remember_sent(chat))
    as_sent(chat, draft.files)
    chat.dialog.touched_at = chat.at
    chat.say(
        "reports/got",
        **say_once(chat, f"draft:{draft.id}"),
        given=draft.files,
        join=_join(draft),
        again=0 if full else len(answer.files) - (len(draft.files) - before),
        full=Markup(full),  # noqa: S704 - our own sentence, which has escaped its facts
        refused=album_refusals(chat),
        upload=upload_link(chat),
    )


def finish_draft(chat: Chat, submission_id: str) -> None:
    """`Xong` under a message that stands outside of the talk: hands in that draft."""
    draft = chat.session.get(Submission, row_id(submission_id))
    duty = own_duty(chat, draft.duty_id if draft else 0, "report", done_too=True)
    if draft is None or duty is None:
        return
    if draft.person_id == chat.person.id and draft.state == "draft":
        _hand_in(chat, draft)
    else:
        chat.trouble = chat.desk.render.sentence("draft_passed", {})
        hand_in_report_of(chat, str(duty.id))


def _hand_in(chat: Chat, draft: Submission) -> None:
    duty = draft.duty
    handed = hand_in(chat.session, draft, chat.at, chat.zone)
    chat.note("report handed in", f"submission:{handed.id}")
    chat.end()
    chat.say("reports/kept" if handed.waits_for else "reports/receipt", submission=handed, duty=duty)


def undo_submission(chat: Chat, submission_id: str) -> None:
    """`Bấm nhầm` under the receipt: the files are a draft again, and the duty is owed if nothing else was handed in for it."""
    handed = chat.session.get(Submission, row_id(submission_id))
    duty = own_duty(chat, handed.duty_id if handed else 0, "report", done_too=True)
    if handed is None or duty is None:
        return
    if not take_submission_back(chat.session, handed, chat.person.id, chat.at, chat.zone):
        chat.trouble = chat.desk.render.sentence("draft_passed", {})
        hand_in_report_of(chat, str(duty.id))
        return
    chat.note("report taken back", f"submission:{handed.id}")
    files = [[file.digest, file.name, file.size, file.media_type] for file in handed.files]
    drop_draft(chat.session, handed)
    chat.begin("report", units=sorted({m.unit_id for m in role_holders(chat.roles(), "lead")}), files=files)


FLOW = Flow(
    "report",
    FlowStep("duty", ask_duty, take_duty, files=True),
    FlowStep("files", ask_report_files, take_report_files, files=True),
    FlowStep("unit", ask_reporting_unit, take_reporting_unit, files=True),
)
