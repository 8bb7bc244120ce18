"""The contract of the agreements, on their fake, on the file and on S3; then every mistake that the file can hold."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from passerelle.adapters import agreements, terms
from passerelle.adapters.agreements import Book, S3Agreements, parse
from passerelle.adapters.mistakes import AgreementsError
from passerelle.core.errors import UnavailableError
from passerelle.core.message import Code, Identifier, Letters, LocalCode, Network
from passerelle.core.policy import Ambiguity, Doubt, Lock
from passerelle.local.cloud.clients import Cloud
from passerelle.steps.ports import Agreements
from tests.adapters import clouds
from tests.adapters.conventions import (
    DOCTOR,
    DOCTOR_ALIAS,
    EXAMPLE,
    HOSPITAL,
    HOSPITAL_ALIAS,
    LABORATORY,
    LABORATORY_ALIAS,
)
from tests.adapters.test_keyring import Watch
from tests.fakes import FakeAgreements


@pytest.fixture
def book() -> Book:
    return parse(EXAMPLE.encode())


@pytest.fixture
def on_s3(moto_cloud: Cloud) -> S3Agreements:
    bucket = clouds.bucket(moto_cloud, "configuration")
    client = moto_cloud.client("s3")
    client.put_object(Bucket=bucket, Key="agreements.toml", Body=EXAMPLE.encode())
    return S3Agreements(client, bucket, now=Watch())


@pytest.fixture(params=["fake", "book", "moto"])
def agreed(request: pytest.FixtureRequest, book: Book) -> Iterator[Agreements]:
    if request.param == "moto":
        yield request.getfixturevalue("on_s3")
    else:
        yield book if request.param == "book" else FakeAgreements(*book.pairs.values())


def test_an_agreement_is_found_by_address_and_alias(agreed: Agreements) -> None:
    found = agreed.between(Network.MSSANTE, HOSPITAL, DOCTOR_ALIAS)
    assert found is not None
    assert (found.sender.address, found.recipient.address) == (HOSPITAL, DOCTOR)
    assert (found.doubt, found.ambiguity) == (Doubt.FLAG, Ambiguity.RESEND)
    back = agreed.between(Network.APICRYPT, DOCTOR, HOSPITAL_ALIAS)
    assert back is not None
    assert back.mailboxes()[0].address == DOCTOR_ALIAS


def test_case_of_an_address_does_not_matter(agreed: Agreements) -> None:
    assert agreed.between(Network.APICRYPT, DOCTOR.upper(), HOSPITAL_ALIAS.upper()) is not None
    assert agreed.correspondent(Network.APICRYPT, DOCTOR.lower()) is not None


@pytest.mark.parametrize(
    ("network", "sender", "recipient"),
    [
        pytest.param(Network.APICRYPT, HOSPITAL, DOCTOR_ALIAS, id="from the other network"),
        pytest.param(Network.MSSANTE, HOSPITAL, DOCTOR, id="to the address of another network"),
        pytest.param(Network.MSSANTE, HOSPITAL, LABORATORY_ALIAS, id="to whom nothing was agreed"),
        pytest.param(Network.MSSANTE, "x" + HOSPITAL, DOCTOR_ALIAS, id="from nobody"),
        pytest.param(Network.MSSANTE, "", DOCTOR_ALIAS, id="from the null sender"),
    ],
)
def test_without_an_agreement_there_is_none(agreed: Agreements, network: Network, sender: str, recipient: str) -> None:
    assert agreed.between(network, sender, recipient) is None


def test_a_correspondent_is_found_on_his_own_network_only(agreed: Agreements) -> None:
    found = agreed.correspondent(Network.APICRYPT, DOCTOR)
    assert found is not None
    assert found.label == "Dr Jean MARTIN"
    assert agreed.correspondent(Network.MSSANTE, DOCTOR) is None
    assert agreed.correspondent(Network.MSSANTE, DOCTOR_ALIAS) is None


def test_a_correspondent_has_his_national_numbers(book: Book) -> None:
    found = book.correspondent(Network.APICRYPT, DOCTOR)
    assert found is not None
    person = found.professional
    assert person.identifier == Identifier("1.2.250.1.71.4.2.1", "810009999003")
    assert person.profession == Code("G15_10/SM54", "1.2.250.1.213.1.1.4.5", "Médecin - Médecine générale (SM)")
    assert person.organisation is not None
    assert person.organisation.identifier == Identifier("1.2.250.1.71.4.2.2", "499999990003")
    assert person.organisation.sector == Code("SA07", "1.2.250.1.71.4.2.4", "Cabinet individuel")
    assert person.organisation.setting == Code("AMBULATOIRE", "1.2.250.1.213.1.1.4.9", "Ambulatoire")
    assert person.organisation.address.city == "ROUBAIX"
    assert (found.lock, found.certificate) == (Lock.SMIME, "jean.martin")


def test_the_bridge_has_its_name(book: Book) -> None:
    assert (book.bridge.domain, book.bridge.product) == ("passerelle.example", "DEV000000")


def test_a_laboratory_has_its_own_codes_of_tests(book: Book) -> None:
    found = book.correspondent(Network.APICRYPT, LABORATORY)
    assert found is not None
    assert found.codes == (LocalCode("NUM(1.1)", "789-8", "/uL"), LocalCode("NA", "2951-2", "mmol/L"))


@pytest.mark.parametrize(("codes", "fits"), [(terms.MOST_CODES, True), (terms.MOST_CODES + 1, False)])
def test_a_laboratory_has_so_many_codes_and_no_more(codes: int, fits: bool) -> None:  # noqa: FBT001 - a parameter
    rows = "".join(f'"X{number}" = {{ loinc = "2951-2", ucum = "mmol/L" }}\n' for number in range(codes - 1))
    kept = EXAMPLE.replace('"NUM(1.1)" = { loinc = "789-8", ucum = "/uL" }\n', "")
    full = kept.replace('"NA" =', f'{rows}"NA" =').encode()
    if fits:
        assert parse(full).people
    else:
        with pytest.raises(AgreementsError, match="codes"):
            parse(full)


def test_a_domain_stands_for_its_correspondents_and_no_others(book: Book) -> None:
    wide = EXAMPLE.replace(
        f'from = ["{HOSPITAL}", "labo.central@ch-exemple.mssante.example"]', 'from = ["*@CH-exemple.mssante.example"]'
    )
    assert wide != EXAMPLE
    assert parse(wide.encode()).pairs == book.pairs
    assert parse(wide.encode()).between(Network.MSSANTE, "x@evil-ch-exemple.mssante.example", DOCTOR_ALIAS) is None


def test_the_first_agreement_that_fits_is_the_one() -> None:
    more = f'\n[[agreement]]\nname = "later"\nfrom = ["{HOSPITAL}"]\nto = ["{DOCTOR}"]\ndoubt = "refuse"\n'
    found = parse((EXAMPLE + more).encode()).between(Network.MSSANTE, HOSPITAL, DOCTOR_ALIAS)
    assert found is not None
    assert found.doubt is Doubt.FLAG


def test_every_option_that_the_example_shows_can_be_switched_on() -> None:
    asked = re.sub(r"^# (account|active|letters|prescriber|patient_boxes) =", r"\1 =", EXAMPLE, flags=re.MULTILINE)
    (plain, other) = (
        parse(text.encode()).between(Network.APICRYPT, DOCTOR, HOSPITAL_ALIAS) for text in (EXAMPLE, asked)
    )
    assert plain is not None
    assert (plain.letters, plain.account, plain.prescriber, plain.patient_boxes) == (Letters.N1, False, False, False)
    assert other is not None
    assert (other.letters, other.prescriber, other.patient_boxes) == (Letters.N3, True, True)
    outward = parse(asked.encode()).between(Network.MSSANTE, HOSPITAL, DOCTOR_ALIAS)
    assert outward is not None
    assert (outward.account, outward.active, plain.active) == (True, Doubt.HOLD, Doubt.FLAG)


def test_an_agreement_says_what_becomes_of_ambiguity() -> None:
    held = parse(EXAMPLE.replace('doubt = "flag" ', 'ambiguity = "hold"\ndoubt = "hold" ', 1).encode())
    found = held.between(Network.MSSANTE, HOSPITAL, DOCTOR_ALIAS)
    assert found is not None
    assert (found.doubt, found.ambiguity) == (Doubt.HOLD, Ambiguity.HOLD)


def test_a_file_at_the_limit_is_read_and_one_past_it_is_not() -> None:
    full = EXAMPLE.encode()
    full += b"#" * (terms.LARGEST - len(full))
    assert parse(full).people
    with pytest.raises(AgreementsError, match="at most"):
        parse(full + b"#")


def test_a_file_in_latin_1_is_named_with_its_line() -> None:
    with pytest.raises(AgreementsError) as caught:
        parse(EXAMPLE.encode("latin-1", "replace"))
    assert [mistake.rule for mistake in caught.value.mistakes] == ["UTF-8"]


def test_a_changed_file_is_read_within_a_minute(on_s3: S3Agreements) -> None:
    watch: Any = on_s3.now
    assert on_s3.between(Network.MSSANTE, HOSPITAL, DOCTOR_ALIAS)
    less = EXAMPLE[: EXAMPLE.index("[[agreement]]")]
    on_s3.client.put_object(Bucket=on_s3.bucket, Key=agreements.FILE, Body=less.encode())
    watch.now += agreements.FRESH - 1
    assert on_s3.between(Network.MSSANTE, HOSPITAL, DOCTOR_ALIAS)
    watch.now += 1
    assert on_s3.between(Network.MSSANTE, HOSPITAL, DOCTOR_ALIAS) is None


def test_an_unchanged_file_is_not_read_again(on_s3: S3Agreements) -> None:
    watch: Any = on_s3.now
    before = on_s3.book()
    watch.now += agreements.FRESH
    assert on_s3.book() is before


@pytest.mark.parametrize(("body", "code"), [(None, "agreements.missing"), (b"[x", "agreements.invalid")])
def test_mail_waits_while_the_file_is_wrong(on_s3: S3Agreements, body: bytes | None, code: str) -> None:
    if body is None:
        on_s3.client.delete_object(Bucket=on_s3.bucket, Key=agreements.FILE)
    else:
        on_s3.client.put_object(Bucket=on_s3.bucket, Key=agreements.FILE, Body=body)
    with pytest.raises(UnavailableError) as caught:
        on_s3.between(Network.MSSANTE, HOSPITAL, DOCTOR_ALIAS)
    assert caught.value.code == code


def test_the_bounds_of_mass_and_silence_are_the_agreement_s() -> None:
    raw = EXAMPLE.replace('product = "DEV000000"', 'product = "DEV000000"\nmass = 1000')
    book = parse(raw.replace('doubt = "flag"', 'doubt = "flag"\nsilence_days = 90').encode())
    assert book.bridge.mass == 1000
    assert {agreement.silence for agreement in book.pairs.values()} == {timedelta(days=90)}
