"""A guardian sees who of the office read their data here, and takes all of it away."""

from __future__ import annotations

import httpx2 as httpx
import pytest

from enrollment.domain.identifiers import GuardianId
from enrollment.usecases.follow_merge import follow_merge
from refettorio_chassis.testing import TokenMinter
from tests.integration.enrollment.test_http import Families, form
from tests.unit.enrollment.town import BIANCHI, CLASS_1A, ROSSI, Town


@pytest.fixture
def api(http: httpx.AsyncClient, minter: TokenMinter) -> Families:
    return Families(http, minter)


async def whats(api: Families, subject: str) -> list[str]:
    log = await api.call(subject, "guardian", "GET", "/me/access-log")
    assert log.status_code == 200, log.text
    return sorted(each["what"] for each in log.json()["items"])


async def test_each_look_of_the_office_is_there_and_a_strangers_log_has_none_of_it(api: Families) -> None:
    sent = (await api.rossi("POST", "/applications", form())).json()
    one, pupil = sent["application_id"], sent["pupil"]["pupil_id"]
    await api.office("POST", f"/office/applications/{one}/accept")
    for path in ("/office/applications", f"/office/applications/{one}", f"/office/pupils/{pupil}", "/pupils"):
        assert (await api.office("GET", path)).status_code == 200
    await api.office("GET", f"/pupils?class_id={CLASS_1A}")
    await api.rossi("GET", "/pupils")

    assert await whats(api, ROSSI) == [
        *("accept-application", "application-read", "applications-listed"),
        *("pupil-read", "pupils-listed", "pupils-listed"),
    ]
    assert await whats(api, BIANCHI) == []


async def test_a_guardian_takes_away_what_is_theirs_and_nothing_else(api: Families) -> None:
    sent = (await api.rossi("POST", "/applications", form(notes="Celiachia"))).json()
    await api.office("POST", f"/office/applications/{sent['application_id']}/accept", {"note": "Solo per noi"})
    own = await api.rossi("GET", "/me/export")
    [application], [pupil] = own.json()["applications"], own.json()["pupils"]
    assert (application["answers"]["notes"], application["state"]) == ("Celiachia", "accepted")
    assert application["pupil_fiscal_code"] == application["answers"]["pupil_fiscal_code"]
    assert (pupil["pupil_id"], len(pupil["enrolments"])) == (sent["pupil"]["pupil_id"], 1)
    assert [each["what"] for each in own.json()["accesses"]] == ["accept-application"]
    assert "Solo per noi" not in own.text  # what the office noted for itself may be about others: it is asked for there
    others = (await api.call(BIANCHI, "guardian", "GET", "/me/export")).json()
    assert others == {"applications": [], "pupils": [], "second_guardians": [], "debt_cents": 0, "accesses": []}


async def test_who_looked_while_a_record_was_another_is_told_to_the_person_of_both(api: Families, town: Town) -> None:
    sent = (await api.rossi("POST", "/applications", form())).json()
    await api.office("GET", "/office/applications")
    await api.office("GET", f"/office/applications/{sent['application_id']}")
    before = await whats(api, ROSSI)
    await town.run(follow_merge, ROSSI, into=GuardianId("gua_between"))
    await town.run(follow_merge, GuardianId("gua_between"), into=BIANCHI)
    assert await town.reads.merged_into(BIANCHI) == ["gua_between", ROSSI]
    assert await whats(api, BIANCHI) == before == ["application-read", "applications-listed"]
