"""Registration, home, settings, the office's page, and what belongs to no task."""

from bot.talk.chat import GO_ON
from bot.talk.desk import Flow, Handler
from handlers.people import admin, home, naming, register, settings, talk

COMMANDS: dict[str, Handler] = {
    "/start": home.start_talk,
    "/quantri": admin.show_admin,
    "/caidat": settings.show_settings,
    "/xoadulieu": settings.forget_me,
    "/huy": talk.cancel_dialog,
    "/trogiup": talk.help_me,
}

ACTIONS: dict[str, Handler] = {
    "home": home.show_home,
    "admin": admin.show_admin,
    "admin.lost": admin.show_lost_contacts,
    "admin.invite": admin.begin_invite,
    "admin.names": naming.begin_naming,
    "settings": settings.show_settings,
    "settings.name": naming.begin_own,
    "settings.hour": settings.set_hour,
    "settings.weekends": settings.set_weekends,
    "settings.away": settings.set_away,
    "settings.web": settings.web_link,
    "settings.places": settings.show_places,
    "settings.channel": settings.channel_code,
    "settings.consent": settings.show_consent,
    "settings.forget": settings.forget_me,
    GO_ON: talk.ask_again,
    "help": talk.help_me,
    "cancel": talk.cancel_dialog,
}

FLOWS: tuple[Flow, ...] = (
    register.FLOW,
    settings.FLOW,
    naming.FLOW,
    admin.FLOW,
)
