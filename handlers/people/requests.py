"""What the office owes people about their data: their requests with the days left, and who has agreed to what."""

from dataclasses import dataclass

from bot.people.consents import agreements
from bot.people.people import CONSENT_VERSION
from bot.people.requests import answer_request, request_for, waiting_requests
from bot.people.roles import role_holders
from bot.problems import Invalid
from bot.tables import DataRequest, RequestState
from bot.talk.answers import Answers
from bot.talk.chat import Chat, row_id
from bot.talk.desk import Answer, Flow, FlowStep

SHOWN = 20


@dataclass
class AnsweringRequest(Answers):
    request: int = 0


def show_requests(chat: Chat) -> None:
    offices = role_holders(chat.roles(), "administer")
    if not offices:
        chat.say("talk/not_yours")
        return
    if chat.dialog.flow == FLOW.name:
        chat.end()
    rows = waiting_requests(chat.session, offices)
    chat.say("people/requests/list", rows=rows[:SHOWN], more=max(0, len(rows) - SHOWN))


def show_consents(chat: Chat) -> None:
    """Who of the office's people has agreed to which version when; of those who are forgotten only how many."""
    offices = role_holders(chat.roles(), "administer")
    if not offices:
        chat.say("talk/not_yours")
        return
    found = agreements(chat.session, offices, chat.at)
    chat.say("people/requests/consents", found=found, version=CONSENT_VERSION, most=SHOWN)


def begin_answer(chat: Chat, request_id: str) -> None:
    request = _open_request(chat, row_id(request_id))
    if request is not None:
        chat.begin(AnsweringRequest(request.id))


def _open_request(chat: Chat, request_id: int) -> DataRequest | None:
    """The request, if it is this office's and still waits; else says what has become of it."""
    request = request_for(chat.session, role_holders(chat.roles(), "administer"), request_id)
    if request is None:
        chat.refuse()
    elif request.state != RequestState.OPEN:
        chat.end()
        chat.say("people/requests/already", request=request)
    else:
        return request
    return None


def ask_decision(chat: Chat) -> None:
    request = _open_request(chat, chat.answers(AnsweringRequest).request)
    if request is not None:
        chat.say("people/requests/one", request=request)


def take_decision(chat: Chat, answer: Answer) -> None:
    request = _open_request(chat, chat.answers(AnsweringRequest).request)
    if request is None:
        return
    if answer.value == "done":
        _answer(chat, request, RequestState.DONE)
    elif answer.value == "refuse":
        chat.goto("reason")
    else:
        raise Invalid("choose_button")


def ask_reason(chat: Chat) -> None:
    chat.say("people/requests/reason")


def take_reason(chat: Chat, answer: Answer) -> None:
    request = _open_request(chat, chat.answers(AnsweringRequest).request)
    if request is None:
        return
    if not answer.text.strip():
        raise Invalid("request_reason")
    _answer(chat, request, RequestState.REFUSED, answer.text.strip())


def _answer(chat: Chat, request: DataRequest, state: RequestState, reason: str = "") -> None:
    answer_request(request, state, chat.person.id, chat.at, reason)
    chat.note("data request answered", f"request:{request.id}")
    told = request.person.anonymised_at is None and chat.tell(
        request.person, "people/requests/told", request=request
    )
    chat.end()
    chat.say("people/requests/answered", request=request, told=told)


FLOW = Flow(
    "requests",
    FlowStep("decide", ask_decision, take_decision),
    FlowStep("reason", ask_reason, take_reason, words=True),
    answers=AnsweringRequest,
)
