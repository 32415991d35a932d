"""One person's talk inside one transaction, and what handlers may do with it."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from bot.calendar import Moment, next_allowed
from bot.messages import Abilities, Choice, File, Incoming, Reply
from bot.natural import in_natural_order
from bot.people import roles
from bot.people.reaching import reachable_contact
from bot.problems import Invalid
from bot.reading.typed_commands import Command, read_command
from bot.tables import Audit, Membership, Message, MessageState, Person, Unit
from bot.talk import outbox
from bot.talk.answers import BARE, A, Album, Answers, load_answers
from bot.talk.desk import Answer, Desk, Flow, FlowStep, Handler
from bot.talk.speaking import Speaker, open_dialog, write_standing

log = logging.getLogger(__name__)

R = TypeVar("R")

_KEYED = (
    select(Message)
    .where(Message.key == bindparam("key"))
    .with_for_update()
    .execution_options(populate_existing=True)
)

GO_ON = "go_on"
"""The action that asks the open question once more."""


class Chat:
    """One person's talk inside one transaction."""

    def __init__(self, desk: Desk, session: Session, speaker: Speaker, event: Incoming) -> None:
        self.desk = desk
        self.session = session
        self.contact = speaker.contact
        self.person: Person = speaker.contact.person
        self.dialog = speaker.dialog
        self._stood = replace(speaker.dialog)
        self.has_other_places = speaker.used_elsewhere is not None
        self.event = event
        self.at = event.at
        self.zone = desk.zone
        self._trouble = ""
        self.beside: int | None = None
        """The open question beside which something else was asked for: what is said then leads back to it."""
        self._offers: list[Choice] = []
        self._roles: list[Membership] | None = None
        self._read_roles = speaker.read_roles
        self._locked: dict[tuple[Any, int], Any] = {}
        self._answers: Answers | None = None

    @cached_property
    def command(self) -> Command | None:
        """The command that was typed, if the text is one."""
        return None if self.event.payload else read_command(self.event.text, self.desk.routes.commands)

    @property
    def moment(self) -> Moment:
        return self.desk.moment(self.at)

    @property
    def today(self) -> date:
        return self.moment.today

    @property
    def abilities(self) -> Abilities:
        """Of the channel on which the person speaks now."""
        return self.desk.abilities_of(self.contact)

    @property
    def open_step(self) -> FlowStep | None:
        """The open question."""
        flow = self.desk.routes.flows.get(self.dialog.flow)
        return flow.steps.get(self.dialog.step) if flow else None

    @property
    def takes_number(self) -> bool:
        """Whether a typed number answers the open question."""
        step = self.open_step
        return step is not None and step.takes_number(self)

    def answers(self, kind: type[A]) -> A:
        """What the open dialog knows; what is changed in it is kept. Raises LookupError where another dialog is open."""
        if not isinstance(self._open, kind):
            raise LookupError(f"{kind.__name__} in the dialog {self.dialog.flow!r}")
        return self._open

    def answers_if(self, kind: type[A]) -> A | None:
        """The same, or None where another dialog is open."""
        return self._open if isinstance(self._open, kind) else None

    @property
    def _open(self) -> Answers:
        if self._answers is None:
            flow = self.desk.routes.flows.get(self.dialog.flow)
            try:
                self._answers = flow.load(self.dialog.data) if flow else Answers()
            except ValueError:
                log.exception("answers unreadable person=%s flow=%s", self.person.id, self.dialog.flow)
                self._answers = load_answers(BARE, self.dialog.data)
        return self._answers

    def put_down(self) -> None:
        """Writes where the talk stands, with what has been answered, to the dialog's row; at the end of an event."""
        flow = self.desk.routes.flows.get(self.dialog.flow)
        if flow is not None and type(self._answers) is flow.answers:
            self.dialog.data = flow.dump(self._answers)
        if self.dialog != self._stood:
            write_standing(self.session, self.dialog)

    def say(
        self,
        template: str,
        *,
        files: tuple[File, ...] = (),
        key: str | None = None,
        wait: float = 0,
        trouble: str = "",
        head: str = "",
        **context: Any,
    ) -> str:
        """Answers the person, with what went wrong before it, and `head` before that; returns the text of all. With `key`, an answer of the same key
        that has not gone out yet is replaced."""
        self._lead(trouble)
        reply = self.reply(template, **context, trouble=self._trouble)
        text = "\n\n".join(part for part in (head, self._trouble, reply.text) if part)
        self._trouble = ""
        reply = Reply(text, self._with_offers(reply), files)
        reply = Reply(reply.text, (*reply.choices, *self._way_back(reply)), files, not self.takes_number)
        due_at = self.at + timedelta(seconds=wait)
        if key is not None:
            old = self.session.scalar(_KEYED, {"key": key})
            if old is not None and old.state == MessageState.WAITING and old.attempts == 0:
                old.body, old.due_at = outbox.to_body(reply), due_at
                return text
            key = key if old is None else f"{key}:{self.event.id}"[:120]
        outbox.post_answer(self.session, self.contact, reply, self.at, due_at, key)
        return text

    def offer_too(self, label: str, *action: object, always: bool = False) -> None:
        """The next message has this button too; with `always` every further question of the dialog as well."""
        choice = Choice(label, ":".join(str(part) for part in action))
        if always:
            self._open.offer = choice
        else:
            self._offers.append(choice)

    @property
    def offered(self) -> bool:
        """Whether the dialog has a lasting button."""
        return self._open.offer is not None

    def offer_no_more(self) -> None:
        """The lasting button of the dialog goes."""
        self._open.offer = None

    def _with_offers(self, reply: Reply) -> tuple[tuple[Choice, ...], ...]:
        offered = [*self._offers, *([self._open.offer] if self._open.offer else [])]
        self._offers = []
        taken = {choice.label for row in reply.choices for choice in row}
        rows = list(reply.choices)
        for choice in offered:
            if choice.label not in taken:
                rows.append((choice,))
                taken.add(choice.label)
        return tuple(rows)

    def reply(self, template: str, **context: Any) -> Reply:
        asked = self.dialog.question if self.dialog.flow else None
        return self.desk.render.reply(template, {"chat": self, "today": self.today, **context}, asked)

    def _way_back(self, reply: Reply) -> tuple[tuple[Choice, ...], ...]:
        """The button to the question that is still open, for its own buttons may be gone from the screen.

        None under what is to be forwarded, which has no buttons, nor where the question itself is put again."""
        payloads = [choice.payload for row in reply.choices for choice in row]
        answers = any(payload.startswith("=") for payload in payloads)
        if self.beside != self.dialog.question or not self.dialog.flow or answers or not payloads:
            return ()
        return ((Choice(self.desk.render.words["go_on"], GO_ON),),)

    def go_beside(self) -> None:
        """The event asks for something else than the open question, if there is one."""
        step = self.open_step
        if step is not None and not step.own_way:
            self.beside = self.dialog.question

    def tell(
        self, person: Person, template: str, *, key: str | None = None, **context: Any
    ) -> Message | None:
        """Sends to somebody else; nothing when that person cannot be reached, or has been sent what has the same `key`."""
        contact = reachable_contact(self.session, person.id)
        if contact is None or (key and self.session.scalar(_KEYED, {"key": key}) is not None):
            return None
        reply = self.desk.render.reply(template, {"today": self.today, **context})
        due_at = next_allowed(self.moment)
        return outbox.post_message(self.session, contact, reply, self.at, bulk=True, key=key, due_at=due_at)

    def sentence(self, problem: Invalid) -> str:
        return self.desk.render.sentence(problem.code, {"today": self.today, **problem.facts})

    def begin(self, what: Answers, step: str = "", *, trouble: str = "") -> None:
        """Starts the dialog of these answers and asks its first question, or that of `step`."""
        flow = self._enter(what)
        self._ask(step or flow.first, trouble)

    def begin_answered(self, what: Answers, step: str, text: str) -> None:
        """Starts a dialog at a question that has been answered before it was asked. Raises Invalid as its step does, which
        then is asked."""
        flow = self._enter(what)
        self._stand_at(step)
        flow.steps[step].take(self, Answer(text=text))

    def begin_unasked(self, answers: Answers, step: str) -> None:
        """Starts a dialog at a question that something else on the screen asks."""
        self._enter(answers)
        self._stand_at(step)

    def _enter(self, answers: Answers) -> Flow:
        flow = self.desk.routes.flow_of[type(answers)]
        self._let_go(answers.words)
        self.dialog.flow, self.dialog.data, self.dialog.trail = flow.name, {}, []
        self._answers = answers
        return flow

    def take_up(self, flow: str, step: str, data: dict[str, Any], trail: list[str]) -> None:
        """Opens a dialog where its row stood, without asking; in no dialog with an empty `flow`."""
        self.dialog.flow, self.dialog.data, self.dialog.trail = flow, data, trail
        self._answers = None
        self._stand_at(step)

    def hear_instead(self, event: Incoming) -> None:
        """Goes on with another event than that which came."""
        self.event = event
        self.__dict__.pop("command", None)

    def goto(self, step: str, *, trouble: str = "") -> None:
        """The present question is answered; asks the next one."""
        self.dialog.trail = [*self.dialog.trail, self.dialog.step]
        self._ask(step, trouble)

    def again(self, *, trouble: str = "") -> None:
        """Asks the present question once more."""
        self._ask(self.dialog.step, trouble)

    def back(self) -> None:
        trail = list(self.dialog.trail)
        step = trail.pop() if trail else self.dialog.step
        self.dialog.trail = trail
        self._ask(step)

    def end(self) -> None:
        self._let_go([])
        self.dialog.flow, self.dialog.step, self.dialog.data, self.dialog.trail = "", "", {}, []
        self._answers = None

    def refuse(self) -> None:
        """Ends the dialog over what is not there, or not this person's: nobody is told which."""
        self.end()
        self.say("talk/not_yours")

    @property
    def album(self) -> Album:
        """What the open dialog knows of the album that is just arriving."""
        return self._open.sent

    @album.setter
    def album(self, sent: Album) -> None:
        self._open.sent = sent

    @property
    def words(self) -> list[int]:
        """What the person has said in this dialog and stands nowhere yet, by ids that the rooms know."""
        return list(self._open.words)

    def hold(self, *words: int) -> None:
        """The dialog answers for these words: it writes them down (`release`), or they are handed to `Routes.leave`."""
        self._open.words = [*self.words, *(word for word in words if word not in self.words)]

    def release(self, *words: int) -> None:
        """These words have found their place; without any, all of them."""
        self._open.words = [word for word in self.words if words and word not in words]

    def _let_go(self, kept: list[int]) -> None:
        left = [word for word in self.words if word not in kept]
        if left:
            self.release()
            waiting, self._trouble = self._trouble, ""  # it belongs to what is said next
            self.desk.routes.leave(self, left)
            self._trouble = waiting

    def open(self, action: str, *arguments: str, trouble: str = "") -> None:
        """Goes on as if the button of that action had been pressed, but for what went wrong."""
        self.run(self.desk.routes.actions[action], *arguments, trouble=trouble)

    def run(self, handler: Handler, *arguments: str, trouble: str = "") -> None:
        """Lets the handler answer, with what went wrong before its words."""
        self._lead(trouble)
        handler(self, *arguments)

    def once(self, read: Callable[[Session, int], R], row: int) -> R:
        """What `read` finds of the row that it locks: once locked, nobody else changes it while the event is handled."""
        if (read, row) not in self._locked:
            self._locked[read, row] = read(self.session, row)
        found: R = self._locked[read, row]
        return found

    def roles(self) -> list[Membership]:
        """The person's roles that have not ended."""
        if self._roles is None:
            self._roles = self._read_roles(self.session, self.person.id)
        return self._roles

    def forget_roles(self) -> None:
        self._roles = None

    def may(self, action: str, path: str) -> bool:
        return roles.may_act(self.roles(), action, path)

    def unit_for(self, action: str, unit_id: str = "") -> Unit | None:
        """The unit that the person leads; with several, asks which and comes back through `action`."""
        units = {m.unit_id: m.unit for m in roles.role_holders(self.roles(), "lead")}
        chosen = [unit for unit in units.values() if not unit_id or str(unit.id) == unit_id]
        if len(chosen) == 1:
            return chosen[0]
        if chosen:
            self.say("talk/which_unit", units=in_natural_order(chosen, lambda unit: unit.code), action=action)
        else:
            self.say("talk/not_yours")
        return None

    def lead_unit(self, unit_id: int | str) -> Unit | None:
        """The unit if the person leads it still; else says so and ends the dialog."""
        unit = self.session.get(Unit, row_id(unit_id))
        if unit is not None and self.may("lead", unit.path):
            return unit
        self.end()
        self.say("talk/not_yours")
        return None

    def upload_link(self) -> str:
        return self.desk.links.upload(self.contact.id, self.contact.key)

    def export_link(self) -> str:
        return self.desk.links.export(self.contact.id, self.contact.key)

    def file_link(self, file: File) -> str:
        return self.desk.file_link(file, self.contact)

    def invite_links(self, code: str) -> list[tuple[str, str]]:
        return self.desk.links.invitation(code)

    def adopt_dialog(self) -> None:
        """After the contact has moved to another person: goes on in that person's dialog."""
        self.dialog, self._answers = open_dialog(self.session, self.contact.person_id), None
        self._stood, self.has_other_places = replace(self.dialog), True
        self.end()

    def note(self, action: str, subject: str = "") -> None:
        self.session.add(Audit(at=self.at, person_id=self.person.id, action=action, subject=subject))

    def _lead(self, trouble: str) -> None:
        self._trouble = "\n\n".join(part for part in (self._trouble, trouble) if part)

    def _stand_at(self, step: str) -> None:
        self.dialog.step = step
        self.dialog.question += 1
        self.dialog.touched_at = self.at

    def _ask(self, step: str, trouble: str = "") -> None:
        self._stand_at(step)
        self._lead(trouble)
        self.desk.routes.flows[self.dialog.flow].steps[step].ask(self)


def row_id(said: object) -> int:
    """The id that a button names; 0, which no row has, for anything that is none."""
    text = str(said)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
