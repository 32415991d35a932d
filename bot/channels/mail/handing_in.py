"""A letter handed in at the server, and what its answers mean for the outbox."""

import contextlib
import re
import smtplib
import ssl
from email.message import EmailMessage

from bot.channels.mail.settings import Cover, MailServer, Stopped
from bot.messages import TryLater, Undeliverable, Unsendable

SECONDS = 15.0
"""So long each answer of the server is waited for."""
BUSY_SECONDS = 60.0
TOO_LARGE, LOGIN_WANTED, UNAVAILABLE = 552, 530, 421
_STATUS = re.compile(rb"\b([45]\.\d{1,3}\.\d{1,3})\b")
_RELAY = re.compile(rb"relay|authenticat", re.IGNORECASE)


def hand_in(server: MailServer, letter: EmailMessage) -> None:
    """Blocks. Raises Undeliverable, Unsendable, TryLater, Stopped, or what may pass."""
    try:
        line = _connected(server)
        try:
            line.send_message(letter, server.sender, [str(letter["To"])])
        finally:
            _leave(line)
    except smtplib.SMTPRecipientsRefused as error:
        raise _recipient(*next(iter(error.recipients.values()))) from None
    except smtplib.SMTPSenderRefused as error:
        raise _sender(error.smtp_code, _bytes(error.smtp_error)) from None
    except smtplib.SMTPDataError as error:
        raise _content(error.smtp_code, _bytes(error.smtp_error)) from None
    except smtplib.SMTPAuthenticationError as error:
        raise _for_all(error.smtp_code, "smtp_login_refused") from None
    except smtplib.SMTPNotSupportedError:
        raise Stopped("smtp_no_login") from None
    except smtplib.SMTPResponseException as error:  # of the greeting
        raise _for_all(error.smtp_code, "smtp_refuses") from None
    except ssl.SSLCertVerificationError:
        raise Stopped("smtp_certificate") from None


def _connected(server: MailServer) -> smtplib.SMTP:
    safe = ssl.create_default_context()
    name = server.domain  # its own guess asks the name servers
    if server.cover == Cover.TLS:
        line: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, name, timeout=SECONDS, context=safe)
    else:
        line = smtplib.SMTP(server.host, server.port, name, timeout=SECONDS)
    try:
        if server.cover == Cover.STARTTLS:
            _cover(line, safe)
        if server.user:
            line.login(server.user, server.password)
    except BaseException:
        line.close()
        raise
    return line


def _cover(line: smtplib.SMTP, safe: ssl.SSLContext) -> None:
    line.ehlo_or_helo_if_needed()
    if not line.has_extn("starttls"):
        raise Stopped("smtp_no_tls")
    line.starttls(context=safe)


def _leave(line: smtplib.SMTP) -> None:
    """Whatever is said to a farewell: the letter has been taken, or has not."""
    with contextlib.suppress(smtplib.SMTPException, OSError):
        line.quit()
    line.close()


def _recipient(code: int, said: bytes) -> Exception:
    """5.7 is a rule of the server's, about us or the letter: the address may be good all the same."""
    if code == UNAVAILABLE:
        return TryLater(BUSY_SECONDS, everyone=True)
    if code < 500:
        return ConnectionError(_reason(code, said))
    if code == LOGIN_WANTED or (_status(said).startswith("5.7.") and _RELAY.search(said)):
        return Stopped("smtp_no_relay")
    if _status(said).startswith("5.7."):
        return Unsendable(_reason(code, said))
    return Undeliverable(_reason(code, said))


def _sender(code: int, said: bytes) -> Exception:
    return Unsendable(_reason(code, said)) if code == TOO_LARGE else _for_all(code, "smtp_sender_refused")


def _content(code: int, said: bytes) -> Exception:
    return Unsendable(_reason(code, said)) if code >= 500 else ConnectionError(_reason(code, said))


def _for_all(code: int, stopped: str) -> Exception:
    return Stopped(stopped) if code >= 500 else TryLater(BUSY_SECONDS, everyone=True)


def _reason(code: int, said: bytes) -> str:
    """The numbers alone: the words may quote the address."""
    return f"smtp {code} {_status(said)}".strip()


def _status(said: bytes) -> str:
    found = _STATUS.search(said)
    return found[1].decode() if found else ""


def _bytes(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode()
