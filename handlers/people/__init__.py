"""Registration, home, settings, the office's page, and what belongs to no task."""

from bot.talk.chat import GO_ON
from bot.talk.desk import Flow, Handler
from handlers.people import admin, home, naming, register, settings, talk

COMMANDS: dict[str, Handler] = {
    "/start": home.start,
    "/quantri": admin.show,
    "/caidat": settings.show,
    "/xoadulieu": settings.forget_me,
    "/huy": talk.cancel,
    "/trogiup": talk.help_me,
}

ACTIONS: dict[str, Handler] = {
    "home": home.show,
    "admin": admin.show,
    "admin.lost": admin.lost,
    "admin.invite": admin.begin_invite,
    "admin.names": naming.begin,
    "settings": settings.show,
    "settings.name": naming.begin_own,
    "settings.hour": settings.hour,
    "settings.weekends": settings.weekends,
    "settings.away": settings.away,
    "settings.web": settings.web_link,
    "settings.channel": settings.channel_code,
    "settings.forget": settings.forget_me,
    GO_ON: talk.go_on,
    "help": talk.help_me,
    "cancel": talk.cancel,
}

FLOWS: tuple[Flow, ...] = (
    register.FLOW,
    settings.FLOW,
    naming.FLOW,
    admin.FLOW,
)
