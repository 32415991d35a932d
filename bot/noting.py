"""What is typed, spoken or photographed while a meeting runs is noted at its present step."""

from bot import leading
from bot.chat import Answer, Chat
from bot.domain.notes import NOTE_LIMIT, add_note, kind_of_file, notes_of
from bot.domain.preparing import PEOPLE, name_of
from bot.domain.reading import fold
from bot.domain.walk import closing, ends_round, mark, names_people, next_member
from bot.intake import once, refusals, upload
from bot.messages import File
from bot.models import Meeting

SAYS_NEXT = ("tiep", "tiep tuc", "tiep theo", "buoc tiep theo", "sang buoc tiep theo")
SAYS_END = ("ket thuc", "ket thuc hop", "ket thuc cuoc hop", "ket thuc buoi hop")
SAYS_MORE = ("con", "van con", "dong chi tiep theo", "con dong chi nua")
SAYS_OVER = ("het", "het roi", "khong con", "khong con ai")
NAMES = {
    "clerk": ("thu ky", "thu ky hop", "nguoi ghi bien ban"),
    "chair": ("chu tri", "chu toa", "dieu hanh"),
    "presenter": ("trinh bay", "nguoi trinh bay", "bao cao vien"),
}


def take(chat: Chat, answer: Answer) -> None:
    """Notes what has come, but for the words that lead on; `later` in the dialog: of a meeting that was held."""
    meeting = leading.present(chat, held=bool(chat.data.get("later")))
    if meeting is None:
        return
    if answer.files or chat.event.refused:
        _take_files(chat, meeting, answer)
    elif not _leads_on(chat, meeting, fold(answer.text)) and not _names(chat, meeting, answer.text):
        text = chat.event.text or answer.text
        _note(chat, meeting, text, None)


def _leads_on(chat: Chat, meeting: Meeting, said: str) -> bool:
    if meeting.state != "running":
        return False
    if closing(meeting):
        if said in SAYS_END:
            chat.open("meet.end", str(meeting.id))
        return said in SAYS_END
    if ends_round(meeting, meeting.step):
        return _in_round(chat, meeting, said)
    if said not in SAYS_NEXT and said not in SAYS_END:
        return False
    if said in SAYS_NEXT or meeting.step == len(meeting.steps) - 1:
        mark(meeting, "done", chat.at)
    leading.go_on(chat, meeting)
    return True


def _in_round(chat: Chat, meeting: Meeting, said: str) -> bool:
    if said in SAYS_NEXT or said in SAYS_MORE:
        next_member(meeting)
        leading.go_on(chat, meeting)
    elif said in SAYS_OVER or said in SAYS_END:
        chat.open("meet.next", str(meeting.id), str(meeting.step))
    else:
        return False
    return True


def _names(chat: Chat, meeting: Meeting, text: str) -> bool:
    """ "Thư ký: đồng chí Lan", where the clerk is chosen, says who it is."""
    head, colon, name = text.partition(":")
    role = next((role for role in PEOPLE if fold(head) in NAMES[role]), "")
    if not colon or not role or meeting.state != "running" or not names_people(meeting):
        return False
    setattr(meeting, role, name_of(name))
    leading.go_on(chat, meeting)
    return True


def _take_files(chat: Chat, meeting: Meeting, answer: Answer) -> None:
    files = [file for file in answer.files if kind_of_file(file)]
    if answer.files and not files:
        chat.desk.routes.files(chat)  # a report that comes in the middle of a meeting is still a report
        return
    if not files:
        leading.say(chat, "meeting/refused", meeting, refused=refusals(chat), upload=upload(chat))
        return
    words = chat.event.text
    for file in files:
        _note(chat, meeting, words, file)
        words = ""


def _note(chat: Chat, meeting: Meeting, text: str, file: File | None) -> None:
    ref = f"{chat.contact.id}:{chat.event.message_ref}" if chat.event.message_ref else ""
    note = add_note(chat.session, meeting, chat.person.id, text, chat.at, ref, file)
    count = sum(n.step == note.step for n in notes_of(chat.session, meeting))
    if meeting.state == "held":
        chat.note("result corrected", f"meeting:{meeting.id} note {note.id}")
    leading.say(
        chat,
        "meeting/noted",
        meeting,
        note=note,
        count=count,
        most=cut_to(text),
        **once(chat, f"note:{meeting.id}"),
    )


def cut_to(text: str) -> int | None:
    """How much of the text has been kept, if not all of it."""
    return NOTE_LIMIT if len(text.strip()) > NOTE_LIMIT else None
