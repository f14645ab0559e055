"""An invented town to enrol in, on any store, and what one does there."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Final

from stdnum.it.codicefiscale import calc_check_digit

from enrollment.domain.application import Application
from enrollment.domain.form import Answer
from enrollment.domain.identifiers import ClassId, FormId, GuardianId, SchoolId, Service
from enrollment.domain.school import School, SchoolClass, SchoolLevel
from enrollment.domain.school_year import plan_school_year
from enrollment.outbound.fiscal_codes import StdnumFiscalCodes
from enrollment.usecases.accept_application import accept_application
from enrollment.usecases.open_school_year import open_school_year
from enrollment.usecases.open_window import WindowPlan, open_window
from enrollment.usecases.ports import Ports, Reads
from enrollment.usecases.register_class import register_class
from enrollment.usecases.register_school import register_school
from enrollment.usecases.submit_application import Submission, submit_application
from refettorio_chassis.audit import Actor
from tests.support.service_stage import MemoryStage, Stage
from tests.unit.enrollment.memory import MemoryStore

CLERK: Final = Actor(subject="stf_anna", role="office")
ROSSI: Final = GuardianId("gua_rossi")
BIANCHI: Final = GuardianId("gua_bianchi")
SCHOOL: Final = SchoolId("primaria")
CLASS_1A: Final = ClassId("primaria-1a")
MEALS_FORM: Final = FormId("meals-2025-26")
IN_THE_WINDOW: Final = datetime(2025, 7, 20, 10, 0, tzinfo=UTC)
MARIO_BORN: Final = date(2018, 1, 1)


def fiscal_code(born: date, stem: str = "RSSMRA", *, girl: bool = False) -> str:
    """A well-formed code of somebody born in Rome."""
    day = born.day + (40 if girl else 0)
    start = f"{stem}{born:%y}{'ABCDEHLMPRST'[born.month - 1]}{day:02d}H501"
    return str(start + calc_check_digit(start))


def answers_for(stem: str = "RSSMRA", born: date = MARIO_BORN, **changed: Answer) -> dict[str, Answer]:
    """A form filled in well; `changed` says what is different."""
    return {
        "pupil_given_name": "Mario",
        "pupil_family_name": "Rossi",
        "pupil_fiscal_code": fiscal_code(born, stem),
        "pupil_birth_date": born.isoformat(),
        "school_id": SCHOOL,
        "class_id": CLASS_1A,
        "privacy_accepted": True,
        **changed,
    }


class Town(Stage[Ports]):
    """A municipality with one school, and forms of two years."""

    reads: Reads

    async def founded(self) -> Town:
        """Set up by the office."""
        school = School(school_id=SCHOOL, name="Primaria Manzoni", level=SchoolLevel.PRIMARIA)
        await self.run(register_school, school, by=CLERK)
        for label in ("2024/25", "2025/26"):
            await self._offer(label)
        return self

    async def _offer(self, label: str) -> None:
        start = int(label[:4])
        year = plan_school_year(label=label, first_day=date(start, 9, 12), last_day=date(start + 1, 6, 8))
        await self.run(open_school_year, year, by=CLERK)
        one_a = SchoolClass(class_id=CLASS_1A, school_id=SCHOOL, name="1A", school_years=frozenset({label}))
        await self.run(register_class, one_a, by=CLERK)
        for service in Service:
            plan = WindowPlan(
                form_id=FormId(f"{service}-{label.replace('/', '-')}"),
                service=service,
                school_year=label,
                opens_on=date(start, 7, 11),
                closes_on=date(start, 8, 31),
                tariff_code=f"{service}-standard",
            )
            await self.run(open_window, plan, by=CLERK)

    async def submit(
        self,
        guardian: GuardianId = ROSSI,
        form: str = MEALS_FORM,
        key: str | None = None,
        answers: dict[str, Answer] | None = None,
    ) -> Application:
        """A guardian sends a form."""
        sent = Submission(
            guardian_id=guardian, form_id=FormId(form), answers=answers or answers_for(), idempotency_key=key
        )
        return await self.run(submit_application, sent)

    async def enrol(self, guardian: GuardianId = ROSSI, form: str = MEALS_FORM, **answers: Any) -> Application:
        """A form sent and accepted."""
        application = await self.submit(guardian, form, answers=answers_for(**answers))
        return await self.run(accept_application, application.application_id, by=CLERK)

    async def enrolled_last_year(self, guardian: GuardianId = ROSSI, **answers: Any) -> None:
        """A child of the family used the service in 2024/25."""
        now, self.clock.moment = self.clock.moment, datetime(2024, 7, 20, 10, 0, tzinfo=UTC)
        await self.enrol(guardian, "meals-2024-25", **answers)
        self.clock.moment = now


class MemoryTown(MemoryStage[Ports, MemoryStore], Town):
    """The town on the store in memory."""

    def __init__(self) -> None:
        super().__init__(MemoryStore(), IN_THE_WINDOW)

    @property
    def reads(self) -> Reads:  # type: ignore[override]  # the store is another one after each transaction
        return self.store

    def ports(self) -> Ports:
        return Ports(
            store=self.store,
            announcer=self.store,
            audit=self.store.audit,
            clock=self.clock,
            fiscal_codes=StdnumFiscalCodes(),
            new_id=self.new_id,
        )
