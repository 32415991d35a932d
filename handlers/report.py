"""`/nop`: hands in a report: choose the duty, send files, `Xong`, a receipt."""

from sqlalchemy import select

from bot.conversation import Answer, Chat, Flow, Step
from bot.domain.duties import outlook, outlooks
from bot.domain.problems import Invalid
from bot.domain.submissions import add_files, draft_of, drop_draft, hand_in
from bot.messages import File
from bot.models import Demand, Duty, Submission

SETTLE_SECONDS = 1.2
"""An album arrives as several events; what is said of it waits this long, so that it is said once."""
DONE_SHOWN = 5


def show(chat: Chat, unit_id: str = "") -> None:
    unit = chat.unit_for("report", unit_id)
    if unit is None:
        return
    chat.begin("report", unit=unit.id)


def for_duty(chat: Chat, duty_id: str) -> None:
    """`Nộp báo cáo` of one duty; one that is done may be handed in again as a new version."""
    duty = chat.own_duty(duty_id, "report", done_too=True)
    if duty is not None:
        chat.begin("report", step="files", unit=duty.unit_id, duty=duty.id)


def loose(chat: Chat) -> None:
    """Files that came without being asked for: asks what they are for, and keeps them until that is said."""
    if not chat.event.files:
        chat.say("report/refused", refused=_refusals(chat))
        return
    unit = chat.unit_for("report")
    if unit is not None:
        files = [_pack(file) for file in chat.event.files]
        if chat.dialog.flow == "report" and chat.dialog.step == "duty":
            files = [*chat.data.get("files", []), *files]
        chat.begin("report", unit=unit.id, files=files)


def _pack(file: File) -> list[object]:
    return [file.digest, file.name, file.size, file.media_type]


def _refusals(chat: Chat) -> list[tuple[str, str]]:
    return [(r.name, chat.desk.render.sentence(r.code, dict(r.facts))) for r in chat.event.refused]


def ask_duty(chat: Chat) -> None:
    unit_id = int(chat.data["unit"])
    waiting = outlooks(chat.session, unit_id, chat.at, chat.zone, "report")
    done = chat.session.scalars(
        select(Duty)
        .join(Demand, Demand.id == Duty.demand_id)
        .where(Duty.unit_id == unit_id, Duty.kind == "report", Duty.state == "done")
        .order_by(Duty.done_at.desc())
        .limit(DONE_SHOWN)
    ).all()
    files = chat.data.get("files", [])
    if not waiting and not done:
        chat.end()
    chat.say(
        "report/duty",
        key=f"report:{chat.person.id}:{chat.event.album}" if chat.event.album else None,
        wait=SETTLE_SECONDS if chat.event.album else 0,
        waiting=waiting,
        done=done,
        given=files,
        refused=_refusals(chat),
    )


def take_duty(chat: Chat, answer: Answer) -> None:
    if answer.files:
        chat.keep(files=[*chat.data.get("files", []), *(_pack(file) for file in answer.files)])
        chat.again()
        return
    if not answer.value:
        raise Invalid("choose_button")
    duty = chat.own_duty(answer.value, "report", done_too=True)
    if duty is None:
        return
    files = [File(*packed) for packed in chat.data.get("files", [])]
    chat.keep(duty=duty.id, files=[])
    if files:
        add_files(chat.session, _draft(chat), files)
    chat.goto("files")


def _duty(chat: Chat) -> Duty:
    return chat.session.get_one(Duty, chat.data["duty"])


def _draft(chat: Chat) -> Submission:
    return draft_of(chat.session, _duty(chat), chat.person.id, chat.at)


def ask_files(chat: Chat) -> None:
    view = outlook(chat.session, _duty(chat), chat.at, chat.zone)
    chat.say("report/files", view=view, given=_draft(chat).files, upload=chat.upload_link())


def take_files(chat: Chat, answer: Answer) -> None:
    draft = _draft(chat)
    refused = _refusals(chat)
    if answer.files or refused:
        added = add_files(chat.session, draft, answer.files)
        album = chat.event.album
        chat.dialog.touched_at = chat.at
        chat.say(
            "report/got",
            key=f"draft:{draft.id}:{album}" if album else None,
            wait=SETTLE_SECONDS if album else 0,
            given=draft.files,
            again=len(answer.files) - added,
            refused=refused,
            upload=chat.upload_link()
            if any(r.code == "file_over_channel" for r in chat.event.refused)
            else "",
        )
    elif answer.value == "done":
        _hand_in(chat, draft)
    elif answer.value == "drop":
        drop_draft(chat.session, draft)
        chat.end()
        chat.say("report/dropped")
    else:
        raise Invalid("send_files")


def _hand_in(chat: Chat, draft: Submission) -> None:
    duty = _duty(chat)
    if chat.own_duty(duty.id, "report", done_too=True) is None:
        return
    handed = hand_in(chat.session, draft, chat.at, chat.zone)
    chat.note("report handed in", f"submission:{handed.id}")
    chat.end()
    chat.say("report/receipt", submission=handed, duty=duty)


FLOW = Flow(
    "report",
    Step("duty", ask_duty, take_duty, files=True),
    Step("files", ask_files, take_files, files=True, numbers=False),
)
