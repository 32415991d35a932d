"""Photographs of a draft into one PDF: which pages, in what order, which way up; the pictures are worked on by the clock."""

from dataclasses import dataclass, field, replace

from sqlalchemy import select

from bot.problems import Invalid
from bot.reminders.asked_duty import own_duty
from bot.reports.handing_in import HandingIn
from bot.reports.pages import FEWEST, Pages, page_numbers, picture_digests
from bot.tables import Duty, Errand, ErrandKind, ErrandState, Submission, SubmissionState
from bot.tables.asked import ScannedPages
from bot.talk.answers import Answers
from bot.talk.chat import Chat, row_id
from bot.talk.desk import Answer, Flow, FlowStep

OPEN = (ErrandState.NEW, ErrandState.SHOWN)
LEAVE, ALL = "leave", "all"
WAYS = {"right": 90, "left": 270, "over": 180}


@dataclass
class Arranging(Answers):
    """The errand and how often it has been arranged, its pages in all; the one page that moves, those that turn."""

    errand: int
    round: int
    total: int
    page: int = 0
    pages: list[int] = field(default_factory=list)


def begin_scan(chat: Chat, submission_id: str) -> None:
    """Shows the pictures of a draft as numbered pages; what was arranged before stays so, new ones come to the end."""
    draft = _draft(chat, row_id(submission_id))
    if draft is None:
        return
    found = picture_digests(draft)
    if len(found) < FEWEST:
        _back(chat, draft.duty, "scan_few")
        return
    errand = _last_errand(chat, draft)
    if errand is not None and errand.state == ErrandState.AGREED:
        _working(chat, errand, draft.duty)
        return
    before = _pages(errand) if errand is not None else Pages()
    pages = (before if before.all <= set(found) else Pages()).joined_by(found)
    if errand is None or errand.state not in OPEN:
        errand = _new_errand(chat, draft)
    _arrange(chat, errand, draft.duty, pages)


def _last_errand(chat: Chat, draft: Submission) -> Errand | None:
    """The latest about this draft, in whatever state; one that has failed still knows how the pages were arranged."""
    its = select(Errand).where(Errand.person_id == chat.person.id, Errand.kind == ErrandKind.SCAN)
    rows = chat.session.scalars(
        its.order_by(Errand.id.desc()).with_for_update().execution_options(populate_existing=True)
    )
    return next((row for row in rows if row.about(ScannedPages).submission == draft.id), None)


def _pages(errand: Errand) -> Pages:
    return Pages.of(errand.about(ScannedPages))


def _new_errand(chat: Chat, draft: Submission) -> Errand:
    args = ScannedPages(draft.id, draft.duty_id)
    facts = {"person_id": chat.person.id, "unit_id": draft.duty.unit_id, "kind": ErrandKind.SCAN}
    errand = Errand(args=args, created_at=chat.at, **facts)
    chat.session.add(errand)
    return errand


def _draft(chat: Chat, submission_id: int) -> Submission | None:
    """The person's own draft; else says that it is not, or that it is one no longer."""
    draft = chat.session.get(Submission, submission_id)
    duty = own_duty(chat, draft.duty_id if draft else 0, "report", done_too=True)
    if draft is None or duty is None:
        return None
    if draft.person_id == chat.person.id and draft.state == SubmissionState.DRAFT:
        return draft
    _back(chat, duty, "scan_passed")
    return None


def _back(chat: Chat, duty: Duty, code: str) -> None:
    """To the files of the report, with a word on why."""
    chat.open("report.duty", str(duty.id), trouble=chat.desk.render.sentence(code, {}))


def _errand(chat: Chat, errand_id: object, turn: object) -> tuple[Errand, Duty] | None:
    """The errand if its pages may be arranged now and are as the person has seen them; else says what is the matter."""
    errand = chat.session.get(Errand, row_id(errand_id), with_for_update=True, populate_existing=True)
    if errand is None or errand.kind != ErrandKind.SCAN:
        chat.refuse()
        return None
    draft = _draft(chat, errand.about(ScannedPages).submission)
    if draft is None:
        return None
    if errand.state in (ErrandState.NEW, ErrandState.AGREED):
        _working(chat, errand, draft.duty)
    elif errand.state != ErrandState.SHOWN:
        _back(chat, draft.duty, "scan_passed")
    elif str(turn) != str(errand.about(ScannedPages).round):
        _card(chat, errand, draft.duty, chat.desk.render.sentence("scan_changed", {}))
    else:
        return errand, draft.duty
    return None


def _rest(chat: Chat, duty: Duty) -> None:
    """Back among the report's files without a question: what is sent or said now belongs to them."""
    chat.begin_unasked(HandingIn(duty.unit_id, duty=duty.id), "files")


def _working(chat: Chat, errand: Errand, duty: Duty) -> None:
    _rest(chat, duty)
    chat.say("reports/scan/working", joining=errand.state == ErrandState.AGREED, total=len(_pages(errand)))


