from lxml import etree

from passerelle.core.documents.cda import people, writing_people
from passerelle.core.message import PostalAddress


def read(inner: str) -> PostalAddress:
    return people.address(etree.fromstring(f'<r xmlns="urn:hl7-org:v3"><addr>{inner}</addr></r>'))


def test_an_address_in_lines_has_postcode_and_city_in_its_last_line() -> None:
    lines = "<streetAddressLine>1 rue X</streetAddressLine><streetAddressLine>59000 LILLE CEDEX 9</streetAddressLine>"
    assert read(lines) == PostalAddress(("1 rue X",), "59000", "LILLE CEDEX 9")


def test_a_last_line_that_is_no_place_stays_a_line() -> None:
    for last in ("590000 LILLE", "BP 59000 LILLE", "59000", "GENÈVE"):
        assert read(f"<streetAddressLine>{last}</streetAddressLine>") == PostalAddress((last,))


def test_a_place_in_its_own_elements_is_left_alone() -> None:
    inner = "<streetAddressLine>12345 X</streetAddressLine><postalCode>59000</postalCode><city>LILLE</city>"
    assert read(inner) == PostalAddress(("12345 X",), "59000", "LILLE")


def test_what_is_written_in_lines_is_read_back() -> None:
    address = PostalAddress(("1 rue X", "Bât. B"), "97400", "SAINT-DENIS")
    holder = etree.fromstring('<r xmlns="urn:hl7-org:v3"/>')
    holder.append(writing_people.address(address))
    assert people.address(holder) == address


def test_a_country_is_said_where_it_is_not_france() -> None:
    place = "<streetName>rue X</streetName><postalCode>1000</postalCode><city>BRUXELLES</city>"
    assert read(f"{place}<country>BELGIQUE</country>").lines == ("rue X", "BELGIQUE")
    assert read(f"{place}<country>France</country>").lines == ("rue X",)
