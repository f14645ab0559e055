"""Identifiers, each its own type, and the services one can enrol for."""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

GuardianId = NewType("GuardianId", str)
"""Who applies; also the identifier of the one account of the holder."""

PupilId = NewType("PupilId", str)
ApplicationId = NewType("ApplicationId", str)
EnrolmentId = NewType("EnrolmentId", str)
SchoolId = NewType("SchoolId", str)
ClassId = NewType("ClassId", str)
LineId = NewType("LineId", str)
FormId = NewType("FormId", str)
SecondGuardianId = NewType("SecondGuardianId", str)


class Service(StrEnum):
    """What a family enrols for: refezione or trasporto."""

    MEALS = "meals"
    TRANSPORT = "transport"
