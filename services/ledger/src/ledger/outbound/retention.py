"""What the rules of retention make go, in MongoDB."""

from __future__ import annotations

from datetime import date, datetime

from ledger.domain.creditor import unknown_holder
from ledger.domain.retention import agreements_over, is_at_rest
from ledger.outbound.collections import ACCOUNTS, AGREEMENTS, DECLARATIONS, ENROLMENTS, HOLDERS
from ledger.outbound.documents import account_of
from ledger.outbound.families import agreement_of
from ledger.outbound.pupil_names import PUPIL_NAMES
from refettorio_chassis.transaction import Collections


class KeptStore:
    """Implements `usecases.ports.Kept`."""

    def __init__(self, place: Collections) -> None:
        self._accounts = place.collection(ACCOUNTS)
        self._holders = place.collection(HOLDERS)
        self._names = place.collection(PUPIL_NAMES)
        self._enrolments = place.collection(ENROLMENTS)
        self._declarations = place.collection(DECLARATIONS)
        self._agreements = place.collection(AGREEMENTS)

    async def forget_holders(self, *, at_rest_since: datetime) -> int:
        where = {"is_holder": True, "balance": 0, "updated_at": {"$lt": at_rest_since}}
        accounts = [account_of(each) for each in await self._accounts.find(where)]
        resting = [each.account_id for each in accounts if is_at_rest(each, since=at_rest_since)]
        nobody = unknown_holder("")
        return await self._holders.update_many(
            {"_id": {"$in": resting}, "fiscal_code": {"$ne": nobody.fiscal_code}},
            {"$set": {"fiscal_code": nobody.fiscal_code, "full_name": nobody.full_name}},
        )

    async def forget_pupil_names(self, *, enrolled_before: date) -> int:
        ended = await self._enrolments.find({"valid_to": {"$lt": enrolled_before.isoformat()}}, {"pupil_id": 1})
        pupils = {each["pupil_id"] for each in ended}
        where = {"pupil_id": {"$in": list(pupils)}, "valid_to": {"$gte": enrolled_before.isoformat()}}
        since = await self._enrolments.find(where, {"pupil_id": 1})
        return await self._names.delete_many({"_id": {"$in": list(pupils - {each["pupil_id"] for each in since})}})

    async def forget_declarations(self, *, valid_before: date) -> int:
        return await self._declarations.delete_many({"valid_to": {"$lt": valid_before.isoformat()}})

    async def forget_agreements(self, *, over_before: date) -> int:
        ended = await self._agreements.find({"percent": 0, "valid_from": {"$lt": over_before.isoformat()}})
        theirs = await self._agreements.find({"pupil_id": {"$in": sorted({each["pupil_id"] for each in ended})}})
        over = agreements_over([agreement_of(each) for each in theirs], over_before)
        return await self._agreements.delete_many({"_id": {"$in": [each.agreement_id for each in over]}})
