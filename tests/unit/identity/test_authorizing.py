"""Whom the gate admits, in whose name, and whom it stops."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from identity.domain.access import Kind, destination, is_forged
from identity.domain.device_proof import DeviceProof
from identity.domain.levels import Levels
from identity.domain.roles import StaffGrant
from identity.domain.session import SessionLimits
from identity.outbound.device_proofs import JoseDeviceProofs
from identity.usecases.authorize_request import Admitted, Arrival, Refusal, Stopped, authorize_request, used_up
from identity.usecases.note_signs_of_life import note_signs_of_life
from identity.usecases.secrecy import fingerprint
from refettorio_chassis.clock import rome_day
from refettorio_local.story.device_key import DeviceKey
from tests.support.identity_memory import NOW, Memory
from tests.support.identity_scenarios import MARIO, OPEN, TERESA, WAITING

EVERYWHERE = frozenset({"*"})
SITE = "https://scuola.comune.example"
SECRET = "r" + "1" * 64
API = "/api/attendance/v1/classes"
LEVELS = Levels(chosen={"/portale": 1, "/portale/pagamenti": 3})


KEY = DeviceKey(lambda: NOW)


def proof_of(key: DeviceKey, memory: Memory, method: str, path: str, **changed: object) -> DeviceProof:
    """What the gate reads of a proof made now, for a request to `path`."""
    claims = {"iat": memory.clock.now().timestamp()} | changed
    read = JoseDeviceProofs().read(key.proof(method, SITE + path, **claims))
    assert read is not None
    return read


async def arrives(
    memory: Memory,
    path: str = API,
    *,
    method: str = "GET",
    person: bool = True,
    tablet: bool = False,
    proof: DeviceProof | None = None,
    **headers: str,
) -> Admitted | Stopped:
    arrival = Arrival(
        method=method,
        path=path,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        session_secret=SECRET if person else None,
        tablet_secret=SECRET if tablet else None,
        proof=proof,
    )
    return await authorize_request(
        memory, arrival, public_url=SITE, levels=LEVELS, limits=SessionLimits(), now=memory.clock.now()
    )


async def with_person(level: int = 2, **grant: frozenset[str]) -> Memory:
    memory = Memory()
    await memory.people.keep_guardian(MARIO)
    await memory.sessions.open(replace(OPEN, session_id=fingerprint(SECRET), level=level))
    if grant:
        roles, classes = grant.get("roles", frozenset()), grant.get("classes", frozenset())
        schools, lines = grant.get("schools", frozenset()), grant.get("lines", frozenset())
        await memory.people.keep_grant(
            StaffGrant(
                staff_id="stf_1",
                fiscal_code=MARIO.fiscal_code,
                roles=roles,
                classes=classes,
                schools=schools,
                lines=lines,
                granted_at=NOW,
                granted_by="command-line",
            )
        )
    return memory


async def with_tablet() -> Memory:
    memory = Memory()
    thumbprint = proof_of(KEY, memory, "GET", API).thumbprint
    paired = WAITING.paired(
        credential_hash=fingerprint(SECRET), key_thumbprint=thumbprint, device_name="Samsung", now=NOW
    )
    await memory.tablets.keep(paired)
    return memory


async def test_a_guardian_is_admitted_as_a_guardian() -> None:
    admitted = await arrives(await with_person())
    assert isinstance(admitted, Admitted)
    assert (admitted.subject, set(admitted.roles), set(admitted.classes)) == ("gua_1", {"guardian"}, set())
    assert admitted.audience == ("attendance",)
    assert admitted.touch_session is None


async def test_roles_whose_last_day_is_over_are_not_given() -> None:
    memory = await with_person(roles=frozenset({"office", "canteen"}), classes=frozenset({"1a"}))
    [grant] = memory.people.kept_grants.values()
    await memory.people.keep_grant(replace(grant, last_day=rome_day(NOW)))
    today = await arrives(memory, "/ufficio/")
    assert isinstance(today, Admitted)
    assert "office" in today.roles
    await memory.people.keep_grant(replace(grant, last_day=rome_day(NOW) - timedelta(days=1)))
    later = await arrives(memory)
    assert isinstance(later, Admitted)
    assert (set(later.roles), set(later.classes)) == ({"guardian"}, set())
    assert await arrives(memory, "/ufficio/") == Stopped(reason=Refusal.WRONG_ROLE, kind=Kind.PAGE)


@pytest.mark.parametrize(
    ("roles", "classes", "reach"),
    [
        ({"office"}, set(), set()),
        ({"canteen"}, {"1a", "1b"}, {"1a", "1b"}),
        ({"canteen"}, {"*", "1b"}, {"*"}),
    ],
)
async def test_staff_have_their_roles_and_classes_besides(roles: set[str], classes: set[str], reach: set[str]) -> None:
    memory = await with_person(roles=frozenset(roles), classes=frozenset(classes))
    admitted = await arrives(memory)
    assert isinstance(admitted, Admitted)
    assert (set(admitted.roles), set(admitted.classes)) == ({"guardian", *roles}, reach)


@pytest.mark.parametrize(
    ("roles", "schools", "reach"),
    [
        ({"canteen"}, set(), {"*"}),
        ({"canteen"}, {"primaria", "*"}, {"*"}),
        ({"canteen"}, {"primaria"}, {"primaria"}),
        ({"office"}, {"primaria"}, set()),
    ],
)
async def test_canteen_staff_reach_every_school_unless_some_are_named(
    roles: set[str], schools: set[str], reach: set[str]
) -> None:
    memory = await with_person(roles=frozenset(roles), classes=frozenset({"1a"}), schools=frozenset(schools))
    admitted = await arrives(memory)
    assert isinstance(admitted, Admitted)
    assert set(admitted.schools) == reach


@pytest.mark.parametrize(
    ("roles", "lines", "reach"),
    [
        ({"driver"}, set(), {"*"}),
        ({"driver"}, {"verde", "*"}, {"*"}),
        ({"driver"}, {"verde"}, {"verde"}),
        ({"office", "canteen"}, {"verde"}, set()),
    ],
)
async def test_drivers_reach_every_line_unless_some_are_named(
    roles: set[str], lines: set[str], reach: set[str]
) -> None:
    memory = await with_person(roles=frozenset(roles), classes=frozenset({"1a"}), lines=frozenset(lines))
    admitted = await arrives(memory)
    assert isinstance(admitted, Admitted)
    assert set(admitted.lines) == reach


@pytest.mark.parametrize("path", ["/ufficio/", "/api/identity/v1/me", "/portale/pagamenti/meals"])
async def test_a_sign_in_of_a_lower_level_than_wanted_must_be_made_again(path: str) -> None:
    stopped = await arrives(await with_person(level=1, roles=frozenset({"office"})), path)
    assert isinstance(stopped, Stopped)
    assert stopped.reason is Refusal.LEVEL_TOO_LOW


async def test_at_level_1_nobody_has_a_role_of_the_staff() -> None:
    admitted = await arrives(await with_person(level=1, roles=frozenset({"office"})), "/portale/")
    assert isinstance(admitted, Admitted)
    assert admitted.roles == {"guardian"}


async def test_a_session_whose_guardian_is_gone_opens_nothing() -> None:
    memory = await with_person()
    memory.people.guardians.clear()
    assert await arrives(memory) == Stopped(reason=Refusal.NOT_SIGNED_IN, kind=Kind.API)


async def test_a_session_that_ended_opens_nothing() -> None:
    memory = await with_person()
    memory.clock.advance(timedelta(minutes=20))
    assert await arrives(memory, "/portale/") == Stopped(reason=Refusal.NOT_SIGNED_IN, kind=Kind.PAGE)


async def test_a_sign_of_life_is_noted_once_a_minute() -> None:
    memory = await with_person()
    memory.clock.advance(timedelta(minutes=1))
    admitted = await arrives(memory)
    assert isinstance(admitted, Admitted)
    await note_signs_of_life(memory.ports, session_ids=[admitted.touch_session or ""], tablet_ids=[])
    again = await arrives(memory)
    assert isinstance(again, Admitted)
    assert again.touch_session is None


OWN: Final = "/api/identity/v1/tablet"


async def held_tablet(reach: frozenset[str] = EVERYWHERE, schools: frozenset[str] = frozenset()) -> Memory:
    """A paired tablet in the hands of Teresa, whose canteen role reaches `reach`."""
    memory = await with_tablet()
    memory.tablets.kept["tab_1"] = memory.tablets.kept["tab_1"].held_by(TERESA.operator_id, NOW)
    await memory.operators.keep(TERESA)
    await memory.people.keep_grant(
        StaffGrant(
            staff_id="stf_1",
            fiscal_code=TERESA.fiscal_code,
            roles=frozenset({"canteen"}),
            classes=reach,
            schools=schools,
            granted_at=NOW,
            granted_by="command-line",
        )
    )
    return memory


async def as_tablet(memory: Memory, path: str = API, method: str = "GET") -> Admitted | Stopped:
    proof = proof_of(KEY, memory, method, path)
    return await arrives(
        memory, path, method=method, person=False, tablet=True, proof=proof, sec_fetch_site="same-origin"
    )


LOCKED: Final = Stopped(reason=Refusal.OPERATOR_NEEDED, kind=Kind.API)


async def test_a_tablet_in_nobodys_hands_reaches_identity_alone() -> None:
    memory = await with_tablet()
    for path in (API, "/api/enrollment/v1/schools", "/api/ledger/v1/x", "/api/notify/v1/x"):
        assert await as_tablet(memory, path) == LOCKED
    admitted = await as_tablet(memory, OWN)
    assert isinstance(admitted, Admitted)
    assert (set(admitted.roles), set(admitted.classes), admitted.operator) == ({"tablet"}, set(), None)


@pytest.mark.parametrize(
    ("reach", "both"), [({"*"}, {"primaria-1a"}), ({"primaria-1a", "infanzia-a"}, {"primaria-1a"})]
)
async def test_a_tablet_is_canteen_staff_for_the_classes_of_both_while_an_operator_holds_it(
    reach: set[str], both: set[str]
) -> None:
    admitted = await as_tablet(await held_tablet(frozenset(reach)))
    assert isinstance(admitted, Admitted)
    assert (admitted.subject, admitted.operator) == ("tab_1", "opr_1")
    assert (set(admitted.roles), set(admitted.classes)) == ({"tablet", "canteen"}, both)


async def test_a_tablet_reaches_the_schools_of_its_operator_alone() -> None:
    admitted = await as_tablet(await held_tablet(schools=frozenset({"infanzia"})))
    assert isinstance(admitted, Admitted)
    assert (set(admitted.classes), set(admitted.schools)) == ({"primaria-1a"}, {"infanzia"})
    free = await as_tablet(await with_tablet(), OWN)
    assert isinstance(free, Admitted)
    assert free.schools == frozenset()


async def test_an_operator_holds_a_tablet_for_ten_minutes_after_the_last_mark_and_not_a_day() -> None:
    memory = await held_tablet()
    memory.clock.advance(timedelta(minutes=9))
    looking, marking = await as_tablet(memory), await as_tablet(memory, method="POST")
    assert isinstance(looking, Admitted)
    assert isinstance(marking, Admitted)
    assert (looking.touch_operator, marking.touch_operator) == (False, True)
    await note_signs_of_life(memory.ports, session_ids=(), tablet_ids=(), held={"tab_1": "opr_1"})
    memory.clock.advance(timedelta(minutes=9, seconds=59))
    assert isinstance(await as_tablet(memory), Admitted)
    memory.clock.advance(timedelta(seconds=1))
    assert await as_tablet(memory) == LOCKED
    tablet = memory.tablets.kept["tab_1"]
    held = replace(tablet.held_by("opr_1", NOW).held, seen_at=NOW + timedelta(hours=8))  # type: ignore[type-var]
    memory.tablets.kept["tab_1"] = replace(tablet, held=held)
    memory.clock.advance(timedelta(hours=8))
    assert await as_tablet(memory) == LOCKED


async def test_an_operator_whose_role_or_name_was_taken_back_holds_nothing() -> None:
    memory = await held_tablet()
    [grant] = memory.people.kept_grants.values()
    for changed in (
        replace(grant, roles=frozenset({"office"})),
        replace(grant, last_day=rome_day(NOW) - timedelta(days=1)),
    ):
        await memory.people.keep_grant(changed)
        assert await as_tablet(memory) == LOCKED
    await memory.people.keep_grant(grant)
    assert isinstance(await as_tablet(memory), Admitted)
    await memory.operators.keep(TERESA.ended(NOW))
    assert await as_tablet(memory) == LOCKED


async def test_a_tablet_is_admitted_to_no_page_and_its_sign_of_life_is_noted() -> None:
    memory = await held_tablet()
    assert isinstance(await as_tablet(memory, "/ufficio/"), Stopped)
    memory.clock.advance(timedelta(minutes=1))
    later = await as_tablet(memory)
    assert isinstance(later, Admitted)
    await note_signs_of_life(memory.ports, session_ids=[], tablet_ids=[later.touch_tablet or ""])
    seen = await memory.tablets.tablet("tab_1")
    assert seen is not None
    assert seen.last_seen_at == memory.clock.now()


async def test_a_revoked_tablet_is_stopped_even_if_its_credential_were_still_there() -> None:
    memory = await with_tablet()
    tablet = memory.tablets.kept["tab_1"]
    memory.tablets.kept["tab_1"] = replace(tablet, revoked_at=NOW)
    assert isinstance(await as_tablet(memory), Stopped)


async def test_a_person_goes_before_the_tablet_they_hold() -> None:
    memory = await with_person()
    memory.tablets.kept = (await with_tablet()).tablets.kept
    admitted = await arrives(memory, tablet=True)
    assert isinstance(admitted, Admitted)
    assert admitted.subject == "gua_1"


async def test_who_shows_the_proof_of_a_device_is_the_tablet_also_beside_a_session() -> None:
    memory = await with_person()
    memory.tablets.kept = (await with_tablet()).tablets.kept
    admitted = await arrives(memory, OWN, tablet=True, proof=proof_of(KEY, memory, "GET", OWN))
    assert isinstance(admitted, Admitted)
    assert admitted.subject == "tab_1"


async def test_the_cookie_of_a_tablet_opens_nothing_without_its_key() -> None:
    memory = await held_tablet()
    refused = Stopped(reason=Refusal.PROOF_REFUSED, kind=Kind.API)

    async def shown(proof: DeviceProof | None) -> Admitted | Stopped:
        return await arrives(memory, person=False, tablet=True, proof=proof)

    now = NOW.timestamp()
    assert await shown(None) == refused
    assert await shown(proof_of(DeviceKey(lambda: NOW), memory, "GET", API)) == refused
    assert await shown(proof_of(KEY, memory, "POST", API)) == refused
    assert await shown(proof_of(KEY, memory, "GET", OWN)) == refused
    assert await shown(proof_of(KEY, memory, "GET", API, htu=f"https://altrove.example{API}")) == refused
    for late_or_early in (now - 61, now + 31):
        assert await shown(proof_of(KEY, memory, "GET", API, iat=late_or_early)) == refused
    for just_right in (now - 60, now + 30):
        assert isinstance(await shown(proof_of(KEY, memory, "GET", API, iat=just_right)), Admitted)
    tablet = memory.tablets.kept["tab_1"]
    memory.tablets.kept["tab_1"] = replace(tablet, key_thumbprint=None)
    assert await shown(proof_of(KEY, memory, "GET", API)) == refused


async def test_a_proof_is_good_once() -> None:
    memory = await held_tablet()
    proofs = OneTime(memory)
    admitted = await as_tablet(memory)
    assert isinstance(admitted, Admitted)
    assert await used_up(proofs, admitted, NOW) == admitted
    assert await used_up(proofs, admitted, NOW) == Stopped(reason=Refusal.PROOF_REFUSED, kind=Kind.API)
    assert await used_up(proofs, Admitted(subject="gua_1"), NOW) == Admitted(subject="gua_1")


class OneTime(JoseDeviceProofs):
    def __init__(self, memory: Memory) -> None:
        self.first_use = memory.used_proofs.first_use


async def test_the_office_is_for_the_staff() -> None:
    assert await arrives(await with_person(), "/ufficio/") == Stopped(reason=Refusal.WRONG_ROLE, kind=Kind.PAGE)
    clerk = await with_person(roles=frozenset({"office"}))
    assert isinstance(await arrives(clerk, "/ufficio/"), Admitted)


async def test_a_change_asked_for_by_another_site_is_stopped() -> None:
    memory = await with_person()
    forged = await arrives(memory, method="POST", sec_fetch_site="cross-site")
    assert forged == Stopped(reason=Refusal.FORGED, kind=Kind.API)
    assert isinstance(await arrives(memory, method="POST", sec_fetch_site="same-origin"), Admitted)
    without_cookie = await arrives(memory, method="POST", person=False)
    assert without_cookie == Stopped(reason=Refusal.NOT_SIGNED_IN, kind=Kind.API)


async def test_the_description_of_an_api_is_for_everyone() -> None:
    assert await arrives(Memory(), "/api/ledger/v1/openapi.json", person=False) == Admitted()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/tablet/",
        "/portale2",
        "/api/ledger",
        "/api/sconosciuto/v1/x",
        "/api/ledger/./v1",
        "/api/ledger/%2E%2e/x",
        "/api/ledger/a%2fb",
        "/api/ledger/a%5Cb",
        "/api/ledger/a\\b",
        "/api//ledger/x",
    ],
)
async def test_what_is_no_destination_is_stopped(path: str) -> None:
    assert await arrives(await with_person(), path) == Stopped(reason=Refusal.UNKNOWN_PATH, kind=Kind.API)


@pytest.mark.parametrize("path", ["/portale", "/portale/x", "/ufficio", "/ufficio/x.y", "/api/ledger/v1/a.b"])
def test_what_is_a_destination_is_one(path: str) -> None:
    assert destination(path) is not None


@pytest.mark.parametrize(
    ("origin", "is_ours"),
    [(SITE, True), (SITE.upper(), True), (f"{SITE}:8443", False), ("http://scuola.comune.example", False), ("", False)],
)
def test_an_old_browser_is_judged_by_its_origin(origin: str, is_ours: bool) -> None:
    assert is_forged("POST", {"origin": origin}, SITE) is not is_ours
