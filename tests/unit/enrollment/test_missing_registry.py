"""What an acceptance needs and does not find: nobody removes it today, and nothing half done follows if one does."""

from __future__ import annotations

import pytest

from enrollment.domain.errors import (
    ApplicationNotFoundError,
    FormNotFoundError,
    SchoolNotFoundError,
    SchoolYearNotFoundError,
)
from enrollment.usecases.accept_application import accept_application
from refettorio_chassis.errors import NotFoundError
from tests.unit.enrollment.town import CLERK, MemoryTown


@pytest.mark.parametrize(
    ("collection", "refusal"),
    [
        ("years", SchoolYearNotFoundError),
        ("windows_", FormNotFoundError),
        ("schools_", SchoolNotFoundError),
        ("pupils_", ApplicationNotFoundError),
    ],
)
async def test_without_its_registry_nothing_is_accepted(collection: str, refusal: type[NotFoundError]) -> None:
    town = MemoryTown()
    await town.founded()
    application = await town.submit()
    getattr(town.store, collection).clear()
    with pytest.raises(refusal):
        await town.run(accept_application, application.application_id, by=CLERK)
    assert await town.reads.application(application.application_id) == application
    assert len(await town.announced()) == 1
