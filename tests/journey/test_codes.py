"""`passerelle codes`: a laboratory's own files, what gets a code, and the rows that it is offered."""

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from passerelle.core.documents.hprim import charset
from passerelle.core.message import LocalCode
from passerelle.local.command import main
from passerelle.local.commands import codes
from passerelle.local.trouble import SetupError

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/agreements.toml"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
HEADER = "A42\nTESTU\nZoe\n\n\n59000 LILLE\n28/03/1979\n\n\n20/11/2026\n.          A\n.          B\n\n****LAB****\n"
LINES = (
    "RES|TSH|TSH|N|0.10|mUI/L|0.27|4.20|L|F|",
    "RES|Hématies|NUM(1.1)|N|4450000|/mm3|4000000|5700000||F|",
    "RES|Sodium|NA|N|140|mmol/l|136|145|N|F|",
    "RES|Maison|M1|N|5|mg/l|||N|F|12|nmol/l",
    'RES|Maison "bis"|M1|N|5|g/24h|||N|F|',
    "RES|Rare|R1|N|5|zorg/l|||N|F|",
    "RES|Sans code||N|5|mg/l|||N|F|",
    "RES|Aspect|ASP|A|limpide||||N|F|",
)
REPORT = (HEADER + "\n".join(LINES) + "\n****FIN****\n****FINFICHIER****\n").encode("cp1252")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.hpr").write_bytes(REPORT)
    (tmp_path / "b.hpr").write_bytes(REPORT)
    (tmp_path / "notes.bin").write_bytes(b"H|\\^&|")
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(["codes", *arguments])
    assert not ended.value.code
    return capsys.readouterr().out


def test_it_counts_what_is_covered_and_names_what_is_not(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(said(capsys, str(folder), "--json"))
    assert (told["files"], told["unread"], told["measured"], told["covered"]) == (3, 1, 16, 2)
    assert {(row["local"], row["ucum"], row["count"]) for row in told["proposed"]} == {
        ("NUM(1.1)", "/uL", 2),
        ("NA", "mmol/L", 2),
        ("M1", "mg/L", 2),
        ("M1", "nmol/L", 2),
        ("M1", "g/(24.h)", 2),
    }
    assert {(row["local"], row["unit"]) for row in told["unmappable"]} == {("R1", "zorg/l"), ("", "mg/l")}


def test_the_agreements_cover_more(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(said(capsys, str(folder), "--agreements", str(EXAMPLE), "--json"))
    assert (told["measured"], told["covered"]) == (16, 6)


@pytest.mark.parametrize(("language", "words"), [("fr", "2 sur 16 (12 %)"), ("en", "2 of 16 (12 %)")])
def test_the_rows_are_toml_that_only_lacks_its_codes(
    folder: Path, capsys: pytest.CaptureFixture[str], language: str, words: str
) -> None:
    told = said(capsys, str(folder), "--lang", language)
    assert words in told
    rows = told[told.index("[correspondent.codes]") :].partition("\n\n")[0]
    proposed = tomllib.loads(rows)["correspondent"]["codes"]
    assert proposed["NA"] == {"loinc": "", "ucum": "mmol/L"}
    assert set(proposed) == {"NUM(1.1)", "NA", "M1"}
    assert rows.count('# "M1"') == 2
    assert "R1 | Rare | zorg/l" in told
    assert "TESTU" not in told


def test_a_row_filled_in_is_a_row_of_the_agreements(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, str(folder))
    line = next(line for line in told.splitlines() if line.startswith('"M1"'))
    filled = line.replace('loinc = ""', 'loinc = "1988-5"')
    file = folder / "agreements.toml"
    file.write_text(EXAMPLE.read_text("utf-8").replace('"NA" =', f'{filled}\n"NA" ='), "utf-8")
    assert json.loads(said(capsys, str(folder), "--agreements", str(file), "--json"))["covered"] == 8


def test_the_chapter_of_a_test_tells_blood_from_urine_and_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header = ["A42", "TESTU", "Zoe", "", "", "59000 LILLE", "28/03/1979", "", "", "20/11/2026", ". A", ". B", ""]
    result = "RES|Leucocytes|GB|N|5000|/mm3"
    lab = ["****LAB****", "TEX|HEMATOLOGIE", "TEX|Leucocytes 5000", result, "TEX|LIQUIDE D'ASCITE"]
    lines = [*header, *lab, "TEX|Leucocytes 5000", result, "****FIN****"]
    (tmp_path / "a.hpr").write_text("\n".join(lines), "utf-8")
    told = json.loads(said(capsys, str(tmp_path), "--json"))
    assert (told["measured"], told["covered"]) == (2, 1)
    assert [(row["label"], row["chapter"]) for row in told["proposed"]] == [("Leucocytes", "LIQUIDE D'ASCITE")]


def test_an_empty_folder_has_nothing_to_cover(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "0 sur 0 (0 %)" in said(capsys, str(tmp_path))


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["codes", str(tmp_path / "nowhere")])
    assert ended.value.code == 69
    assert "nowhere" in capsys.readouterr().err.replace("\n", "")


def test_a_folder_holds_so_many_files_and_no_more(tmp_path: Path) -> None:
    for number in range(codes.MOST_FILES):
        (tmp_path / str(number)).touch()
    assert len(codes._files(tmp_path)) == codes.MOST_FILES
    (tmp_path / "more").touch()
    with pytest.raises(SetupError, match=r"codes\.too-many"):
        codes._files(tmp_path)


def test_a_file_at_the_cap_is_read_and_one_past_it_is_not(tmp_path: Path) -> None:
    file = tmp_path / "large.hpr"
    file.write_bytes(REPORT.ljust(charset.LARGEST))
    assert codes.survey([file], (), NOW).unread == 0
    file.write_bytes(REPORT.ljust(charset.LARGEST + 1))
    assert codes.survey([file], (), NOW).unread == 1


def test_two_laboratories_that_differ_on_a_code_give_none(folder: Path) -> None:
    own = (LocalCode("NA", "2951-2", "mmol/L"), LocalCode("NA", "2823-3", "mmol/L"))
    assert codes.survey([folder / "a.hpr"], own[:1], NOW).covered == 2
    assert codes.survey([folder / "a.hpr"], own, NOW).covered == 1
