"""The settings that template.yaml gives are those that the functions read, and a wrong one stops a cold start."""

import re
from pathlib import PurePosixPath

import pytest

from passerelle.adapters.settings import Place, Settings, Tls
from passerelle.core.message import Network
from tests.adapters import clouds

GOOD = {
    "PASSERELLE_MAILROOM": "mailroom",
    "PASSERELLE_CONFIGURATION": "configuration",
    "PASSERELLE_LEDGER": "ledger",
    "PASSERELLE_MARKS_KEY": "arn:aws:kms:eu-west-3:123456789012:key/marks",
    "PASSERELLE_PERSONS": "persons",
    "PASSERELLE_PERSONS_KEY": "arn:aws:kms:eu-west-3:123456789012:key/persons",
    "PASSERELLE_LEDGER_DAYS": "397",
    "PASSERELLE_ARCHIVE": "archive",
    "PASSERELLE_SEAL_DELAY_MINUTES": "30",
    "PASSERELLE_TIME_AUTHORITY": "",
    "PASSERELLE_ACCEPT_QUEUE": "https://sqs.eu-west-3.amazonaws.com/1/accept",
    "PASSERELLE_TRANSLATE_QUEUE": "https://sqs.eu-west-3.amazonaws.com/1/translate",
    "PASSERELLE_DELIVER_QUEUE": "https://sqs.eu-west-3.amazonaws.com/1/deliver",
    "PASSERELLE_ACKNOWLEDGE_QUEUE": "https://sqs.eu-west-3.amazonaws.com/1/acknowledge",
    "PASSERELLE_SECRETS_PREFIX": "stack/keys/",
    "PASSERELLE_MSSANTE_RELAY": "smtp.operator.example:587",
    "PASSERELLE_MSSANTE_RELAY_TLS": "mutual",
    "PASSERELLE_APICRYPT_RELAY": "127.0.0.1:2525",
    "PASSERELLE_APICRYPT_RELAY_TLS": "loopback",
    "PASSERELLE_MSSANTE_MAILBOX": "imap.operator.example:143",
    "PASSERELLE_MSSANTE_MAILBOX_USER": "bal.app@operator.example",
    "PASSERELLE_MSSANTE_MAILBOX_TLS": "mutual",
    "PASSERELLE_MSSANTE_MAILBOX_LOGIN": "external",
    "PASSERELLE_MSSANTE_MAILBOX_FIELD": "X-Original-To",
    "PASSERELLE_APICRYPT_MAILBOX": "",
    "PASSERELLE_APICRYPT_MAILBOX_USER": "",
    "PASSERELLE_APICRYPT_MAILBOX_TLS": "mutual",
    "PASSERELLE_APICRYPT_MAILBOX_LOGIN": "external",
    "PASSERELLE_APICRYPT_MAILBOX_FIELD": "",
    "PASSERELLE_EHLO_NAME": "",
    "PASSERELLE_MSSANTE_CRLS": "http://crl.example/root.crl http://crl.example/organisations.crl",
    "PASSERELLE_APICRYPT_CRLS": "unsafe_none",
    "PASSERELLE_WHITE_LIST": "https://list.example/list.xml",
    "PASSERELLE_WHITE_LIST_SIGNERS": "alb.mssante.example",
    "PASSERELLE_DIRECTORY": "https://directory.example/extraction",
    "PASSERELLE_LARGEST_MAIL_MIB": "64",
    "PASSERELLE_OIDC_ISSUER": "https://login.example/",
    "PASSERELLE_OIDC_AUDIENCE": "passerelle",
    "PASSERELLE_PAGE_CLIENT": "page",
    "PASSERELLE_PAGE_SCOPES": "openid auditor operator partner",
    "PASSERELLE_PAGE_SECRET": "false",
    "PASSERELLE_CLAMD": "",
}


MAY_BE_EMPTY = {"PASSERELLE_TIME_AUTHORITY", "PASSERELLE_EHLO_NAME", "PASSERELLE_CLAMD", "PASSERELLE_DIRECTORY"}
MAY_BE_EMPTY |= {"PASSERELLE_OIDC_ISSUER", "PASSERELLE_PAGE_CLIENT"}
MAY_BE_EMPTY |= {"PASSERELLE_MARKS_KEY", "PASSERELLE_PERSONS_KEY"} | {
    name for name in GOOD if "_MAILBOX" in name and name[-4:] not in {"_TLS", "OGIN"}
}


def test_good_settings_are_read() -> None:
    settings = Settings.read({**GOOD, "HOME": "/elsewhere"})
    assert (settings.mssante_relay.host, settings.mssante_relay.port) == ("smtp.operator.example", 587)
    assert settings.apicrypt_relay_tls is Tls.LOOPBACK


