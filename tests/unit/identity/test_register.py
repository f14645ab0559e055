"""The register: what is written into it, how it is sealed, and who may look."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet, MultiFernet

from identity.domain.errors import (
    ExchangeUnknownError,
    FiscalCodeInvalidError,
    MessagesUnreadableError,
    NotAnAuditorError,
    UserAnomalyError,
)
from identity.domain.exchange import ExchangeSearch
from identity.domain.roles import StaffGrant
from identity.domain.session import SessionLimits
from identity.domain.sign_out import LogoutAsked
from identity.outbound.saml.bindings import readable
from identity.outbound.sealing import Seal
from identity.usecases.complete_sign_out import complete_sign_out
from identity.usecases.forget_what_is_over import forget_what_is_over
from identity.usecases.ports import BrowserMessage, Carried
from identity.usecases.read_the_register import (
    FoundExchanges,
    auditor_called,
    read_an_exchange,
    search_the_register,
)
from identity.usecases.sign_out import sign_out
from identity.usecases.sign_out_for_provider import sign_out_for_provider
from refettorio_chassis.audit import Actor
from tests.support.identity_logout import Sent
from tests.support.identity_memory import NOW, PROVIDER, Memory, statement
from tests.support.identity_scenarios import ASKED, AT_PROVIDER, MARIO
from tests.unit.identity.test_signing_in import completed, signed_in, started

AUDITOR = Actor(subject="stf_9", role="auditor")
KEY = Fernet.generate_key()


async def test_a_sign_in_is_written_down_with_both_its_messages() -> None:
    memory = Memory()
    await signed_in(memory)
    (exchange,) = memory.exchanges.kept.values()
    assert (exchange.kind, exchange.begun_by, exchange.outcome) == ("sign-in", "us", "signed-in")
    assert (exchange.response_id, exchange.assertion_id) == ("_response", "_assertion")
    assert exchange.guardian_id in memory.people.guardians
    assert (exchange.started_at, exchange.answered_at) == (NOW, NOW)
    assert set(memory.exchanges.written[exchange.exchange_id]) == {"request", "response"}


async def test_a_sign_in_that_fails_is_written_down_too() -> None:
    memory = Memory()
    memory.federation.answer = UserAnomalyError(22)
    await completed(memory, await started(memory))
    (exchange,) = memory.exchanges.kept.values()
    assert (exchange.outcome, exchange.guardian_id) == ("nr22", None)


async def test_a_sign_out_is_written_down_whoever_begins_it() -> None:
    memory = Memory()
    memory.federation.answer = statement(at_provider=AT_PROVIDER)
    outcome = await signed_in(memory)
    await sign_out(memory.ports, session_secret=outcome.session_secret)
    (relay_state,) = memory.sign_outs.waiting
    await complete_sign_out(memory.ports, scheme="spid", carried=Carried(form={"RelayState": relay_state}))
    await signed_in_again(memory)
    memory.single_logout.asked = LogoutAsked(
        request_id="_theirs", scheme="spid", provider=PROVIDER, name_id="_n1", indexes=frozenset()
    )
    await sign_out_for_provider(memory.ports, scheme="spid", carried=Carried(query="SAMLRequest=x"))
    ours, theirs = [each for each in memory.exchanges.kept.values() if each.kind == "sign-out"]
    assert (ours.begun_by, theirs.begun_by, theirs.request_id) == ("us", "provider", "_theirs")
    assert (ours.outcome, theirs.outcome) == ("complete", "complete")
    assert ours.guardian_id == theirs.guardian_id == next(iter(memory.people.guardians))
    assert memory.exchanges.written[theirs.exchange_id]["request"] == b"SAMLRequest=x"


async def signed_in_again(memory: Memory) -> None:
    memory.sign_ins.used.clear()
    await signed_in(memory)


async def test_an_answered_exchange_is_kept_for_24_months_and_one_without_answer_for_a_day() -> None:
    memory = Memory()
    await signed_in(memory)
    await started(memory)
    await forget_what_is_over(memory.ports, limits=SessionLimits())
    assert len(memory.exchanges.kept) == 2
    memory.clock.advance(timedelta(days=730))
    await forget_what_is_over(memory.ports, limits=SessionLimits())
    (kept,) = memory.exchanges.kept.values()
    assert kept.outcome == "signed-in"
    memory.clock.advance(timedelta(days=1, seconds=1))
    await forget_what_is_over(memory.ports, limits=SessionLimits())
    assert memory.exchanges.kept == {}


async def test_an_auditor_finds_a_person_and_reads_what_was_written() -> None:
    memory = Memory()
    await signed_in(memory)
    found = await search_the_register(
        memory.ports, wanted=ExchangeSearch(), fiscal_code=MARIO.fiscal_code.lower(), reason="Richiesta", by=AUDITOR
    )
    (exchange,) = found.items
    assert not found.are_more
    read = await read_an_exchange(memory.ports, exchange_id=exchange.exchange_id, reason="Richiesta", by=AUDITOR)
    assert set(read.messages) == {"request", "response"}
    searched, looked = memory.audit.lines[-2:]
    assert (searched.who, searched.what, searched.subject) == ("stf_9", "register-searched", exchange.guardian_id)
    assert (looked.what, looked.subject, looked.reason) == ("exchange-read", exchange.guardian_id, "Richiesta")
    assert looked.details == {"exchange": exchange.exchange_id}
    assert MARIO.fiscal_code not in str(memory.audit.lines)


async def test_a_search_by_code_finds_what_was_written_under_a_merged_record_too() -> None:
    memory = Memory()
    await signed_in(memory)
    (left,) = memory.people.guardians.values()
    kept = replace(left, guardian_id="gua_kept", fiscal_code=memory.ports.fiscal_codes.checked("RSSMRA85T10A56NH"))
    memory.people.guardians |= {"gua_kept": kept, left.guardian_id: replace(left, merged_into="gua_kept")}
    for code in (MARIO.fiscal_code, kept.fiscal_code):
        found = await search_the_register(
            memory.ports, wanted=ExchangeSearch(), fiscal_code=code, reason="Richiesta", by=AUDITOR
        )
        assert [each.guardian_id for each in found.items] == [left.guardian_id]
        assert found.also_about == frozenset()
        assert memory.audit.lines[-1].subject == "gua_kept"


async def test_who_is_listed_without_having_been_looked_for_is_said() -> None:
    memory = Memory()
    for name, guardian_id in (("exc_1", "gua_1"), ("exc_2", "gua_2"), ("exc_3", None), ("exc_4", "gua_2")):
        await memory.exchanges.add(replace(ASKED, exchange_id=name, request_id=name, guardian_id=guardian_id), {})

    async def also_about(wanted: ExchangeSearch) -> frozenset[str]:
        found = await search_the_register(memory.ports, wanted=wanted, fiscal_code=None, reason="Richiesta", by=AUDITOR)
        return found.also_about

    assert await also_about(ExchangeSearch()) == {"gua_1", "gua_2"}
    assert await also_about(ExchangeSearch(request_id="exc_1")) == {"gua_1"}
    assert await also_about(ExchangeSearch(guardian_id="gua_1")) == frozenset()
    # The next page is not shown yet.
    assert await also_about(ExchangeSearch(limit=1)) == {"gua_2"}


async def test_a_person_who_never_signed_in_has_no_exchanges() -> None:
    memory = Memory()
    await signed_in(memory)
    found = await search_the_register(
        memory.ports, wanted=ExchangeSearch(), fiscal_code="RSSMRA85T10A56NH", reason="Richiesta", by=AUDITOR
    )
    assert list(found.items) == []
    with pytest.raises(FiscalCodeInvalidError):
        await search_the_register(
            memory.ports, wanted=ExchangeSearch(), fiscal_code="RSSMRA85T10A562X", reason="Richiesta", by=AUDITOR
        )


async def test_a_long_list_is_read_page_by_page_and_each_page_leaves_its_line() -> None:
    memory = Memory()
    for name in ("exc_1", "exc_2", "exc_3"):
        await memory.exchanges.add(replace(ASKED, exchange_id=name, request_id=name), {})

    async def page(after: str | None) -> FoundExchanges:
        wanted = ExchangeSearch(limit=2)
        return await search_the_register(
            memory.ports, wanted=wanted, fiscal_code=None, after=after, reason="Richiesta", by=AUDITOR
        )

    first = await page(None)
    second = await page(first.items[-1].exchange_id)
    assert (len(first.items), first.are_more, len(second.items), second.are_more) == (2, True, 1, False)
    assert {each.exchange_id for each in (*first.items, *second.items)} == set(memory.exchanges.kept)
    assert memory.audit.actions[-2:] == ["register-searched", "register-searched"]
    with pytest.raises(ExchangeUnknownError):
        await page("exc_9")


@pytest.mark.parametrize("role", ["administrator", "office", "guardian", "operator"])
async def test_nobody_else_looks(role: str) -> None:
    memory = Memory()
    await signed_in(memory)
    (exchange_id,) = memory.exchanges.kept
    somebody = Actor(subject="x", role=role)
    with pytest.raises(NotAnAuditorError):
        await read_an_exchange(memory.ports, exchange_id=exchange_id, reason="Richiesta", by=somebody)
    with pytest.raises(NotAnAuditorError):
        await search_the_register(
            memory.ports, wanted=ExchangeSearch(), fiscal_code=None, reason="Richiesta", by=somebody
        )


async def test_what_is_not_there_is_not_found() -> None:
    with pytest.raises(ExchangeUnknownError):
        await read_an_exchange(Memory().ports, exchange_id="exc_9", reason="Richiesta", by=AUDITOR)


@pytest.mark.parametrize(
    ("roles", "last_day", "is_one"),
    [
        ({"auditor"}, None, True),
        ({"auditor"}, date(2025, 10, 6), True),
        ({"auditor"}, date(2025, 10, 5), False),
        ({"administrator"}, None, False),
        (set(), None, False),
    ],
)
async def test_the_command_line_asks_in_the_name_of_an_auditor(
    roles: set[str], last_day: date | None, is_one: bool
) -> None:
    memory = Memory()
    grant = StaffGrant(
        staff_id="stf_1",
        fiscal_code=MARIO.fiscal_code,
        roles=frozenset(roles),
        classes=frozenset(),
        granted_at=NOW,
        granted_by="command-line",
        last_day=last_day,
    )
    await memory.people.keep_grant(grant)
    if is_one:
        actor = await auditor_called(memory.ports, fiscal_code=MARIO.fiscal_code)
        assert actor == Actor(subject="stf_1", role="auditor")
        return
    with pytest.raises(NotAnAuditorError):
        await auditor_called(memory.ports, fiscal_code=MARIO.fiscal_code)


def test_what_is_sealed_opens_in_its_own_place_alone() -> None:
    seal = Seal(MultiFernet([Fernet(KEY)]))
    sealed = seal.sealed(b"TINIT-RSSMRA85T10A562S\x00", place="exc_1/response")
    assert b"RSSMRA" not in sealed
    assert seal.opened(sealed, place="exc_1/response") == b"TINIT-RSSMRA85T10A562S\x00"
    with pytest.raises(MessagesUnreadableError):
        seal.opened(sealed, place="exc_2/response")


def test_a_key_is_changed_without_losing_what_the_old_one_sealed() -> None:
    old, new = Fernet(KEY), Fernet(Fernet.generate_key())
    sealed = Seal(MultiFernet([old])).sealed(b"x", place="p")
    both, new_alone = Seal(MultiFernet([new, old])), Seal(MultiFernet([new]))
    assert both.opened(sealed, place="p") == b"x"
    assert new_alone.opened(both.sealed(b"y", place="p"), place="p") == b"y"
    with pytest.raises(MessagesUnreadableError):
        new_alone.opened(sealed, place="p")


def test_what_was_altered_does_not_open() -> None:
    seal = Seal(MultiFernet([Fernet(KEY)]))
    sealed = bytearray(seal.sealed(b"x", place="p"))
    sealed[30] ^= 1
    with pytest.raises(MessagesUnreadableError):
        seal.opened(bytes(sealed), place="p")


@pytest.mark.parametrize("content", ["", "\n", "breve", f"{KEY.decode()}\nbreve"])
def test_a_file_without_proper_keys_stops_the_process(tmp_path: Path, content: str) -> None:
    file = tmp_path / "message.key"
    file.write_text(content)
    with pytest.raises(ValueError, match=r"message\.key"):
        Seal.read(file)
    file.write_text(f"{KEY.decode()}\n{Fernet.generate_key().decode()}\n")
    assert Seal.read(file).opened(Seal(MultiFernet([Fernet(KEY)])).sealed(b"x", place="p"), place="p") == b"x"


def test_a_message_is_kept_as_it_travelled_and_can_be_read() -> None:
    for carried in (Sent().by_redirect(), Sent().by_form()):
        assert "_n1</saml:NameID>" in readable(carried.as_sent)
    assert b"&Signature=" in Sent().by_redirect().as_sent
    assert b"SignatureValue" in Sent().by_form().as_sent
    ours = BrowserMessage(url=f"https://idp.example/slo?{Sent().by_redirect().query}", form=None)
    assert ours.as_sent == Sent().by_redirect().query.encode()
    form = Sent().by_form().form
    assert BrowserMessage(url="https://idp.example/slo", form=form).as_sent == Sent().by_form().as_sent


@pytest.mark.parametrize("sent", [b"", b"SAMLRequest=%%%", b"SAMLRequest=QUJD", b"a=b", b"\xff"])
def test_what_cannot_be_read_is_told_by_an_empty_text(sent: bytes) -> None:
    assert readable(sent) == ""


def test_a_form_that_carries_no_base64_is_kept_as_it_is() -> None:
    assert Carried(form={"SAMLResponse": "%%%"}).as_sent == b"%%%"
