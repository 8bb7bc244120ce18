"""CDA R2: the clinical document of MSSanté, read and written."""

from passerelle.core.documents.cda.reading import read
from passerelle.core.documents.cda.writing import (
    LABORATORY,
    LABORATORY_TITLE,
    result_lines,
    write_biology,
    write_letter,
    write_narrative,
)
from passerelle.core.documents.cda.writing_chapters import disciplines
from passerelle.core.documents.cda.writing_frame import Frame, frame, patient_ids
from passerelle.core.documents.cda.writing_people import qualified

__all__ = [
    "LABORATORY",
    "LABORATORY_TITLE",
    "Frame",
    "disciplines",
    "frame",
    "patient_ids",
    "qualified",
    "read",
    "result_lines",
    "write_biology",
    "write_letter",
    "write_narrative",
]
