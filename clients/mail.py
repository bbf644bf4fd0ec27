"""Mail to a business: one plain-text message, handed to a mail server or not. Refuses to guess and to send twice by itself.

Whoever calls decides what to do about "later"; a connection lost after the text was written may have been a success, and
the fixed Message-ID makes a repeat the same mail to whoever reads it.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import BinaryIO, Protocol
from urllib.parse import unquote, urlsplit

from config.errors import PermanentError, TransientError
from config.settings import Environment, Settings

MOST_LINES = 1000  # of one conversation; a server that says more means harm
TIMEOUT_S = 10.0  # each step of the conversation with the server
SMTP_PORT, SMTPS_PORT = 587, 465
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SUBJECT_CHARACTERS, REASON_CHARACTERS = 150, 200
ADDRESS = re.compile(r"[^\s@<>()\[\],:;\"\\\x00-\x20\x7f]{1,64}@[^\s@<>()\[\],:;\"\\\x00-\x20\x7f]{1,190}")
NOT_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Mail:
    """What is sent. Subject and text may hold anything: they are made safe here."""

    message_id: str
    recipients: Sequence[str]
    subject: str
    text: str
    at: datetime


@dataclass(frozen=True)
class Taken:
    """What became of each recipient: the server took the mail for them, says "later", or "never", and why."""

    reached: tuple[str, ...] = ()
    later: Mapping[str, str] = field(default_factory=dict)
    never: Mapping[str, str] = field(default_factory=dict)


class MailServer(Protocol):
    """Takes a mail, for all of its recipients, some, or none."""

    def send(self, mail: Mail) -> Taken:
        """Raises: TransientError (nobody's was taken, perhaps later), PermanentError (nobody's ever will be)."""
        ...


class DevelopmentMail:
    """No server: every mail is taken and goes nowhere; the development inbox shows its row."""

    def send(self, mail: Mail) -> Taken:
        return Taken(tuple(mail.recipients))


class NoMail:
    """Production without SMTP_URL: visible where the notices are."""

    def send(self, mail: Mail) -> Taken:
        raise PermanentError("SMTP_URL is not set")


class SmtpServer:
    """A server by SMTP_URL: smtp:// (with STARTTLS where it is offered) or smtps://, user and password percent-encoded."""

    def __init__(self, url: str, sender: str, own_name: str) -> None:
        parts = urlsplit(url)
        self._tls = parts.scheme == "smtps"
        self._host = parts.hostname or ""
        self._port = parts.port or (SMTPS_PORT if self._tls else SMTP_PORT)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._sender = sender
        self._own_name = own_name

    def send(self, mail: Mail) -> Taken:
        never = {address: "not a mail address" for address in mail.recipients if not _envelope_form(address)}
        able = [address for address in mail.recipients if address not in never]
        if not able:
            raise PermanentError(_named("no recipient can be reached", never))
        try:
            server = self._connected()
        except smtplib.SMTPAuthenticationError as error:  # nothing about this mail: a person mends SMTP_URL
            raise TransientError(f"the mail server refuses our password ({error.smtp_code})") from None
        except smtplib.SMTPResponseException as error:
            raise _refusal(error) from None
        except (OSError, smtplib.SMTPException) as error:
            raise TransientError(f"the mail server cannot be used ({type(error).__name__})") from None
        try:
            return self._hand_over(server, mail, able, never)
        finally:
            with suppress(OSError, smtplib.SMTPException):  # it was taken, or was not; the farewell changes nothing
                server.quit()
            server.close()

    def _connected(self) -> smtplib.SMTP:
        """Greeted, encrypted where possible, signed in."""
        context = ssl.create_default_context()
        server: smtplib.SMTP
        if self._tls:
            server = _Encrypted(
                self._host, self._port, local_hostname=self._own_name, timeout=TIMEOUT_S, context=context
            )
        else:
            server = _Plain(self._host, self._port, local_hostname=self._own_name, timeout=TIMEOUT_S)
        try:
            server.ehlo_or_helo_if_needed()
            if not self._tls and server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
                encrypted = True
            else:
                encrypted = self._tls
            if self._user:
                if not encrypted and self._host not in LOOPBACK:
                    raise smtplib.SMTPNotSupportedError("no STARTTLS: the password is not sent in clear")
                server.login(self._user, self._password)
        except BaseException:
            server.close()
            raise
        return server

    def _hand_over(self, server: smtplib.SMTP, mail: Mail, able: list[str], never: dict[str, str]) -> Taken:
        text = _as_message(mail, self._sender).as_bytes()
        addresses = {_envelope_form(address): address for address in able}
        refused: dict[str, tuple[int, bytes]] = {}
        try:
            refused = server.sendmail(_envelope_form(parseaddr(self._sender)[1]), list(addresses), text)
        except smtplib.SMTPRecipientsRefused as error:
            refused = error.recipients
        except smtplib.SMTPResponseException as error:  # of the sender, or of the text
            raise _refusal(error) from None
        except (OSError, smtplib.SMTPException) as error:
            raise TransientError(f"the connection to the mail server was lost ({type(error).__name__})") from None
        later = {addresses[name]: _said(*why) for name, why in refused.items() if why[0] < 500}
        never = never | {addresses[name]: _said(*why) for name, why in refused.items() if why[0] >= 500}
        reached = tuple(address for address in able if address not in later and address not in never)
        if not reached and later:
            raise TransientError(_named("refused for now", later))
        if not reached:
            raise PermanentError(_named("refused", never))
        return Taken(reached, later, never)


