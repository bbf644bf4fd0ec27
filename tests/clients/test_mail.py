"""Mail against a real server double: what is sent, what every refusal means, and that nothing can be smuggled in."""

from __future__ import annotations

import datetime
import smtplib
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from clients import mail
from clients.mail import DevelopmentMail, Mail, NoMail, SmtpServer, mail_server
from config.errors import PermanentError, TransientError
from config.settings import Settings
from tests.doubles.smtp import SmtpDouble, running

AT = datetime.datetime(2026, 3, 1, 9, 30, tzinfo=datetime.UTC)
SENDER = "Frontdesk <desk@frontdesk.example>"


@pytest.fixture(scope="module")
def _server() -> Iterator[SmtpDouble]:
    with running() as double:
        yield double


@pytest.fixture
def server(_server: SmtpDouble) -> SmtpDouble:
    _server.reset()
    return _server


def post(server: SmtpDouble, *recipients: str, url: str = "", **more: str) -> mail.Taken:
    facts = {"subject": "A visitor needs a person", "text": "Hello\n.\n.dot\nfrom here", **more}
    letter = Mail("<1@frontdesk>", recipients or ("anna@bakery.example",), facts["subject"], facts["text"], AT)
    return SmtpServer(url or server.url, SENDER, "frontdesk.example").send(letter)


def test_a_mail_arrives_as_it_was_written(server):
    assert post(server, "anna@bakery.example", "bob@bakery.example").reached == (
        "anna@bakery.example",
        "bob@bakery.example",
    )
    (taken,) = server.mails
    assert (taken.sender, taken.recipients) == ("desk@frontdesk.example", ["anna@bakery.example", "bob@bakery.example"])
    message = taken.message
    assert message["Message-ID"] == "<1@frontdesk>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["From"] == SENDER
    assert message["Date"].datetime == AT
    assert message.get_content_type() == "text/plain"
    assert message.get_content().splitlines() == ["Hello", ".", ".dot", "from here"]
    assert server.commands[-1] == "QUIT"


@pytest.mark.parametrize("line", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\x00"])
def test_nothing_is_smuggled_into_a_header(server, line):
    post(
        server,
        subject=f"Anna{line}Bcc: everybody@evil.example{line}{line}<b>body</b>",
        text=f"x{line}.{line}MAIL FROM:<x>",
    )
    (taken,) = server.mails
    assert taken.message["Bcc"] is None
    assert set(taken.message.keys()) == {
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
        *("Content-Type", "Content-Transfer-Encoding", "MIME-Version"),
    }
    assert server.commands.count("MAIL") == 1


def test_letters_of_the_world_and_long_lines_survive(server):
    words = "Grüße aus Łódź 🎂 " + "x" * 3000
    post(server, subject="Grüße 🎂", text=words)
    (taken,) = server.mails
    assert taken.message["Subject"] == "Grüße 🎂"
    assert taken.message.get_content().strip() == words
    assert max(len(line) for line in taken.raw.splitlines()) < 998
    assert taken.raw.isascii()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "anna",
        "anna@",
        "a b@x.example",
        "a@x.example\r\nRCPT TO:<b@x.example>",
        "a@x.example>,<b@y.example",
        "ü@x.example",
        "a..b@x.example",
    ],
)
def test_what_is_no_address_is_never_tried(server, address):
    with pytest.raises(PermanentError, match="not a mail address"):
        post(server, address)
    taken = post(server, address, "anna@bakery.example")
    assert (taken.reached, set(taken.never)) == (("anna@bakery.example",), {address})
    assert server.mails[0].recipients == ["anna@bakery.example"]


def test_a_domain_in_other_letters_is_reached(server):
    assert post(server, "anna@bäckerei.example").reached == ("anna@bäckerei.example",)
    assert server.mails[0].recipients == ["anna@xn--bckerei-5wa.example"]


@pytest.mark.parametrize(
    ("knob", "value", "error"),
    [
        ("greeting", "421 too busy", TransientError),
        ("greeting", "554 go away", PermanentError),
        ("refuse_sender", "451 later", TransientError),
        ("refuse_sender", "550 who are you", PermanentError),
        ("refuse", {"*": "450 greylisted"}, TransientError),
        ("refuse", {"*": "550 no such user"}, PermanentError),
        ("after_data", "452 disk full", TransientError),
        ("after_data", "552 too large", PermanentError),
        ("cut_after_data", True, TransientError),
    ],
)
def test_four_is_later_and_five_is_never(server, knob, value, error):
    setattr(server, knob, value)
    with pytest.raises(error):
        post(server)


