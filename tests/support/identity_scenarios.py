"""What every implementation of identity's stores must do. Run on the memory by the unit tests, on MongoDB by others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from identity.domain.acting import ActingFor
from identity.domain.contact import Contact
from identity.domain.contact_code import ContactCodes, WaitingContact
from identity.domain.delegation import Delegation
from identity.domain.device_proof import DeviceProof
from identity.domain.exchange import Answer, Exchange, ExchangeSearch
from identity.domain.fiscal_code import FiscalCode
from identity.domain.guardian import Guardian
from identity.domain.operator import Operator
from identity.domain.people import name_words
from identity.domain.proposal import StaffProposal
from identity.domain.provider_session import ProviderSession
from identity.domain.published_text import Acceptance
from identity.domain.roles import StaffGrant
from identity.domain.session import Session
from identity.domain.sign_in import SignIn
from identity.domain.sign_out import SignOut
from identity.domain.tablet import Held, Tablet
from identity.usecases.ports import Ports
from tests.support.identity_memory import NOW, PROVIDER

Scenario = Callable[[Ports], Awaitable[None]]

MARIO = Guardian(
    guardian_id="gua_1",
    fiscal_code=FiscalCode("RSSMRA85T10A562S"),
    given_name="Mario",
    family_name="Rossi",
    registered_at=NOW,
)
TWIN = replace(MARIO, guardian_id="gua_2", fiscal_code=FiscalCode("RSSMRA85T10A56NH"))
GRANDMOTHER = replace(
    MARIO,
    guardian_id="gua_7",
    fiscal_code=FiscalCode("BNCTRS50D41F205G"),
    given_name="Teresa",
    family_name="Bianchi",
)
DELEGATION = Delegation(
    delegation_id="del_1",
    guardian_id="gua_1",
    delegate=GRANDMOTHER.fiscal_code,
    scopes=frozenset({"see", "pay"}),
    given_at=NOW,
    last_day=date(2026, 6, 30),
)
MAIL = Contact(
    contact_id="con_1",
    guardian_id="gua_1",
    channel="email",
    address="mario@posta.example",
    verified_by="identity-provider",
    verified_at=NOW,
)
STARTED = SignIn(
    request_id="r1",
    relay_state="relay",
    browser="b1",
    scheme="spid",
    provider=PROVIDER,
    level=2,
    next_path="/portale/",
    started_at=NOW,
    replaces="s0",
)
OPEN = Session(session_id="s1", guardian_id="gua_1", scheme="spid", level=2, opened_at=NOW, last_seen_at=NOW)
AT_PROVIDER = ProviderSession(provider=PROVIDER, name_id="_n1", qualifier=PROVIDER, index="_i1")
LEAVING = SignOut(request_id="o1", relay_state="leaving", scheme="spid", provider=PROVIDER, started_at=NOW)
ASKED = Exchange(
    exchange_id="exc_1",
    request_id="r1",
    kind="sign-in",
    begun_by="us",
    scheme="spid",
    provider=PROVIDER,
    started_at=NOW,
)
WAITING = Tablet(
    tablet_id="tab_1",
    name="Mensa",
    classes=frozenset({"primaria-1a"}),
    registered_at=NOW,
    pairing_hash="p1",
    pairing_expires_at=NOW + timedelta(minutes=5),
)

TERESA = Operator(operator_id="opr_1", fiscal_code=MARIO.fiscal_code, name="Teresa", named_at=NOW, pin_hash="h")


async def a_guardian_is_found_by_id_and_by_code(ports: Ports) -> None:
    await ports.people.keep_guardian(MARIO)
    assert await ports.people.guardian("gua_1") == MARIO
    assert await ports.people.guardian_of(MARIO.fiscal_code) == MARIO
    assert await ports.people.guardian("gua_2") is None
    assert await ports.people.guardian_of(TWIN.fiscal_code) is None


async def a_guardian_kept_again_is_changed(ports: Ports) -> None:
    await ports.people.keep_guardian(MARIO)
    changed = MARIO.named("Mario Luigi", "Rossi").told_once_more()
    await ports.people.keep_guardian(changed)
    assert await ports.people.guardian("gua_1") == changed
    dead = replace(changed, died_on=date(2025, 10, 5))
    await ports.people.keep_guardian(dead)
    assert await ports.people.guardian("gua_1") == dead
    merged = replace(changed, merged_into="gua_2")
    await ports.people.keep_guardian(merged)
    assert await ports.people.guardian("gua_1") == merged


async def people_born_alike_are_found_and_the_person_is_not_one_of_them(ports: Ports) -> None:
    await ports.people.keep_guardian(MARIO)
    await ports.people.keep_guardian(TWIN)
    assert list(await ports.people.born_alike(MARIO.fiscal_code)) == [TWIN]


async def people_are_found_by_the_beginnings_of_their_names(ports: Ports) -> None:
    nicolo = replace(MARIO, guardian_id="gua_3", given_name="Nicolò", family_name="D'Amico Šarić")
    decomposed = replace(MARIO, guardian_id="gua_4", given_name="NICOLO\u0300", family_name="Łukasz")
    for place, guardian in enumerate((MARIO, nicolo, decomposed)):
        await ports.people.keep_guardian(replace(guardian, fiscal_code=FiscalCode(f"0000000000{place}")))
    for text, found in {
        "ross": ["gua_1"],
        "MARIO ROS": ["gua_1"],
        "nicolo": ["gua_3", "gua_4"],
        "amico nico": ["gua_3"],
        "saric": ["gua_3"],
        "lukasz": ["gua_4"],
        "ario": [],
        "rossi nicolo": [],
        "a.b(c": [],
    }.items():
        seen = await ports.people.named(name_words(text), limit=5)
        assert [each.guardian_id for each in seen] == found, text
    assert len(await ports.people.named(("nicolo",), limit=1)) == 1


async def contacts_belong_to_one_guardian(ports: Ports) -> None:
    await ports.people.keep_contact(MAIL)
    assert list(await ports.people.contacts("gua_1")) == [MAIL]
    removed = replace(MAIL, removed_at=NOW)
    await ports.people.keep_contact(removed)
    assert list(await ports.people.contacts("gua_1")) == []
    assert list(await ports.people.every_contact("gua_1")) == [removed]
    assert list(await ports.people.contacts("gua_2")) == []


async def what_waits_for_a_code_is_kept_changed_and_forgotten(ports: Ports) -> None:
    waiting = WaitingContact(
        contact_id="con_1",
        channel="email",
        address="mario@posta.example",
        code_hash="h1",
        expires_at=NOW + timedelta(minutes=10),
    )
    codes = ContactCodes(guardian_id="gua_1").sent(waiting, NOW)
    await ports.contact_codes.keep(codes)
    assert await ports.contact_codes.of_guardian("gua_1") == codes
    tried = codes.with_waiting(waiting.tried_in_vain())
    await ports.contact_codes.keep(tried)
    await ports.contact_codes.forget(expired_before=waiting.expires_at)
    assert await ports.contact_codes.of_guardian("gua_1") == tried
    await ports.contact_codes.forget(expired_before=waiting.expires_at + timedelta(seconds=1))
    assert await ports.contact_codes.of_guardian("gua_1") == codes.with_waiting(None)
    assert await ports.contact_codes.of_guardian("gua_2") is None


async def a_grant_kept_again_is_changed(ports: Ports) -> None:
    grant = StaffGrant(
        staff_id="stf_1",
        fiscal_code=MARIO.fiscal_code,
        roles=frozenset({"office"}),
        classes=frozenset(),
        granted_at=NOW,
        granted_by="command-line",
    )
    await ports.people.keep_grant(grant)
    until = replace(grant, last_day=date(2026, 6, 30), schools=frozenset({"primaria"}), lines=frozenset({"verde"}))
    await ports.people.keep_grant(until)
    assert await ports.people.grant_of(MARIO.fiscal_code) == until
    await ports.people.keep_grant(replace(grant, roles=frozenset()))
    assert await ports.people.grant_of(MARIO.fiscal_code) == replace(grant, roles=frozenset())
    assert await ports.people.grant_of(TWIN.fiscal_code) is None


async def one_proposal_waits_for_a_person_until_it_is_dropped(ports: Ports) -> None:
    proposal = StaffProposal(
        staff_id="stf_1",
        fiscal_code=MARIO.fiscal_code,
        roles=frozenset({"administrator", "canteen"}),
        classes=frozenset({"primaria-1a"}),
        schools=frozenset({"primaria"}),
        lines=frozenset({"verde"}),
        last_day=date(2026, 6, 30),
        proposed_at=NOW,
        proposed_by="gua_2",
    )
    changed = replace(proposal, last_day=None, proposed_by="gua_3")
    await ports.proposals.keep(proposal)
    assert await ports.proposals.proposal("stf_1") == proposal
    await ports.proposals.keep(changed)
    assert await ports.proposals.of(MARIO.fiscal_code) == changed
    assert await ports.proposals.of(TWIN.fiscal_code) is None
    await ports.proposals.drop(TWIN.fiscal_code)
    assert await ports.proposals.proposal("stf_1") == changed
    await ports.proposals.drop(MARIO.fiscal_code)
    assert await ports.proposals.proposal("stf_1") is None


async def a_delegation_is_found_by_who_gave_it_and_by_who_received_it(ports: Ports) -> None:
    later = replace(DELEGATION, delegation_id="del_2", guardian_id="gua_2", given_at=NOW + timedelta(minutes=1))
    other = replace(DELEGATION, delegation_id="del_3", delegate=TWIN.fiscal_code)
    for each in (DELEGATION, later, other):
        await ports.delegations.keep(each)
    assert await ports.delegations.delegation("del_1") == DELEGATION
    assert await ports.delegations.delegation("del_9") is None
    assert await ports.delegations.between("gua_1", GRANDMOTHER.fiscal_code) == DELEGATION
    assert await ports.delegations.between("gua_2", TWIN.fiscal_code) is None
    assert list(await ports.delegations.given_by("gua_1")) == [DELEGATION, other]
    assert list(await ports.delegations.received_by(GRANDMOTHER.fiscal_code)) == [later, DELEGATION]
    revoked = DELEGATION.revoked(NOW)
    await ports.delegations.keep(revoked)
    assert list(await ports.delegations.given_by("gua_1")) == [revoked, other]


async def delegations_that_are_over_are_forgotten_in_time_and_no_other(ports: Ports) -> None:
    last_day = DELEGATION.last_day
    later = replace(DELEGATION, delegation_id="del_2", guardian_id="gua_2", last_day=last_day + timedelta(days=1))
    revoked = replace(later, delegation_id="del_3", guardian_id="gua_3").revoked(NOW)
    for each in (DELEGATION, later, revoked):
        await ports.delegations.keep(each)
    assert await ports.delegations.forget(ended_before=NOW) == 0
    assert await ports.delegations.forget(ended_before=NOW + timedelta(seconds=1)) == 1
    midnight_in_rome = datetime(2026, 6, 30, 22, 0, tzinfo=UTC)
    assert await ports.delegations.forget(ended_before=midnight_in_rome - timedelta(seconds=1)) == 0
    assert await ports.delegations.forget(ended_before=midnight_in_rome) == 1
    assert await ports.delegations.delegation("del_2") == later


async def a_session_keeps_for_whom_its_person_acts_until_they_stop(ports: Ports) -> None:
    await ports.sessions.open(OPEN)
    for acting in (
        ActingFor(guardian_id="gua_2", begun_at=NOW, delegation_id="del_1"),
        ActingFor(guardian_id="gua_2", begun_at=NOW),
        None,
    ):
        await ports.sessions.act("s1", acting)
        assert await ports.sessions.session("s1") == replace(OPEN, acting=acting)
    await ports.sessions.act("s9", ActingFor(guardian_id="gua_2", begun_at=NOW))
    assert await ports.sessions.session("s9") is None


async def a_sign_in_is_taken_once(ports: Ports) -> None:
    await ports.sign_ins.add(STARTED)
    assert await ports.sign_ins.take("other") is None
    assert await ports.sign_ins.awaited("other") is None
    assert await ports.sign_ins.awaited("relay") == STARTED
    assert await ports.sign_ins.take("relay") == STARTED
    assert await ports.sign_ins.awaited("relay") is None
    assert await ports.sign_ins.take("relay") is None


async def an_assertion_is_first_used_once_per_provider(ports: Ports) -> None:
    assert await ports.sign_ins.first_use("_a", PROVIDER, NOW)
    assert not await ports.sign_ins.first_use("_a", PROVIDER, NOW)
    assert await ports.sign_ins.first_use("_a", "https://other.example", NOW)


async def a_session_is_opened_touched_and_closed(ports: Ports) -> None:
    later = NOW + timedelta(minutes=3)
    await ports.sessions.open(OPEN)
    await ports.sessions.touch({"s1", "s2"}, later)
    await ports.sessions.touch({"s1"}, NOW)
    assert await ports.sessions.session("s1") == replace(OPEN, last_seen_at=later)
    await ports.sessions.close("s1")
    assert await ports.sessions.session("s1") is None
    await ports.sessions.close("s1")


async def sessions_beside_one_of_the_provider_are_found(ports: Ports) -> None:
    def beside(session_id: str, **changed: str) -> Session:
        return replace(OPEN, session_id=session_id, at_provider=replace(AT_PROVIDER, **changed))

    mine, second = beside("s1"), beside("s2", index="_i2")
    for each in (mine, second, beside("s3", name_id="_n2"), beside("s4", provider="https://altro.example")):
        await ports.sessions.open(each)
    await ports.sessions.open(replace(OPEN, session_id="s5"))
    assert list(await ports.sessions.beside(PROVIDER, "_n1", {"_i1"})) == [mine]
    assert list(await ports.sessions.beside(PROVIDER, "_n1", {"_i1", "_i2", "_i9"})) == [mine, second]
    assert list(await ports.sessions.beside(PROVIDER, "_n1", ())) == [mine, second]
    assert list(await ports.sessions.beside(PROVIDER, "_n1", {"_i9"})) == []
    assert await ports.sessions.session("s1") == mine


async def a_sign_out_is_taken_once_and_forgotten_in_time(ports: Ports) -> None:
    later = NOW + timedelta(minutes=1)
    young = replace(LEAVING, request_id="o2", relay_state="young", started_at=later)
    await ports.sign_outs.add(LEAVING)
    assert await ports.sign_outs.take("other") is None
    assert await ports.sign_outs.take("leaving") == LEAVING
    assert await ports.sign_outs.take("leaving") is None
    await ports.sign_outs.add(replace(LEAVING, request_id="o3", relay_state="old"))
    await ports.sign_outs.add(young)
    await ports.sign_outs.forget(before=later)
    assert await ports.sign_outs.take("old") is None
    assert await ports.sign_outs.take("young") == young


async def the_sessions_of_a_guardian_are_theirs_alone_the_latest_first(ports: Ports) -> None:
    latest = replace(OPEN, session_id="s2", opened_at=NOW + timedelta(minutes=1), device="Firefox su Windows")
    for session in (OPEN, latest, replace(OPEN, session_id="s3", guardian_id="gua_2")):
        await ports.sessions.open(session)
    assert list(await ports.sessions.of_guardian("gua_1")) == [latest, OPEN]
    assert list(await ports.sessions.of_guardian("gua_3")) == []


async def an_exchange_is_found_by_its_request_and_answered(ports: Ports) -> None:
    await ports.exchanges.add(ASKED, {"request": b"<a/>"})
    assert await ports.exchanges.ours("r1") == ASKED
    assert await ports.exchanges.ours("r9") is None
    answered = ASKED.answered(Answer(answered_at=NOW, outcome="signed-in", guardian_id="gua_1"))
    await ports.exchanges.answer(answered, {"response": b"\xff\x00<b/>"})
    assert await ports.exchanges.exchange("exc_1") == answered
    assert await ports.exchanges.messages("exc_1") == {"request": b"<a/>", "response": b"\xff\x00<b/>"}
    assert await ports.exchanges.exchange("exc_9") is None
    assert await ports.exchanges.messages("exc_9") == {}


async def a_request_of_a_provider_is_not_taken_for_ours(ports: Ports) -> None:
    for number in ("1", "2"):  # and may come twice
        await ports.exchanges.add(replace(ASKED, exchange_id=f"exc_{number}", begun_by="provider"), {})
    assert await ports.exchanges.ours("r1") is None


async def exchanges_are_searched_the_latest_first(ports: Ports) -> None:
    later = NOW + timedelta(minutes=1)
    second = replace(ASKED, exchange_id="exc_2", request_id="r2", started_at=later, guardian_id="gua_1")
    third = replace(
        ASKED, exchange_id="exc_3", request_id="r3", started_at=later, kind="sign-out", provider="https://p"
    )
    for each in (ASKED, second, third):
        await ports.exchanges.add(each, {"request": b"<a/>"})

    async def found(**wanted: Any) -> list[str]:
        return [each.request_id for each in await ports.exchanges.search(ExchangeSearch(**wanted))]

    assert await found() == ["r3", "r2", "r1"]
    assert await found(limit=2) == ["r3", "r2"]
    assert await found(guardian_id="gua_1") == await found(request_id="r2") == ["r2"]
    assert await found(kind="sign-out") == await found(provider="https://p") == ["r3"]
    assert await found(until=later) == ["r1"]
    assert await found(since=later) == ["r3", "r2"]
    assert await found(guardian_id="gua_1", until=later) == []
    assert await found(guardian_id="gua_0", merged=("gua_1",)) == ["r2"]


async def the_register_is_read_page_by_page_also_where_two_began_at_once(ports: Ports) -> None:
    for name, seconds in (("e1", 0), ("e2", 1), ("e3", 1), ("e4", 2)):
        began = NOW + timedelta(seconds=seconds)
        await ports.exchanges.add(replace(ASKED, exchange_id=name, request_id=name, started_at=began), {})

    async def after(name: str, **wanted: Any) -> list[str]:
        last = await ports.exchanges.exchange(name)
        return [each.exchange_id for each in await ports.exchanges.search(ExchangeSearch(after=last, **wanted))]

    assert await after("e4", limit=1) == ["e3"]
    assert await after("e3") == ["e2", "e1"]
    assert await after("e3", until=NOW + timedelta(seconds=1)) == ["e1"]
    assert await after("e1") == []


async def exchanges_are_forgotten_after_their_time_and_unanswered_ones_sooner(ports: Ports) -> None:
    old, young = NOW, NOW + timedelta(days=1)
    for name, started_at, answered_at in (
        ("old answered", old, old),
        ("young answered", old, young),
        ("old unanswered", old, None),
        ("young unanswered", young, None),
    ):
        exchange = replace(ASKED, exchange_id=name, request_id=name, started_at=started_at, answered_at=answered_at)
        await ports.exchanges.add(exchange, {"request": b"<a/>"})
    await ports.exchanges.forget(answered_before=old, unanswered_before=young)
    names = {each.exchange_id for each in await ports.exchanges.search(ExchangeSearch())}
    assert names == {"old answered", "young answered", "young unanswered"}
    await ports.exchanges.forget(answered_before=young, unanswered_before=old)
    names = {each.exchange_id for each in await ports.exchanges.search(ExchangeSearch())}
    assert names == {"young answered", "young unanswered"}


async def who_has_contacts_and_who_signed_in_is_found_and_contacts_are_deleted_whole(ports: Ports) -> None:
    for each in (MARIO, TWIN):
        await ports.people.keep_guardian(each)
    await ports.people.keep_contact(replace(MAIL, removed_at=NOW))
    assert set(await ports.people.with_contacts(unserved_since=MARIO.registered_at)) == set()
    later = MARIO.registered_at + timedelta(seconds=1)
    assert set(await ports.people.with_contacts(unserved_since=later)) == {"gua_1"}
    await ports.people.keep_guardian(MARIO.served(later))
    assert await ports.people.guardian("gua_1") == MARIO.served(later)
    assert set(await ports.people.with_contacts(unserved_since=later)) == set()
    assert set(await ports.people.with_contacts(unserved_since=later + timedelta(seconds=1))) == {"gua_1"}
    answered = ASKED.answered(Answer(answered_at=NOW, outcome="signed-in", guardian_id="gua_1"))
    await ports.exchanges.add(answered, {})
    assert set(await ports.exchanges.signed_in_since(["gua_1", "gua_2"], NOW)) == {"gua_1"}
    assert set(await ports.exchanges.signed_in_since(["gua_1"], NOW + timedelta(seconds=1))) == set()
    await ports.people.forget_contacts("gua_1")
    assert list(await ports.people.every_contact("gua_1")) == []


async def records_that_lead_to_one_are_found_also_by_way_of_another(ports: Ports) -> None:
    first = replace(MARIO, merged_into=TWIN.guardian_id)
    second = replace(TWIN, merged_into=GRANDMOTHER.guardian_id)
    for each in (first, second, GRANDMOTHER):
        await ports.people.keep_guardian(each)
    assert list(await ports.people.merged_into(GRANDMOTHER.guardian_id)) == [second, first]
    assert list(await ports.people.merged_into(TWIN.guardian_id)) == [first]
    assert list(await ports.people.merged_into(MARIO.guardian_id)) == []


async def an_acceptance_taken_back_is_changed_and_given_again_is_another(ports: Ports) -> None:
    first = Acceptance(guardian_id="gua_1", text_id="privacy", version=1, accepted_at=NOW)
    second, other = replace(first, version=2), replace(first, guardian_id="gua_2")
    for each in (second, first, other):
        await ports.acceptances.keep(each)
    assert list(await ports.acceptances.of_guardian("gua_1")) == [first, second]
    await ports.acceptances.keep(first.withdrawn(NOW))
    assert list(await ports.acceptances.of_guardian("gua_1")) == [first.withdrawn(NOW), second]
    again = replace(first, accepted_at=NOW + timedelta(days=1))
    await ports.acceptances.keep(again)
    await ports.acceptances.keep(again.withdrawn(NOW + timedelta(days=2)))
    third = replace(first, accepted_at=NOW + timedelta(days=3))
    await ports.acceptances.keep(third)
    withdrawn = [first.withdrawn(NOW), again.withdrawn(NOW + timedelta(days=2))]
    assert list(await ports.acceptances.of_guardian("gua_1")) == [*withdrawn, third, second]
    assert list(await ports.acceptances.of_guardian("gua_3")) == []


async def what_is_over_is_forgotten_and_nothing_else(ports: Ports) -> None:
    later = NOW + timedelta(minutes=1)
    await ports.sign_ins.add(STARTED)
    await ports.sign_ins.add(replace(STARTED, request_id="r2", relay_state="young", started_at=later))
    await ports.sign_ins.first_use("_a", PROVIDER, NOW)
    await ports.sign_ins.forget(before=later)
    assert await ports.sign_ins.take("relay") is None
    assert await ports.sign_ins.take("young") is not None
    assert await ports.sign_ins.first_use("_a", PROVIDER, later)
    for session_id, opened_at, last_seen_at in (("idle", later, NOW), ("old", NOW, later), ("used", later, later)):
        await ports.sessions.open(replace(OPEN, session_id=session_id, opened_at=opened_at, last_seen_at=last_seen_at))
    await ports.sessions.forget(idle_since=NOW, opened_before=NOW)
    left = [key for key in ("idle", "old", "used") if await ports.sessions.session(key)]
    assert left == ["used"]


async def a_tablet_is_found_by_its_code_until_it_is_paired_then_by_its_credential(ports: Ports) -> None:
    await ports.tablets.keep(WAITING)
    assert await ports.tablets.with_pairing("p1") == WAITING
    paired = WAITING.paired(credential_hash="c1", key_thumbprint="k1", device_name="Samsung", now=NOW)
    await ports.tablets.keep(paired)
    assert await ports.tablets.with_pairing("p1") is None
    assert await ports.tablets.with_credential("c1") == paired
    await ports.tablets.keep(paired.revoked(NOW))
    assert await ports.tablets.with_credential("c1") is None
    assert await ports.tablets.tablet("tab_1") == paired.revoked(NOW)


async def two_tablets_wait_at_once(ports: Ports) -> None:
    await ports.tablets.keep(WAITING)
    other = replace(WAITING, tablet_id="tab_2", pairing_hash="p2")
    await ports.tablets.keep(other)
    for tablet in (WAITING, other):  # neither has a credential: the index must not mind
        assert await ports.tablets.tablet(tablet.tablet_id) == tablet
    await ports.tablets.touch({"tab_2"}, NOW)
    assert await ports.tablets.tablet("tab_2") == replace(other, last_seen_at=NOW)


async def a_tablet_is_held_by_one_operator_whose_signs_are_noted(ports: Ports) -> None:
    held = WAITING.paired(credential_hash="c1", key_thumbprint="k1", device_name="Samsung", now=NOW).held_by(
        "opr_1", NOW
    )
    await ports.tablets.keep(held)
    later = NOW + timedelta(minutes=1)
    await ports.tablets.touch_held({"tab_1": "opr_1"}, later)
    await ports.tablets.touch_held({"tab_1": "opr_2"}, later + timedelta(minutes=1))
    noted = replace(held, held=Held(operator_id="opr_1", since=NOW, seen_at=later))
    assert await ports.tablets.tablet("tab_1") == noted
    await ports.tablets.keep(noted.let_go())
    await ports.tablets.touch_held({"tab_1": "opr_1"}, later)
    assert await ports.tablets.tablet("tab_1") == noted.let_go()


async def a_proof_is_first_used_once_and_forgotten_in_time(ports: Ports) -> None:
    proof = DeviceProof(thumbprint="k1", proof_id="p1", method="GET", address="https://x/", issued_at=NOW)
    assert await ports.used_proofs.first_use(proof, NOW)
    assert await ports.used_proofs.first_use(replace(proof, thumbprint="k2"), NOW)
    await ports.used_proofs.forget(before=NOW + timedelta(seconds=1))
    assert await ports.used_proofs.first_use(proof, NOW)


async def an_operator_is_found_until_they_are_one_no_more(ports: Ports) -> None:
    await ports.operators.keep(TERESA)
    other = replace(TERESA, operator_id="opr_0", fiscal_code=TWIN.fiscal_code, locked_until=NOW, locks=2)
    await ports.operators.keep(other)
    assert await ports.operators.operator("opr_1") == TERESA
    assert await ports.operators.of(TWIN.fiscal_code) == other
    assert await ports.operators.every() == [other, TERESA]
    await ports.operators.keep(other.ended(NOW))
    assert await ports.operators.every() == [TERESA]
    assert await ports.operators.of(TWIN.fiscal_code) == other.ended(NOW)
    assert await ports.operators.operator("opr_2") is None


SCENARIOS: list[Scenario] = [
    a_guardian_is_found_by_id_and_by_code,
    a_guardian_kept_again_is_changed,
    people_born_alike_are_found_and_the_person_is_not_one_of_them,
    people_are_found_by_the_beginnings_of_their_names,
    contacts_belong_to_one_guardian,
    records_that_lead_to_one_are_found_also_by_way_of_another,
    an_acceptance_taken_back_is_changed_and_given_again_is_another,
    who_has_contacts_and_who_signed_in_is_found_and_contacts_are_deleted_whole,
    what_waits_for_a_code_is_kept_changed_and_forgotten,
    a_grant_kept_again_is_changed,
    one_proposal_waits_for_a_person_until_it_is_dropped,
    a_delegation_is_found_by_who_gave_it_and_by_who_received_it,
    delegations_that_are_over_are_forgotten_in_time_and_no_other,
    a_session_keeps_for_whom_its_person_acts_until_they_stop,
    a_sign_in_is_taken_once,
    an_assertion_is_first_used_once_per_provider,
    a_session_is_opened_touched_and_closed,
    sessions_beside_one_of_the_provider_are_found,
    a_sign_out_is_taken_once_and_forgotten_in_time,
    the_sessions_of_a_guardian_are_theirs_alone_the_latest_first,
    an_exchange_is_found_by_its_request_and_answered,
    a_request_of_a_provider_is_not_taken_for_ours,
    exchanges_are_searched_the_latest_first,
    the_register_is_read_page_by_page_also_where_two_began_at_once,
    exchanges_are_forgotten_after_their_time_and_unanswered_ones_sooner,
    what_is_over_is_forgotten_and_nothing_else,
    a_tablet_is_found_by_its_code_until_it_is_paired_then_by_its_credential,
    two_tablets_wait_at_once,
    a_tablet_is_held_by_one_operator_whose_signs_are_noted,
    a_proof_is_first_used_once_and_forgotten_in_time,
    an_operator_is_found_until_they_are_one_no_more,
]