class _Lines:
    """What a server says, line by line, up to where no server needs more: smtplib reads an answer without end for ever."""

    def __init__(self, said: BinaryIO) -> None:
        self._said, self._left = said, MOST_LINES

    def readline(self, limit: int) -> bytes:
        self._left -= 1
        if self._left < 0:
            raise OSError("an answer without end")
        return self._said.readline(limit)

    def close(self) -> None:
        self._said.close()


class _Bounded:
    """Counts what is read from the connection that smtplib opened."""

    _lines: _Lines | None = None

    @property
    def file(self) -> _Lines | None:
        return self._lines

    @file.setter
    def file(self, said: BinaryIO | None) -> None:
        self._lines = _Lines(said) if said is not None else None


class _Plain(_Bounded, smtplib.SMTP):
    pass


class _Encrypted(_Bounded, smtplib.SMTP_SSL):
    pass


def mail_server(config: Settings) -> MailServer:
    """The one that the settings name; without one, what their environment does instead."""
    if config.smtp_url is not None:
        name = urlsplit(config.external_url).hostname or "localhost"
        sender = config.mail_from or f"frontdesk@{name}"
        return SmtpServer(config.smtp_url.get_secret_value(), sender, name)
    return NoMail() if config.environment is Environment.PRODUCTION else DevelopmentMail()


def _as_message(mail: Mail, sender: str) -> EmailMessage:
    """Plain text in 7 bits. A header is one line, whatever was put into it."""
    name, address = parseaddr(sender)
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["From"] = Address(one_line(name), addr_spec=address)
    message["To"] = [Address(addr_spec=name) for each in mail.recipients if (name := _envelope_form(each))]
    message["Subject"] = one_line(mail.subject)
    message["Date"] = format_datetime(mail.at)
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(NOT_TEXT.sub("", mail.text), charset="utf-8")
    return message


def one_line(text: str) -> str:
    """Text for a header: no line breaks, no control characters, not endless."""
    plain = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return plain if len(plain) <= SUBJECT_CHARACTERS else plain[: SUBJECT_CHARACTERS - 1] + "…"


def _envelope_form(address: str) -> str:
    """An address as SMTP takes it, its domain in ASCII; empty when it is none."""
    if not ADDRESS.fullmatch(address):
        return ""
    local, _, domain = address.rpartition("@")
    try:
        name = f"{local.encode('ascii').decode()}@{domain.encode('idna').decode()}"
        return Address(addr_spec=name).addr_spec
    except (ValueError, MessageError):  # UnicodeError is a ValueError
        return ""


def _refusal(error: smtplib.SMTPResponseException) -> TransientError | PermanentError:
    said = _said(error.smtp_code, error.smtp_error)
    return TransientError(said) if error.smtp_code < 500 else PermanentError(said)


def _said(code: int, text: bytes | str) -> str:
    """The server's words, for the notice's row; they may name an address and are never logged."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return one_line(f"{code} {words}")[:REASON_CHARACTERS]


def _named(what: str, refused: Mapping[str, str]) -> str:
    return what + ": " + "; ".join(f"{address} ({why})" for address, why in refused.items())
