"""Inspection of papers: what a file is and its preview, by parsers in a limited process.

``first_look`` is for web processes, ``inspect`` for workers.
"""

from portal.core.inspection.deidentification import Deidentification, deidentified
from portal.core.inspection.heads import HEAD_BYTES, first_look
from portal.core.inspection.kinds import Inspection, Kind, Reason, Refused, study_in_words
from portal.core.inspection.process import inspect

__all__ = [
    "HEAD_BYTES",
    "Deidentification",
    "Inspection",
    "Kind",
    "Reason",
    "Refused",
    "deidentified",
    "first_look",
    "inspect",
    "study_in_words",
]
