"""CDA R2: the clinical document of MSSanté, read and written."""

from passerelle.core.documents.cda.reading import read
from passerelle.core.documents.cda.writing import LABORATORY, result_lines, write_biology, write_letter
from passerelle.core.documents.cda.writing_frame import Frame, frame
from passerelle.core.documents.cda.writing_people import qualified

__all__ = ["LABORATORY", "Frame", "frame", "qualified", "read", "result_lines", "write_biology", "write_letter"]
