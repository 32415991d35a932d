"""What is kept about oneself, and what one may ask the office about it."""

from dataclasses import dataclass

from bot.people.consents import consents_of
from bot.people.own_data import own_data
from bot.people.requests import DAYS, MOST_OPEN, ask_office, offices_of, requests_of
from bot.problems import Invalid
from bot.tables import RequestKind, RequestState
from bot.talk.answers import Answers
from bot.talk.chat import Chat
from bot.talk.desk import Answer, Flow, FlowStep


@dataclass
class Requesting(Answers):
    """What is asked of the office, while its words are typed."""

    kind: RequestKind = RequestKind.SEE


def show_own_data(chat: Chat) -> None:
    if chat.dialog.flow == FLOW.name:
        chat.end()
    chat.say(
        "people/requests/own",
        data=own_data(chat.session, chat.person.id),
        consents=consents_of(chat.session, chat.person.id),
        requests=requests_of(chat.session, chat.person.id),
        kinds=RequestKind,
    )


def begin_request(chat: Chat, kind: str) -> None:
    if kind in DAYS:
        chat.begin(Requesting(RequestKind(kind)))
    else:
        chat.open("settings.data")


def ask_request_words(chat: Chat) -> None:
    kind = chat.answers(Requesting).kind
    chat.say("people/requests/words", kind=kind, days=DAYS[kind])


def take_request_words(chat: Chat, answer: Answer) -> None:
    """What is to be done, in the person's own words; only what is to be corrected must be said."""
    kind, words = chat.answers(Requesting).kind, answer.text.strip()
    if not words and (answer.value != "none" or kind == RequestKind.CORRECT):
        raise Invalid("request_words")
    waiting = [r for r in requests_of(chat.session, chat.person.id) if r.state == RequestState.OPEN]
    if len(waiting) >= MOST_OPEN:
        raise Invalid("requests_many", most=MOST_OPEN)
    request = ask_office(chat.session, chat.person, kind, words, chat.at, chat.today)
    chat.note("data request", f"request:{request.id}")
    told = [
        chat.tell(one, "people/requests/asked", request=request, key=f"request:{request.id}:{one.id}")
        for one in offices_of(chat.session, chat.person.id)
    ]
    chat.end()
    chat.say("people/requests/sent", request=request, days=DAYS[kind], told=any(told))


FLOW = Flow(
    "own_data", FlowStep("words", ask_request_words, take_request_words, words=True), answers=Requesting
)
