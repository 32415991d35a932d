"""Which units have done something, or have not: "chi bộ nào chưa họp tháng 11?", asked in a leader's own words."""

from dataclasses import replace

from bot.duties.apart import apart_figures
from bot.duties.counting import Tally, tally_now, urgent_first
from bot.duties.period_counts import Box
from bot.periods import Period, period_of, span_of
from bot.problems import Invalid
from bot.reading.period_words import read_asked_period
from bot.reading.standing_words import AskedStanding, read_standing
from bot.reading.words import fold
from bot.summaries.focus import of_kind, of_topic
from bot.tables import Demand
from bot.talk.chat import Chat
from handlers.summaries.part import choose_period, whole_part
from handlers.summaries.period import say_names, say_period


def answer_standing(chat: Chat, text: str) -> bool:
    """Whether the words ask so, all of them are understood, and have been answered. The one thing that is meant is shown with its
    units and the button that reminds them; of several it is asked which."""
    asked = read_standing(text)
    if asked is None:
        return False
    said = read_asked_period(asked.rest, chat.today)
    if said.part:
        return False
    ahead = said.period is not None and said.period.first > chat.today
    period, words = (None, asked.rest) if ahead else (said.period, said.rest)
    named = _named(chat, asked, words) if fold(words) else None
    if named == [] and ahead and said.period and not fold(said.rest):
        trouble = chat.sentence(Invalid("period_ahead", key=said.period.key))
        chat.run(choose_period, trouble=trouble)
        return True
    if named == []:
        return False
    if asked.stands == "open" and not asked.count:
        _say_missing(chat, asked, period, named)
    else:
        _say_figures(chat, asked, period, named)
    return True


def _asked_now(chat: Chat, asked: AskedStanding) -> list[Tally]:
    scope = whole_part(chat).scope
    if asked.kind:
        scope = scope & of_kind(asked.kind).only
    return urgent_first(tally_now(chat.session, scope, chat.today), chat.today)


def _named(chat: Chat, asked: AskedStanding, words: str) -> list[Tally]:
    """What is asked for now and bears all of the words in its title."""
    wanted = set(fold(words).split())
    return [one for one in _asked_now(chat, asked) if wanted <= set(fold(one.title).split())]


def _say_missing(chat: Chat, asked: AskedStanding, period: Period | None, named: list[Tally] | None) -> None:
    found = _asked_now(chat, asked) if named is None else named
    figures = [one for one in found if one.open and (period is None or _is_of(chat, one, period))]
    if len(figures) == 1:
        chat.open("sum.units", str(figures[0].demand_id))
    elif figures or period is None:
        chat.say("summaries/missing", figures=figures, apart=apart_figures(figures), asked=bool(found))
    else:
        _say_figures(chat, replace(asked, count=True), period, named)


def _is_of(chat: Chat, one: Tally, period: Period) -> bool:
    """Whether it is due in the period, or tells of it: the report of a quarter may be due in the next one."""
    told = read_asked_period(one.title, chat.today).period
    demand = chat.session.get_one(Demand, one.demand_id)
    if (demand.period_first, demand.period_last) == (period.first, period.last) or told == period:
        return True
    if told is not None and span_of(told) == span_of(period):
        return False
    return one.due_on is not None and period.first <= one.due_on <= period.last


def _say_figures(chat: Chat, asked: AskedStanding, period: Period | None, named: list[Tally] | None) -> None:
    part = whole_part(chat)
    if named:
        part = part.narrowed(of_topic(chat.session.get_one(Demand, named[0].demand_id)))
    elif asked.kind:
        part = part.narrowed(of_kind(asked.kind))
    shown = period or period_of("year", chat.today)
    if asked.count or asked.stands not in set(Box):
        say_period(chat, shown, part)
    else:
        say_names(chat, shown, Box(asked.stands), part, None, 0)
