"""Laboratory results of nobody, as values: every mail of the demonstration that carries results is made of them."""

from passerelle.core.message import Kind, Measure, Result

_BLOOD, _CHEMISTRY = "HÉMATOLOGIE", "BIOCHIMIE"


def blood_count() -> tuple[Result, ...]:
    """Return a blood count with one value out of range."""
    return (
        _number("Leucocytes", Measure("11.8", "G/L", "10*9/L", "4.0", "10.0"), "H", _BLOOD),
        _number("Hématies", Measure("4.45", "T/L", "10*12/L", "4.00", "5.20"), "N", _BLOOD),
        _number("Hémoglobine", Measure("12.9", "g/dl", "g/dL", "12.0", "16.0"), "N", _BLOOD),
        _number("Plaquettes", Measure("236", "G/L", "10*9/L", "150", "400"), "N", _BLOOD),
    )


def chemistry() -> tuple[Result, ...]:
    """Return a chemistry with a result in two units, one that is below its limit and one that is text."""
    glucose = Measure("1.34", "g/l", "g/L", "0.75", "1.15"), Measure("7.45", "mmol/l", "mmol/L", "4.17", "6.39")
    return (
        Result("Glycémie à jeun", Kind.NUMERIC, glucose[0], glucose[1], flag="H", chapter=_CHEMISTRY),
        _number("Créatinine", Measure("85", "µmol/l", "umol/L", "45", "84"), "H", _CHEMISTRY),
        _number("Potassium", Measure("4.2", "mmol/l", "mmol/L", "3.5", "5.1"), "N", _CHEMISTRY),
        Result("CRP", Kind.TEXT, Measure("<5", "mg/l", "mg/L", "", "5"), chapter=_CHEMISTRY),
        Result("Aspect du sérum", Kind.TEXT, Measure("Limpide"), chapter=_CHEMISTRY),
    )


def as_text(results: tuple[Result, ...]) -> tuple[str, ...]:
    """Return the results as the lines that a laboratory prints."""
    lines: list[str] = []
    for result in results:
        if f"{result.chapter}" not in lines:
            lines += ["", result.chapter]
        measure = result.measure
        normal = f"({measure.low} - {measure.high})" if measure.low or measure.high else ""
        lines.append(f"  {result.label:<24}{measure.value:>8} {measure.unit:<10}{normal:<20}".rstrip())
    return tuple(lines[1:])


def _number(label: str, measure: Measure, flag: str, chapter: str) -> Result:
    return Result(label, Kind.NUMERIC, measure, flag=flag, chapter=chapter)
