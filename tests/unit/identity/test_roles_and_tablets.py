"""Grants, tablets, contacts, codes: the rules."""

from __future__ import annotations

from datetime import timedelta

import pytest
from stdnum.it import codicefiscale

from identity.domain.contact import email_address, mobile_number
from identity.domain.errors import (
    ClassesMissingError,
    DeviceProofRefusedError,
    FiscalCodeInvalidError,
    PairingCodeRefusedError,
    RoleUnknownError,
    TabletAlreadyRevokedError,
    TabletUnknownError,
)
from identity.domain.fiscal_code import FiscalCode, without_omocodia
from identity.domain.roles import NOWHERE, Reach
from identity.domain.sign_in import HOME_AFTER_SIGN_IN, local_path
from identity.domain.tablet import PAIRING_LIMIT, pairing_code
from identity.outbound.chance import SystemChance
from identity.outbound.fiscal_codes import StdnumFiscalCodes
from identity.usecases.grant_staff_roles import grant_staff_roles
from identity.usecases.pair_tablet import PairedTablet, pair_tablet
from identity.usecases.register_tablet import register_tablet
from identity.usecases.revoke_tablet import revoke_tablet
from refettorio_chassis.audit import Actor
from refettorio_local.story.device_key import DeviceKey
from tests.support.identity_memory import NOW, Memory

CODE = "RSSMRA85T10A562S"
CLERK = Actor(subject="gua_9", role="administrator")


async def granted(memory: Memory, *roles: str, reach: Reach = NOWHERE) -> str:
    grant = await grant_staff_roles(memory.ports, code=f" {CODE.lower()} ", roles=roles, reach=reach, by=CLERK)
    return grant.staff_id


async def test_a_grant_replaces_the_one_before_and_stands_in_the_audit() -> None:
    memory = Memory()
    first = await granted(memory, "office", "administrator")
    assert await granted(memory) == first
    (grant,) = memory.people.kept_grants.values()
    assert grant.roles == frozenset()
    assert [line.details["roles"] for line in memory.audit.lines] == [["administrator", "office"], []]
    assert CODE not in str(memory.audit.lines)


async def test_a_wrong_code_a_wrong_role_and_a_canteen_without_classes_are_refused() -> None:
    memory = Memory()
    with pytest.raises(RoleUnknownError):
        await granted(memory, "guardian")
    with pytest.raises(ClassesMissingError):
        await granted(memory, "canteen")
    with pytest.raises(FiscalCodeInvalidError):
        await grant_staff_roles(memory.ports, code="X", roles=["office"], reach=NOWHERE, by=CLERK)
    assert memory.people.kept_grants == {}


async def test_schools_alone_give_a_canteen_nothing_and_are_refused() -> None:
    memory = Memory()
    with pytest.raises(ClassesMissingError):
        await granted(memory, "canteen", reach=Reach(schools=frozenset({"primaria"})))
    await granted(memory, "canteen", reach=Reach(classes=frozenset({"*"}), schools=frozenset({"primaria"})))
    (grant,) = memory.people.kept_grants.values()
    assert grant.reach == Reach(classes=frozenset({"*"}), schools=frozenset({"primaria"}))
    assert memory.audit.lines[-1].details["schools"] == ["primaria"]


PAIR = "https://scuola.comune.example/auth/tablets/pair"


async def paired_with(memory: Memory, code: str, proof: str | None = None) -> PairedTablet:
    shown = DeviceKey(memory.clock.now).proof("POST", PAIR) if proof is None else proof
    return await pair_tablet(memory.ports, code=code, device_name="Samsung", proof=shown, address=PAIR)


async def test_a_device_that_proves_no_key_is_not_paired() -> None:
    memory = Memory()
    made = await register_tablet(memory.ports, name="Mensa", classes=["1a"], by=CLERK)
    key = DeviceKey(memory.clock.now)
    for proof in ("", "x.y.z", key.proof("GET", PAIR), key.proof("POST", PAIR + "/x"), key.proof("POST", PAIR, iat=0)):
        with pytest.raises(DeviceProofRefusedError):
            await paired_with(memory, made.pairing_code, proof)
    assert memory.tablets.kept[made.tablet_id].state(NOW) == "waiting"
    paired = await paired_with(memory, made.pairing_code, key.proof("POST", PAIR))
    assert paired.tablet.key_thumbprint


async def test_a_tablet_goes_from_waiting_to_paired_to_revoked() -> None:
    memory = Memory()
    made = await register_tablet(memory.ports, name="Mensa", classes=["1a"], by=CLERK)
    assert memory.tablets.kept[made.tablet_id].state(NOW) == "waiting"
    paired = await paired_with(memory, made.pairing_code)
    assert paired.tablet.state(NOW) == "paired"
    assert paired.credential not in str(memory.tablets.kept)
    revoked = await revoke_tablet(memory.ports, tablet_id=made.tablet_id, by=CLERK)
    assert (revoked.state(NOW), revoked.credential_hash) == ("revoked", None)
    assert memory.audit.actions == ["tablet-registered", "tablet-paired", "tablet-revoked"]
    with pytest.raises(TabletAlreadyRevokedError):
        await revoke_tablet(memory.ports, tablet_id=made.tablet_id, by=CLERK)