def test_the_template_gives_what_the_functions_read() -> None:
    template = (clouds.ROOT / "template.yaml").read_text(encoding="utf-8")
    given = set(re.findall(r"^\s+(PASSERELLE_\w+):", template, re.MULTILINE))
    assert given == set(GOOD) == {f"PASSERELLE_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("name", sorted(name for name in GOOD if name not in MAY_BE_EMPTY))
@pytest.mark.parametrize("how", ["absent", "empty", "odd"])
def test_a_wrong_setting_stops_the_start_and_is_named(name: str, how: str) -> None:
    wrong = {key: value for key, value in GOOD.items() if key != name}
    if how != "absent":
        wrong[name] = "" if how == "empty" else "not a \n value"
    with pytest.raises(ValueError, match=name.removeprefix("PASSERELLE_").lower()):
        Settings.read(wrong)


@pytest.mark.parametrize("host", ["10.0.0.1", "smtp.operator.example", "127.0.0.1.example", "localhost.example"])
def test_mail_in_clear_stays_on_this_machine(host: str) -> None:
    with pytest.raises(ValueError, match="on this machine"):
        Settings.read({**GOOD, "PASSERELLE_APICRYPT_RELAY": f"{host}:25"})
    unsafe = {**GOOD, "PASSERELLE_APICRYPT_RELAY": f"{host}:25", "PASSERELLE_APICRYPT_RELAY_TLS": "unsafe_clear"}
    assert Settings.read(unsafe).apicrypt_relay.host == host


@pytest.mark.parametrize(("said", "known"), [("1", 1), ("64", 64), ("0", 0), ("65", 0)])
def test_the_largest_mail_is_1_to_64_mib(said: str, known: int) -> None:
    given = {**GOOD, "PASSERELLE_LARGEST_MAIL_MIB": said}
    if known:
        assert Settings.read(given).largest_mail_mib == known
    else:
        with pytest.raises(ValueError, match="largest_mail_mib"):
            Settings.read(given)


def test_a_scanner_is_none_a_socket_or_a_host_with_its_port() -> None:
    def read(address: str) -> object:
        return Settings.read({**GOOD, "PASSERELLE_CLAMD": address}).clamd

    assert read("") is None
    assert read("/run/clamav/clamd.ctl") == PurePosixPath("/run/clamav/clamd.ctl")
    assert read("clamd.internal.example:3310") == Place(host="clamd.internal.example", port=3310)
    with pytest.raises(ValueError, match="clamd"):
        read("clamd.internal.example")


def test_a_mailbox_is_none_or_has_somebody_to_log_in_as() -> None:
    settings = Settings.read(GOOD)
    found = settings.mailbox(Network.MSSANTE)
    assert found
    assert (found.place.port, found.user, found.tls, found.field) == (
        143,
        "bal.app@operator.example",
        Tls.MUTUAL,
        "X-Original-To",
    )
    assert settings.mailbox(Network.APICRYPT) is None
    with pytest.raises(ValueError, match="user"):
        Settings.read({**GOOD, "PASSERELLE_MSSANTE_MAILBOX_USER": ""})


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("TLS", "starttls", "its tls mutual"),  # the certificate is who we are
        ("TLS", "operator", "its tls mutual"),
        ("TLS", "loopback", "its tls mutual"),
        ("FIELD", "X-Original-To: x", "field"),
        ("FIELD", "x" * 65, "field"),
        ("USER", "a b", "user"),
        ("USER", "x" * 255, "user"),
        ("LOGIN", "unsafe", "login"),
    ],
)
def test_a_mailbox_s_wrong_settings_stop_the_start(name: str, value: str, rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        Settings.read({**GOOD, f"PASSERELLE_MSSANTE_MAILBOX_{name}": value})


@pytest.mark.parametrize("tls", ["loopback", "operator"])
def test_a_password_goes_through_tls_or_stays_on_this_machine(tls: str) -> None:
    given = {**GOOD, "PASSERELLE_MSSANTE_MAILBOX_LOGIN": "password", "PASSERELLE_MSSANTE_MAILBOX_TLS": tls}
    with pytest.raises(ValueError, match=r"on this machine|white list"):
        Settings.read(given)


@pytest.mark.parametrize("port", ["0", "65536", "-1", "x", ""])
def test_a_port_is_a_port(port: str) -> None:
    with pytest.raises(ValueError, match="mssante_relay"):
        Settings.read({**GOOD, "PASSERELLE_MSSANTE_RELAY": f"smtp.operator.example:{port}"})
