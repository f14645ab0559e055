"""The second guardian over the API: who reaches what, and what each of them reads."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

import httpx2 as httpx
import pytest

from enrollment.domain.errors import SecondGuardianExistsError, TransitionNotAllowedError
from enrollment.domain.second_guardian import SecondGuardian, State
from enrollment.usecases.follow_merge import follow_merge
from refettorio_chassis.testing import TokenMinter
from refettorio_contracts.enrollment import SharesAgreed
from tests.integration.enrollment.test_http import API, Families
from tests.unit.enrollment.parents import CODES, VERDI, act, known, name, sharing, stored
from tests.unit.enrollment.town import BIANCHI, ROSSI, Town


@pytest.fixture
def api(http: httpx.AsyncClient, minter: TokenMinter) -> Families:
    return Families(http, minter)


async def as_guardian(api: Families, who: str, method: str, path: str, body: Any = None) -> Any:
    answer = await api.call(who, "guardian", method, path, body)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


async def named(api: Families, town: Town, percent: int = 40) -> dict[str, Any]:
    """Rossi enrolled Mario and named Verdi."""
    await known(town)
    application = await town.enrol()
    path = f"/pupils/{application.pupil.pupil_id}/second-guardian"
    body = {"fiscal_code": f" {CODES[VERDI].lower()} ", "second_percent": percent}
    item: dict[str, Any] = await as_guardian(api, ROSSI, "POST", path, body)
    return item


async def test_the_two_agree_from_the_naming_to_the_end(api: Families, town: Town) -> None:
    item = await named(api, town)
    assert item == {
        "second_guardian_id": item["second_guardian_id"],
        "pupil_id": item["pupil_id"],
        "pupil_name": "Mario Rossi",
        "side": "holder",
        "other_name": None,
        "fiscal_code": CODES[VERDI],
        "state": "named",
        "named_at": "2025-07-20T10:00:00Z",
        "accepted_at": None,
        "ended_at": None,
        "named_percent": 40,
        "second_percent": 0,
        "next": None,
        "proposal": None,
        "earliest_valid_from": "2025-07-21",
        "latest_valid_from": "2026-08-31",
    }
    path = f"/second-guardians/{item['second_guardian_id']}"
    [waiting] = (await as_guardian(api, VERDI, "GET", "/second-guardians"))["items"]
    assert (waiting["side"], waiting["pupil_name"], waiting["other_name"]) == ("second", "Mario", "Gianni Rossi")
    assert waiting["fiscal_code"] is None
    accepted = await as_guardian(api, VERDI, "POST", f"{path}/accept")
    assert (accepted["state"], accepted["pupil_name"]) == ("accepted", "Mario Rossi")
    assert (accepted["second_percent"], accepted["next"]) == (0, {"second_percent": 40, "valid_from": "2025-07-21"})
    shares = {"second_percent": 60, "valid_from": "2025-10-01"}
    proposed = await as_guardian(api, VERDI, "POST", f"{path}/shares", shares)
    assert proposed["proposal"] == shares | {"proposed_at": "2025-07-20T10:00:00Z", "is_mine": True}
    [own] = (await as_guardian(api, ROSSI, "GET", "/second-guardians"))["items"]
    assert (own["proposal"]["is_mine"], own["other_name"]) == (False, "Giulia Verdi")
    agreed = await as_guardian(api, ROSSI, "POST", f"{path}/shares/accept", shares)
    assert (agreed["proposal"], agreed["next"]["second_percent"]) == (None, 40)
    await as_guardian(api, ROSSI, "POST", f"{path}/shares", shares)
    assert (await as_guardian(api, VERDI, "POST", f"{path}/shares/decline"))["proposal"] is None
    ended = await as_guardian(api, VERDI, "POST", f"{path}/end")
    assert (ended["state"], ended["ended_at"]) == ("ended", "2025-07-20T10:00:00Z")


async def test_a_second_guardian_reads_the_pupil_and_changes_nothing(api: Families, town: Town) -> None:
    item = await named(api, town)
    assert (await as_guardian(api, VERDI, "GET", "/pupils"))["items"] == []
    await as_guardian(api, VERDI, "POST", f"/second-guardians/{item['second_guardian_id']}/accept")
    [seen] = (await as_guardian(api, VERDI, "GET", "/pupils"))["items"]
    assert (seen["pupil_id"], seen["side"], seen["account_id"]) == (item["pupil_id"], "second", ROSSI)
    [own] = (await as_guardian(api, ROSSI, "GET", "/pupils"))["items"]
    assert own == seen | {"side": "holder"}
    assert (await as_guardian(api, VERDI, "GET", "/applications"))["items"] == []
    [application] = (await as_guardian(api, ROSSI, "GET", "/applications"))["items"]
    for method, path in (("GET", ""), ("POST", "/withdraw")):
        theirs = f"/applications/{application['application_id']}{path}"
        assert (await api.call(VERDI, "guardian", method, theirs)).status_code == 404
    body = {"fiscal_code": CODES[BIANCHI], "second_percent": 10}
    refused = await api.call(VERDI, "guardian", "POST", f"/pupils/{item['pupil_id']}/second-guardian", body)
    assert (refused.status_code, refused.json()["slug"]) == (404, "pupil-not-found")


async def test_for_strangers_there_is_none(api: Families, town: Town) -> None:
    item = await named(api, town)
    path = f"/second-guardians/{item['second_guardian_id']}"
    assert (await as_guardian(api, BIANCHI, "GET", "/second-guardians"))["items"] == []
    shares = {"second_percent": 60, "valid_from": "2025-10-01"}
    for step, body in (
        *(("accept", None), ("decline", None), ("end", None), ("shares", shares)),
        *(("shares/accept", shares), ("shares/decline", None)),
    ):
        answer = await api.call(BIANCHI, "guardian", "POST", f"{path}/{step}", body)
        assert (answer.status_code, answer.json()["slug"]) == (404, "second-guardian-unknown"), step
        assert (await api.call("stf_anna", "office", "POST", f"{path}/{step}", body)).status_code == 403
    [own] = (await as_guardian(api, ROSSI, "GET", "/second-guardians"))["items"]
    assert own == item


async def test_refusals_have_their_slugs(api: Families, town: Town) -> None:
    item = await named(api, town)
    path = f"/second-guardians/{item['second_guardian_id']}"
    naming = f"/pupils/{item['pupil_id']}/second-guardian"
    body = {"fiscal_code": CODES[BIANCHI], "second_percent": 10}
    shares = {"second_percent": 60, "valid_from": "2025-07-20"}

    async def refusal(who: str, path: str, body: Any = None) -> tuple[int, str]:
        answer = await api.call(who, "guardian", "POST", path, body)
        return answer.status_code, answer.json()["slug"]

    assert await refusal(ROSSI, naming, body) == (409, "second-guardian-exists")
    assert await refusal(ROSSI, naming, body | {"fiscal_code": CODES[ROSSI]}) == (422, "second-guardian-self")
    assert await refusal(ROSSI, naming, body | {"fiscal_code": "12345678903"}) == (422, "second-guardian-not-adult")
    assert await refusal(ROSSI, naming, body | {"second_percent": 101}) == (422, "dati-non-validi")
    assert await refusal(ROSSI, f"{path}/accept") == (409, "not-yours-to-answer")
    assert await refusal(ROSSI, f"{path}/shares", shares) == (409, "transition-not-allowed")
    await as_guardian(api, VERDI, "POST", f"{path}/accept")
    assert await refusal(ROSSI, f"{path}/shares", shares) == (422, "shares-day")
    assert await refusal(ROSSI, f"{path}/shares/accept", shares) == (409, "no-proposal")
    await as_guardian(api, ROSSI, "POST", f"{path}/shares", shares | {"valid_from": "2025-10-01"})
    assert await refusal(VERDI, f"{path}/shares", shares | {"valid_from": "2025-10-01"}) == (409, "shares-pending")
    assert await refusal(VERDI, f"{path}/shares/accept", shares) == (409, "shares-changed")
    assert await refusal(VERDI, f"{path}/shares/accept") == (422, "dati-non-validi")
    wrong = await api.call(ROSSI, "guardian", "POST", naming, body | {"fiscal_code": "VRDGLI"})
    assert (wrong.json()["slug"], wrong.json()["values"]) == ("fiscal-code-invalid", {"field": "fiscal_code"})


def acting(minter: TokenMinter, guardian_id: str, who: str, capacity: str) -> dict[str, str]:
    """The header of `who` in the place of the guardian, with all that their capacity opens."""
    act = {"sub": who, "role": capacity}
    scope = "see pay messages" + (" counter" if capacity == "clerk" else "")
    token = minter.token(guardian_id, "guardian", audience=["enrollment"], act=act, scope=scope)
    return {"authorization": f"Bearer {token}"}


async def test_at_the_counter_a_clerk_does_it_and_both_read_who_did(
    http: httpx.AsyncClient, minter: TokenMinter, api: Families, town: Town
) -> None:
    item = await named(api, town)
    path = f"{API}/second-guardians/{item['second_guardian_id']}"
    delegate, holder = acting(minter, VERDI, "gua_9", "delegate"), acting(minter, VERDI, ROSSI, "clerk")
    clerk = acting(minter, VERDI, "stf_anna", "clerk")
    assert (await http.post(f"{path}/accept", headers=delegate)).status_code == 403
    refused = await http.post(f"{path}/accept", headers=holder)
    assert (refused.status_code, refused.json()["slug"]) == (403, "needs-another-person")
    assert (await http.post(f"{path}/accept", headers=clerk)).json()["state"] == "accepted"
    for who in (ROSSI, VERDI):
        acts = (await as_guardian(api, who, "GET", "/me/access-log"))["items"]
        seen = [(each["who"], each["role"], each["what"]) for each in acts if each["what"] != "accept-application"]
        assert seen == [("stf_anna", "clerk", "accept-second-guardian")], who
    assert (await as_guardian(api, BIANCHI, "GET", "/me/access-log"))["items"] == []


async def test_a_delegate_looks_and_reads_neither_the_code_nor_what_was_only_asked(
    http: httpx.AsyncClient, minter: TokenMinter, api: Families, town: Town
) -> None:
    item = await named(api, town)

    async def seen_for(guardian_id: str, capacity: str) -> list[dict[str, Any]]:
        headers = acting(minter, guardian_id, "gua_9", capacity)
        items: list[dict[str, Any]] = (await http.get(f"{API}/second-guardians", headers=headers)).json()["items"]
        return items

    assert (await seen_for(VERDI, "delegate"), len(await seen_for(VERDI, "clerk"))) == ([], 1)
    assert await seen_for(ROSSI, "clerk") == [item]
    assert await seen_for(ROSSI, "delegate") == [item | {"fiscal_code": None}]
    await as_guardian(api, VERDI, "POST", f"/second-guardians/{item['second_guardian_id']}/accept")
    [accepted] = await seen_for(VERDI, "delegate")
    assert (accepted["pupil_name"], accepted["fiscal_code"]) == ("Mario Rossi", None)


async def test_the_office_sees_both_and_ends_it_with_a_reason(api: Families, town: Town) -> None:
    item = await named(api, town)
    pupil = f"/office/pupils/{item['pupil_id']}"
    [before] = (await api.office("GET", pupil)).json()["second_guardians"]
    assert before == {
        "second_guardian_id": item["second_guardian_id"],
        "holder_id": ROSSI,
        "guardian_id": VERDI,
        "other_name": "Giulia Verdi",
        "state": "named",
        "second_percent": 0,
        "next": None,
    }
    path = f"/office/second-guardians/{item['second_guardian_id']}/end"
    assert (await api.rossi("POST", path, {"reason": "Sentenza"})).status_code == 403
    assert (await api.call("stf_rita", "auditor", "POST", path, {"reason": "Sentenza"})).status_code == 403
    assert (await api.office("POST", path, {"reason": " "})).status_code == 422
    ended = (await api.office("POST", path, {"reason": "Sentenza 12/2025"})).json()
    assert ended == before | {"state": "ended"}
    assert (await api.office("POST", "/office/second-guardians/sgu_0/end", {"reason": "Sentenza"})).status_code == 404
    for who in (ROSSI, VERDI):
        log = (await as_guardian(api, who, "GET", "/me/access-log"))["items"]
        assert {"pupil-read", "end-second-guardian"} <= {each["what"] for each in log}, who
    stranger = (await as_guardian(api, BIANCHI, "GET", "/me/access-log"))["items"]
    assert stranger == []


async def test_both_take_away_what_they_agreed_and_no_more(api: Families, town: Town) -> None:
    second = await sharing(town)
    [of_holder] = (await as_guardian(api, ROSSI, "GET", "/me/export"))["second_guardians"]
    own = await as_guardian(api, VERDI, "GET", "/me/export")
    [of_second] = own["second_guardians"]
    agreed = [{"second_percent": 40, "valid_from": "2025-07-21"}]
    assert (of_holder["agreed"], of_second["agreed"]) == (agreed, agreed)
    assert (of_holder["fiscal_code"], of_second["fiscal_code"]) == (CODES[VERDI], None)
    assert (own["pupils"], second.state) == ([], State.ACCEPTED)
    assert (await as_guardian(api, BIANCHI, "GET", "/me/export"))["second_guardians"] == []


async def test_under_the_kept_record_one_reads_and_takes_away_what_was_over_before(api: Families, town: Town) -> None:
    second = await sharing(town)
    await api.office("POST", f"/office/second-guardians/{second.second_guardian_id}/end", {"reason": "Sentenza"})
    await town.run(follow_merge, VERDI, into=BIANCHI)
    [own] = (await as_guardian(api, BIANCHI, "GET", "/me/export"))["second_guardians"]
    assert (own["second_guardian_id"], own["side"], own["agreed"]) == (second.second_guardian_id, "second", [])
    log = (await as_guardian(api, BIANCHI, "GET", "/me/access-log"))["items"]
    assert [each["what"] for each in log] == ["end-second-guardian"]


async def test_who_is_only_named_finds_no_shares_in_what_they_take_away_and_leaves_by_declining(
    api: Families, town: Town
) -> None:
    await known(town, ROSSI)
    second = await name(town, (await town.enrol()).pupil.pupil_id)
    await known(town)
    [own] = (await as_guardian(api, VERDI, "GET", "/me/export"))["second_guardians"]
    assert (own["state"], own["agreed"]) == ("named", [])
    ended = await as_guardian(api, VERDI, "POST", f"/second-guardians/{second.second_guardian_id}/end")
    assert ended["state"] == "declined"
    naming = f"/pupils/{second.pupil_id}/second-guardian"
    again = await api.call(ROSSI, "guardian", "POST", naming, {"fiscal_code": CODES[VERDI], "second_percent": 0})
    assert (again.status_code, again.json()["slug"]) == (409, "named-too-often")
    assert again.json()["values"] == {"first": "2025-08-19"}


async def test_of_two_named_at_once_one_is_and_no_more(town: Town) -> None:
    await known(town)
    pupil_id = (await town.enrol()).pupil.pupil_id
    outcomes = await asyncio.gather(
        *[name(town, pupil_id, CODES[each]) for each in (VERDI, BIANCHI, VERDI)], return_exceptions=True
    )
    assert Counter(type(each) for each in outcomes) == {SecondGuardian: 1, SecondGuardianExistsError: 2}


async def test_accepted_and_ended_at_once_nothing_is_left_shared(town: Town) -> None:
    await known(town)
    second = await name(town, (await town.enrol()).pupil.pupil_id)
    outcomes: Sequence[object] = await asyncio.gather(
        act(town, "accept", second, VERDI), act(town, "end", second, ROSSI), return_exceptions=True
    )
    assert {type(each) for each in outcomes} <= {SecondGuardian, TransitionNotAllowedError}
    assert (await stored(town, second)).state is State.ENDED
    shares = [each.second_percent for each in await town.announced() if isinstance(each, SharesAgreed)]
    assert shares in ([], [40, 0])