def test_each_recipient_has_an_end_of_their_own(server):
    server.refuse = {"bob@x.example": "550 unknown", "eve@x.example": "450 later"}
    taken = post(server, "anna@x.example", "bob@x.example", "eve@x.example")
    assert taken.reached == ("anna@x.example",)
    assert (taken.never, taken.later) == ({"bob@x.example": "550 unknown"}, {"eve@x.example": "450 later"})
    assert [mail.recipients for mail in server.mails] == [["anna@x.example"]]


@pytest.mark.parametrize("farewell", ["500 what", "421 dying"])
def test_a_bad_farewell_changes_nothing(server, farewell):
    server.farewell = farewell
    assert post(server).reached


def test_a_server_that_stalls_is_given_up(server, monkeypatch):
    monkeypatch.setattr(mail, "TIMEOUT_S", 0.1)
    server.delay_s = 0.5
    with pytest.raises(TransientError):
        post(server)


def test_a_server_that_is_not_there_is_later(server):
    with pytest.raises(TransientError):
        post(server, url="smtp://127.0.0.1:1")


def test_the_password_is_given_where_it_is_asked_and_a_wrong_one_is_mended_by_a_person(server):
    server.password = "p@ss/word"
    assert post(server, url=f"smtp://desk:p%40ss%2Fword@127.0.0.1:{server.port}").reached
    with pytest.raises(TransientError, match="password") as refused:
        post(server, url=f"smtp://desk:wrong@127.0.0.1:{server.port}")
    assert "wrong" not in str(refused.value)


def test_a_password_never_travels_in_clear_to_another_machine(server, monkeypatch):
    monkeypatch.setattr(mail, "LOOPBACK", frozenset())
    server.password = "secret"
    with pytest.raises(TransientError):
        post(server, url=f"smtp://desk:secret@127.0.0.1:{server.port}")
    assert "AUTH" not in server.commands


class TestEncrypted:
    @pytest.fixture
    def certificate(self, tmp_path: Path) -> Path:
        """For 127.0.0.1, signed by itself; certificate and key in one file."""
        from ipaddress import ip_address

        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "double")])
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1))
            .not_valid_after(datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
            .sign(key, hashes.SHA256())
        )
        file = tmp_path / "double.pem"
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
        return file

    @pytest.fixture
    def encrypting(self, server, certificate) -> SmtpDouble:
        server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.tls.load_cert_chain(certificate)
        return server

    def test_starttls_is_used_where_it_is_offered(self, encrypting, certificate, monkeypatch):
        trusting = ssl.create_default_context(cafile=str(certificate))
        monkeypatch.setattr(ssl, "create_default_context", lambda: trusting)
        assert post(encrypting).reached
        assert encrypting.commands[:3] == ["EHLO", "STARTTLS", "EHLO"]

    def test_a_certificate_nobody_vouches_for_is_not_accepted(self, encrypting):
        encrypting.password = "secret"
        with pytest.raises(TransientError, match="SSL"):
            post(encrypting, url=f"smtp://desk:secret@127.0.0.1:{encrypting.port}")
        assert "AUTH" not in encrypting.commands


def settings_with(**values: object) -> Settings:
    stores = {"database_url": "postgres://x", "redis_url": "redis://x", "secret_key": "x" * 32}
    return Settings(**{**stores, **values})  # type: ignore[arg-type]


def test_without_a_server_development_accepts_and_production_says_so():
    development = mail_server(settings_with(environment="development"))
    assert isinstance(development, DevelopmentMail)
    assert development.send(Mail("<1@frontdesk>", ["a@b.example"], "s", "t", AT)).reached == ("a@b.example",)
    production = mail_server(settings_with(environment="production"))
    assert isinstance(production, NoMail)
    with pytest.raises(PermanentError, match="SMTP_URL is not set"):
        production.send(Mail("<1@frontdesk>", ["a@b.example"], "s", "t", AT))


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "smtp://mail.example:port", "mail.example"])
def test_a_wrong_address_of_the_server_stops_the_start_without_telling_it(url):
    with pytest.raises(ValueError, match="expected smtp://") as wrong:
        settings_with(smtp_url=f"{url}#canary")
    assert "canary" not in str(wrong.value)


def test_smtps_speaks_tls_from_the_first_byte(monkeypatch):
    called = []

    def refuse(_: object, *arguments: object, **more: object) -> None:
        called.append(arguments)
        raise smtplib.SMTPConnectError(421, b"busy")

    monkeypatch.setattr(smtplib.SMTP_SSL, "__init__", refuse)
    with pytest.raises(TransientError, match="busy"):
        SmtpServer("smtps://mail.example", SENDER, "x").send(Mail("<1@f>", ["a@b.example"], "s", "t", AT))
    assert called == [("mail.example", 465)]
