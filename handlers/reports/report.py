"""`/nop`: hands in a report: choose the duty, send files, `Xong`, a receipt."""

from collections.abc import Iterable

from markupsafe import Markup
from sqlalchemy import select

from bot.duties.outlook import Outlook, duty_outlook, unit_outlooks
from bot.materials.from_reports import tie_report
from bot.materials.materials import MOST_MATERIALS
from bot.materials.sending import Sending
from bot.messages import File
from bot.natural import in_natural_order
from bot.people.roles import role_holders
from bot.problems import Invalid
from bot.reading.words import fold, read_yes_no, words_of
from bot.reminders.asked_duty import own_duty
from bot.reports.figures import unanswered
from bot.reports.handing_in import HandingIn
from bot.reports.pages import FEWEST, PICTURES, picture_digests
from bot.reports.submissions import MOST_FILES, add_files, draft_of, drop_draft, hand_in, take_submission_back
from bot.tables import Demand, Duty, DutyKind, DutyState, Submission, SubmissionState
from bot.talk.albums import album_refusals, as_sent, remember_sent, say_once, upload_link, with_new
from bot.talk.chat import Chat, row_id
from bot.talk.desk import Answer, Flow, FlowStep
from bot.talk.receive import SOUND
from handlers.reports.figures import ask_next_figure, remind_no_more, remind_tomorrow, show_figures

DONE_SHOWN = 5
MOST_WAITING = 6
AT_ONCE = "now"
"""Before the duty of a button by which the files that have come are handed in as they are."""
DROP = "drop"
SAYS_NOT = (
    "khong nop",
    "thoi khong nop",
    "khong phai bao cao",
    "chua nop",
    "thoi khong nop nua",
    "khong gui",
    "bo di",
)
HAND_IN = (["nop"], ["nop", "bao", "cao"], ["gui"])
BESIDE_HAND_IN = words_of("vang da a nhe nha em toi di luon roi co dong y u ok giup ho cho thi xin")
SAYS_DONE = ("xong", "xong roi", "da xong", "het roi", "nop", "gui xong", "nop di")


def show_reports(chat: Chat, unit_id: str = "") -> None:
    """Asks which report; files that wait to be told what they are for come along."""
    files = _kept(chat)
    unit = chat.unit_for("report", unit_id)
    if unit is not None:
        chat.begin(HandingIn(unit.id, files=files))


def hand_in_report_of(chat: Chat, duty_id: str, *, trouble: str = "") -> None:
    """`Nộp báo cáo` of one duty; one that is done may be handed in again as a new version."""
    files = _kept(chat)
    duty = own_duty(chat, duty_id, "report", done_too=True)
    if duty is not None:
        if duty.demand.without_files and not files:
            show_figures(chat, duty_id)
            return
        full = _add_kept(chat, draft_of(chat.session, duty, chat.person.id, chat.at), files)
        chat.begin(HandingIn(duty.unit_id, duty=duty.id), "files", trouble=full or trouble)


def take_loose_files(chat: Chat) -> None:
    """Files that came without being asked for: asks what they are for, and keeps them until that is said."""
    units = {m.unit_id for m in role_holders(chat.roles(), "lead")}
    sends = bool(role_holders(chat.roles(), "nudge"))
    if not chat.event.files:
        chat.say(
            "materials/refused" if sends and not units else "reports/refused",
            refused=album_refusals(chat),
            upload=upload_link(chat),
            spoken=all(one.code == SOUND for one in chat.event.refused),
        )
        return
    most, code = (
        (MOST_MATERIALS, "too_many_materials") if sends and not units else (MOST_FILES, "too_many_files")
    )
    files, full = with_new(chat, _kept(chat), most, code)
    if sends:
        chat.begin(Sending(files, sent=chat.album), "purpose" if units else "topic", trouble=full)
    elif len(units) == 1 or 0 < len(_waiting(chat, units)) <= MOST_WAITING:
        chat.begin(HandingIn(units=sorted(units), files=files, sent=chat.album), trouble=full)
    elif units:
        chat.begin(HandingIn(files=files, sent=chat.album), "unit", trouble=full)
    else:
        chat.say("talk/not_yours", trouble=full)


def _waiting(chat: Chat, unit_ids: Iterable[int]) -> list[Outlook]:
    """The reports that these units owe, most urgent first."""
    return [
        view
        for unit_id in sorted(unit_ids)
        for view in unit_outlooks(chat.session, unit_id, chat.moment, "report")
    ]


def _kept(chat: Chat) -> list[File]:
    """The files of this dialog that belong to no report yet."""
    handing = chat.answers_if(HandingIn)
    return handing.files if handing else []


def _more(chat: Chat, answer: Answer) -> bool:
    """Takes in files that have come for a question about others, which is put again; whether any came, taken or refused."""
    if not (answer.files or chat.event.refused):
        return False
    handing = chat.answers(HandingIn)
    handing.files, full = with_new(chat, handing.files, MOST_FILES, "too_many_files")
    chat.again(trouble=full)
    return True


def ask_reporting_unit(chat: Chat) -> None:
    units = {m.unit_id: m.unit for m in role_holders(chat.roles(), "lead")}
    chat.say(
        "reports/unit",
        **say_once(chat, f"unit:{chat.person.id}"),
        units=in_natural_order(units.values(), lambda unit: unit.code),
        given=_kept(chat),
        refused=album_refusals(chat),
        upload=upload_link(chat),
    )


