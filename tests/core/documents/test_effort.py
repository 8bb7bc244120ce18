"""What reading a mail may cost is bounded for all its documents together."""

import pytest

from passerelle.core.documents import cda, xdm
from passerelle.core.documents.effort import LETTERS, Effort, Work
from passerelle.core.documents.xdm import archive
from passerelle.core.errors import MalformedError
from tests.vectors import make_cda as make


@pytest.mark.parametrize("kind", Work)
def test_a_mail_may_spend_so_much_and_no_more(kind: Work) -> None:
    effort = Effort()
    assert effort.spend(kind, kind.value - 1)
    assert effort.spend(kind, 1)
    assert not effort.spend(kind, 1)


@pytest.mark.parametrize("kind", Work)
def test_one_kind_of_work_leaves_the_others_alone(kind: Work) -> None:
    effort = Effort()
    effort.spend(kind, kind.value + 1)
    assert all(effort.spend(other, 1) for other in Work if other is not kind)


def test_documents_that_are_each_within_the_limits_add_up() -> None:
    text = "x" * (Work.XML.value * LETTERS // 2)
    document = make.cda(make.section(f"<paragraph>{text}</paragraph>"))
    effort = Effort()
    cda.read(document, effort)
    with pytest.raises(MalformedError) as caught:
        cda.read(document, effort)
    assert caught.value.code == "cda.text"
    cda.read(document)


def test_documents_of_one_mail_have_so_many_tags_together() -> None:
    document = make.cda()
    effort = Effort()
    effort.spend(Work.XML, Work.XML.value - document.count(b"<") + 1)
    with pytest.raises(MalformedError) as caught:
        cda.read(document, effort)
    assert caught.value.code == "cda.size"


def test_zips_of_one_mail_add_up() -> None:
    content = make.archive({"A.TXT": b"x" * 1000})
    effort = Effort()
    effort.spend(Work.UNPACKED, Work.UNPACKED.value - 1999)
    assert archive.members(content, effort)
    with pytest.raises(MalformedError) as caught:
        archive.members(content, effort)
    assert caught.value.code == "xdm.zip-size"


def test_pdfs_past_what_a_mail_may_cost_still_cross_untranscribed() -> None:
    effort = Effort()
    document = make.cda(make.single(make.pdf("Tout va bien. " * 20)))
    assert "Tout va bien" in " ".join(cda.read(document, effort).text)
    effort.spend(Work.PDF, Work.PDF.value)
    left = cda.read(document, effort)
    assert left.attachments
    assert "Tout va bien" not in " ".join(left.text)


def test_a_mail_of_many_documents_is_read_with_one_effort() -> None:
    assert len(xdm.documents(make.xdm({"A.XML": make.cda(), "B.XML": make.cda(title="Autre")}), Effort())) == 2
