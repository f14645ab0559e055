"""Identifiers, each its own type."""

from __future__ import annotations

from typing import NewType

AccountId = NewType("AccountId", str)
"""The account of a holder; also the identifier of the guardian who holds it."""

PupilId = NewType("PupilId", str)
EnrolmentId = NewType("EnrolmentId", str)
SchoolId = NewType("SchoolId", str)
ClassId = NewType("ClassId", str)
CommandId = NewType("CommandId", str)
"""Made by the client, so that sending again is recognised."""
