"""A mail that is ready to go out."""

from passerelle.core.receipts.delivery import Delivery
from passerelle.steps.translate import translate
from tests.steps.office import Office, letter


def ready(office: Office) -> Delivery:
    return translate(office.translating, office.open(letter()).id)
