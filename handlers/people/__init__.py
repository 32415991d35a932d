"""Registration, home, settings, the office's page, and what belongs to no task."""

from collections.abc import Mapping

from bot.tables import ErrandKind
from bot.talk.chat import GO_ON
from bot.talk.desk import Flow, Handler
from bot.talk.errands import Work
from handlers.people import (
    admin,
    calendar,
    discreet,
    hearing,
    home,
    inviting,
    mail_address,
    naming,
    own_data,
    register,
    requests,
    settings,
    talk,
)

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
    "admin.costs": admin.show_costs,
    "admin.page": admin.link_office_page,
    "admin.invite": admin.begin_invite,
    "admin.all": inviting.begin_inviting_all,
    "admin.registered": inviting.show_registered,
    "admin.renew": inviting.renew_code,
    "admin.unsend": inviting.withdraw_code,
    "admin.discretion": discreet.show_discretion,
    "admin.wording": discreet.set_discretion,
    "admin.names": naming.begin_naming,
    "admin.requests": requests.show_requests,
    "admin.request": requests.begin_answer,
    "admin.consents": requests.show_consents,
    "settings": settings.show_settings,
    "settings.name": naming.begin_own,
    "settings.hour": settings.set_hour,
    "settings.weekends": settings.set_weekends,
    "settings.away": settings.set_away,
    "settings.calendar": calendar.show_calendar,
    "settings.calendar_new": calendar.renew_calendar,
    "settings.calendar_end": calendar.stop_calendar,
    "settings.mail": mail_address.begin_mail,
    "settings.web": settings.web_link,
    "settings.first": hearing.begin_first,
    "settings.places": settings.show_places,
    "settings.channel": settings.channel_code,
    "settings.consent": settings.show_consent,
    "settings.data": own_data.show_own_data,
    "settings.ask": own_data.begin_request,
    "settings.forget": settings.forget_me,
    GO_ON: talk.ask_again,
    "help": talk.help_me,
    "cancel": talk.cancel_dialog,
}

FLOWS: tuple[Flow, ...] = (
    register.FLOW,
    settings.FLOW,
    hearing.FLOW,
    mail_address.FLOW,
    own_data.FLOW,
    requests.FLOW,
    naming.FLOW,
    admin.FLOW,
    inviting.FLOW,
)

WORK: Mapping[ErrandKind, Work] = {ErrandKind.INVITES: inviting.make_invitations}