def take_reporting_unit(chat: Chat, answer: Answer) -> None:
    if _more(chat, answer):
        return
    if not answer.value:
        raise Invalid("choose_button")
    show_reports(chat, answer.value)


def ask_duty(chat: Chat) -> None:
    handing = chat.answers(HandingIn)
    unit_ids = handing.units or ([handing.unit] if handing.unit else [])
    waiting = _waiting(chat, unit_ids)
    done = chat.session.scalars(
        select(Duty)
        .join(Demand, Demand.id == Duty.demand_id)
        .where(Duty.unit_id.in_(unit_ids), Duty.kind == DutyKind.REPORT, Duty.state == DutyState.DONE)
        .order_by(Duty.done_at.desc())
        .limit(DONE_SHOWN)
    ).all()
    if not waiting and not done:
        chat.end()
    chat.say(
        "reports/duty",
        **say_once(chat, f"report:{chat.person.id}"),
        waiting=waiting,
        done=done,
        given=handing.files,
        named=len(unit_ids) > 1,
        joinable=sum(file.media_type.startswith(PICTURES) for file in handing.files) >= FEWEST,
        refused=album_refusals(chat),
        upload=upload_link(chat),
    )


def take_duty(chat: Chat, answer: Answer) -> None:
    if _more(chat, answer):
        return
    handing = chat.answers(HandingIn)
    value = answer.value or (_yes_or_no(chat, handing, answer.text) if handing.files else "")
    if value == DROP:
        chat.end()
        chat.say("reports/dropped", duty=None)
        return
    if not value:
        raise Invalid("choose_button")
    wanted, at_once = value.removeprefix(AT_ONCE), value.startswith(AT_ONCE)
    duty = own_duty(chat, wanted, "report", done_too=True)
    if duty is None:
        return
    if duty.demand.without_files and not handing.files:
        show_figures(chat, str(duty.id))
        return
    files, handing.files, handing.duty = handing.files, [], duty.id
    draft = _draft(chat)
    alone = not draft.files  # files that were sent once and left are looked at first
    full = _add_kept(chat, draft, files)
    if at_once and files and alone and not full:
        _hand_in(chat, draft)
    else:
        chat.goto("files", trouble=full)


def _yes_or_no(chat: Chat, handing: HandingIn, text: str) -> str:
    """What a yes or a no to files that have come would be as a button; a yes only where one report waits for them."""
    agreed = read_yes_no(text)
    if agreed is False or fold(text) in SAYS_NOT:
        return DROP
    agreed = agreed or [word for word in fold(text).split() if word not in BESIDE_HAND_IN] in HAND_IN
    waiting = _waiting(chat, handing.units or ([handing.unit] if handing.unit else [])) if agreed else []
    return f"{AT_ONCE}{waiting[0].duty.id}" if len(waiting) == 1 else ""


def _add_kept(chat: Chat, draft: Submission, files: list[File]) -> str:
    """Puts the files into the draft; the sentence that says why not all of them have found room."""
    try:
        add_files(chat.session, draft, files)
    except Invalid as problem:
        return chat.sentence(problem)
    return ""


def _duty(chat: Chat) -> Duty:
    return chat.session.get_one(Duty, chat.answers(HandingIn).duty)


def _draft(chat: Chat) -> Submission:
    return draft_of(chat.session, _duty(chat), chat.person.id, chat.at)


def ask_report_files(chat: Chat) -> None:
    view = duty_outlook(chat.session, _duty(chat), chat.moment)
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
    elif answer.value == DROP:
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
    chat.album = remember_sent(chat)
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
    if draft.person_id == chat.person.id and draft.state == SubmissionState.DRAFT:
        _hand_in(chat, draft)
    else:
        hand_in_report_of(chat, str(duty.id), trouble=chat.desk.render.sentence("draft_passed", {}))


def _hand_in(chat: Chat, draft: Submission) -> None:
    duty = draft.duty
    handed = hand_in(chat.session, draft, chat.moment)
    chat.note("report handed in", f"submission:{handed.id}")
    units = tie_report(chat.session, duty, chat.at)
    chat.end()
    chat.say(
        "reports/kept" if handed.waits_for else "reports/receipt", submission=handed, duty=duty, units=units
    )
    if unanswered(chat.session, duty):
        remind_tomorrow(chat, duty)
        ask_next_figure(chat, duty)


def undo_submission(chat: Chat, submission_id: str) -> None:
    """`Chọn nhầm` under the receipt: the files are a draft again, and the duty is owed if nothing else was handed in for it."""
    handed = chat.session.get(Submission, row_id(submission_id))
    duty = own_duty(chat, handed.duty_id if handed else 0, "report", done_too=True)
    if handed is None or duty is None:
        return
    if not take_submission_back(chat.session, handed, chat.person.id, chat.moment):
        hand_in_report_of(chat, str(duty.id), trouble=chat.desk.render.sentence("draft_passed", {}))
        return
    chat.note("report taken back", f"submission:{handed.id}")
    tie_report(chat.session, duty, chat.at)
    remind_no_more(chat, duty)
    files = [File(file.digest, file.name, file.size, file.media_type) for file in handed.files]
    drop_draft(chat.session, handed)
    chat.begin(HandingIn(units=sorted({m.unit_id for m in role_holders(chat.roles(), "lead")}), files=files))


FLOW = Flow(
    "report",
    FlowStep("duty", ask_duty, take_duty, files=True),
    FlowStep("files", ask_report_files, take_report_files, files=True),
    FlowStep("unit", ask_reporting_unit, take_reporting_unit, files=True),
    answers=HandingIn,
)