def _card(chat: Chat, errand: Errand, duty: Duty, trouble: str = "") -> None:
    _rest(chat, duty)
    total = len(_pages(errand))
    chat.say("reports/scan/card", trouble=trouble, errand=errand, total=total, lines=[])


def _arrange(chat: Chat, errand: Errand, duty: Duty, pages: Pages) -> None:
    """The clock shows them anew, and is patient with the file store anew."""
    before = errand.about(ScannedPages)
    errand.args = replace(before, pages=pages.kept, out=pages.out, round=before.round + 1)
    errand.state, errand.created_at = ErrandState.NEW, chat.at
    _working(chat, errand, duty)


def finish_scan(chat: Chat, errand_id: str, turn: str) -> None:
    found = _errand(chat, errand_id, turn)
    if found is not None:
        errand, duty = found
        errand.state, errand.created_at = ErrandState.AGREED, chat.at
        _working(chat, errand, duty)


def begin_drop(chat: Chat, errand_id: str, turn: str) -> None:
    _begin(chat, "drop", errand_id, turn)


def begin_move(chat: Chat, errand_id: str, turn: str) -> None:
    _begin(chat, "move", errand_id, turn)


def begin_turn(chat: Chat, errand_id: str, turn: str) -> None:
    _begin(chat, "turn", errand_id, turn)


def _begin(chat: Chat, step: str, errand_id: str, turn: str) -> None:
    found = _errand(chat, errand_id, turn)
    if found is None:
        return
    errand, _ = found
    chat.begin(Arranging(errand.id, errand.about(ScannedPages).round, len(_pages(errand))), step)


def _asked(chat: Chat, answer: Answer) -> tuple[Errand, Duty] | None:
    """The errand that the present question is about, unless the answer is something else: files, `leave`."""
    arranging = chat.answers(Arranging)
    found = _errand(chat, arranging.errand, arranging.round)
    if found is None:
        return None
    errand, duty = found
    if answer.files or chat.event.refused:
        _rest(chat, duty)
        chat.desk.routes.flows["report"].steps["files"].take(chat, answer)
    elif answer.value == LEAVE:
        _card(chat, errand, duty)
    else:
        return found
    return None


def _numbers(chat: Chat, answer: Answer) -> tuple[int, ...]:
    total = chat.answers(Arranging).total
    return tuple(range(1, total + 1)) if answer.value == ALL else page_numbers(_words(answer), total)


def _words(answer: Answer) -> str:
    return answer.value or answer.text


def _one(chat: Chat, answer: Answer) -> int:
    numbers = _numbers(chat, answer)
    if len(numbers) != 1:
        raise Invalid("scan_one_page")
    return numbers[0]


def ask_page_drop(chat: Chat) -> None:
    chat.say("reports/scan/drop", total=chat.answers(Arranging).total)


def take_page_drop(chat: Chat, answer: Answer) -> None:
    found = _asked(chat, answer)
    if found is not None:
        errand, duty = found
        _arrange(chat, errand, duty, _pages(errand).without(_numbers(chat, answer)))


def ask_move(chat: Chat) -> None:
    chat.say("reports/scan/move", total=chat.answers(Arranging).total)


def take_move(chat: Chat, answer: Answer) -> None:
    if _asked(chat, answer) is not None:
        chat.answers(Arranging).page = _one(chat, answer)
        chat.goto("before")


def ask_before(chat: Chat) -> None:
    arranging = chat.answers(Arranging)
    chat.say("reports/scan/before", page=arranging.page, total=arranging.total)


def take_before(chat: Chat, answer: Answer) -> None:
    arranging, found = chat.answers(Arranging), _asked(chat, answer)
    if found is not None:
        errand, duty = found
        before = arranging.total + 1 if answer.value == "end" else _one(chat, answer)
        _arrange(chat, errand, duty, _pages(errand).moved(arranging.page, before))


def ask_page_turn(chat: Chat) -> None:
    chat.say("reports/scan/turn", total=chat.answers(Arranging).total)


def take_page_turn(chat: Chat, answer: Answer) -> None:
    if _asked(chat, answer) is not None:
        chat.answers(Arranging).pages = list(_numbers(chat, answer))
        chat.goto("way")


def ask_way(chat: Chat) -> None:
    arranging = chat.answers(Arranging)
    chat.say("reports/scan/way", pages=arranging.pages, total=arranging.total)


def take_way(chat: Chat, answer: Answer) -> None:
    arranging, found = chat.answers(Arranging), _asked(chat, answer)
    if found is None:
        return
    if answer.value not in WAYS:
        raise Invalid("choose_button")
    errand, duty = found
    _arrange(chat, errand, duty, _pages(errand).turned(arranging.pages, WAYS[answer.value]))


FLOW = Flow(
    "scan",
    FlowStep("drop", ask_page_drop, take_page_drop, numbers=True, files=True),
    FlowStep("move", ask_move, take_move, numbers=True, files=True),
    FlowStep("before", ask_before, take_before, numbers=True, files=True),
    FlowStep("turn", ask_page_turn, take_page_turn, numbers=True, files=True),
    FlowStep("way", ask_way, take_way, files=True),
    answers=Arranging,
)