async def test_a_pairing_code_is_spent_by_use_by_time_and_by_revocation() -> None:
    memory = Memory()
    used, late, revoked = [
        await register_tablet(memory.ports, name="Mensa", classes=["1a"], by=CLERK) for _ in range(3)
    ]
    await paired_with(memory, used.pairing_code)
    await revoke_tablet(memory.ports, tablet_id=revoked.tablet_id, by=CLERK)
    memory.clock.advance(PAIRING_LIMIT)
    assert memory.tablets.kept[late.tablet_id].state(memory.clock.now()) == "expired"
    for made in (used, late, revoked):
        with pytest.raises(PairingCodeRefusedError):
            await paired_with(memory, made.pairing_code)


async def test_a_tablet_without_classes_or_unknown_is_refused() -> None:
    memory = Memory()
    with pytest.raises(ClassesMissingError):
        await register_tablet(memory.ports, name="Mensa", classes=[], by=CLERK)
    with pytest.raises(TabletUnknownError):
        await revoke_tablet(memory.ports, tablet_id="tab_0", by=CLERK)


async def test_a_tablet_never_seen_wants_its_first_sign_of_life() -> None:
    memory = Memory()
    made = await register_tablet(memory.ports, name="Mensa", classes=["1a"], by=CLERK)
    tablet = memory.tablets.kept[made.tablet_id]
    assert tablet.wants_touch(NOW)
    paired = tablet.paired(credential_hash="c", key_thumbprint="k", device_name="x", now=NOW)
    assert not paired.wants_touch(NOW + timedelta(seconds=59))


def test_a_code_is_forgiven_how_people_type_it() -> None:
    assert pairing_code(" 0o1l-iabc ") == "00111ABC"


def test_secrets_differ_and_fit_where_they_go() -> None:
    chance = SystemChance()
    assert chance.secret() != chance.secret()
    assert "http" not in chance.secret()
    code = chance.pairing_code()
    assert (len(code), pairing_code(code)) == (8, code)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("3331234567", "+393331234567"),
        ("+39 333 123.45-67", "+393331234567"),
        ("0039 (333) 1234567", "+393331234567"),
        ("+41791234567", "+41791234567"),
        ("", None),
        ("abc", None),
        ("+0123456789", None),
        ("+3933312345678901", None),
    ],
)
def test_a_mobile_number_is_kept_in_international_form(written: str, kept: str | None) -> None:
    assert mobile_number(written) == kept


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" Mario.Rossi@Posta.EXAMPLE ", "Mario.Rossi@posta.example"),
        ("mario@posta", None),
        ("mario rossi@posta.example", None),
        ("a@b.example, c@d.example", None),
        ("mario@posta.example\r\nBcc: x", None),
    ],
)
def test_an_address_is_kept_when_it_is_one(written: str, kept: str | None) -> None:
    assert email_address(written) == kept


def test_omocodia_changes_the_code_and_not_what_it_stands_for() -> None:
    plain = FiscalCode(CODE)
    body = "RSSMRA85T10A56N"
    changed = StdnumFiscalCodes().checked(f"TINIT-{body}{codicefiscale.calc_check_digit(body)}")
    assert changed != plain
    assert without_omocodia(changed) == without_omocodia(plain) == CODE[:15]
    assert without_omocodia(FiscalCode("00743110157")) == "00743110157"


@pytest.mark.parametrize("text", ["", "RSSMRA85T10A562X", "TINIT-", "VATIT-00743110157", "12345678901"])
def test_what_is_no_fiscal_code_is_refused(text: str) -> None:
    with pytest.raises(FiscalCodeInvalidError):
        StdnumFiscalCodes().checked(text)


def test_a_provisional_code_of_11_digits_is_one() -> None:
    assert StdnumFiscalCodes().checked("00743110157") == "00743110157"


@pytest.mark.parametrize("wanted", ["/portale/", "/ufficio/domande?stato=x&p=2", "/tablet/"])
def test_a_path_of_ours_is_followed(wanted: str) -> None:
    assert local_path(wanted) == wanted


@pytest.mark.parametrize(
    "wanted", [None, "", "portale", "//altrove.example", "/\\altrove", "https://altrove.example", "/a\nb", "/a b", "/è"]
)
def test_a_path_elsewhere_is_not(wanted: str | None) -> None:
    assert local_path(wanted) == HOME_AFTER_SIGN_IN
