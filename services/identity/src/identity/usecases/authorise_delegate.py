"""A guardian lets another adult act for them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from identity.domain.delegation import (
    MOST_DELEGATES,
    Delegation,
    check_delegate,
    check_last_day,
    checked_scopes,
)
from identity.domain.errors import GuardianUnknownError, TooManyDelegatesError
from identity.usecases.announcements import delegate_authorised
from identity.usecases.kept_record import code_in_use
from identity.usecases.ports import Ports
from refettorio_chassis.audit import Actor, audit_line
from refettorio_chassis.clock import rome_day


async def authorise_delegate(
    ports: Ports, *, code: str, scopes: Iterable[str], last_day: date, by: Actor
) -> Delegation:
    """From the delegate's next request to the end of `last_day`; given again, these scopes and this day count.

    The delegate need not have signed in yet. Raises `FiscalCodeInvalidError`, `DelegateSelfError`,
    `DelegateNotAdultError`, `DelegationScopeError`, `DelegationDayError`, `TooManyDelegatesError`.
    """
    guardian = await ports.people.guardian(by.subject)
    if guardian is None:
        raise GuardianUnknownError("Questa persona non ha ancora effettuato l'accesso al portale.")
    now = ports.now()
    today, delegate = rome_day(now), await code_in_use(ports, code)
    check_delegate(delegate, of=guardian.fiscal_code, today=today)
    check_last_day(last_day, today)
    known = await ports.delegations.between(guardian.guardian_id, delegate)
    holding = [each for each in await ports.delegations.given_by(guardian.guardian_id) if each.holds(today)]
    if len(holding) >= MOST_DELEGATES and (known is None or not known.holds(today)):
        message = f"Puoi avere al massimo {MOST_DELEGATES} persone delegate: revoca prima una delega."
        raise TooManyDelegatesError(message)
    delegation = Delegation(
        delegation_id=known.delegation_id if known else ports.chance.identifier("del"),
        guardian_id=guardian.guardian_id,
        delegate=delegate,
        scopes=checked_scopes(scopes),
        given_at=now,
        last_day=last_day,
    )
    await ports.delegations.keep(delegation)
    guardian = guardian.told_once_more()
    await ports.people.keep_guardian(guardian)
    ports.announce(delegate_authorised(delegation), sequence=guardian.version)
    details = {
        "delegation": delegation.delegation_id,
        "scopes": sorted(delegation.scopes),
        "last_day": last_day.isoformat(),
    }
    await ports.audit(audit_line(by, "delegate-authorised", guardian.guardian_id, at=now, details=details))
    return delegation
