"""Which child of a family is the first, the second…: what their tariffs depend on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from enrollment.domain.pupil import Enrolment, Pupil, sibling_ranks
from enrollment.usecases import announcements
from enrollment.usecases.ports import Ports


async def rank_siblings(ports: Ports, pupil: Pupil, enrolment: Enrolment, *, since: date) -> None:
    """Rank anew, from `since` on, the children one holder has enrolled for the service and year of `enrolment`.

    `pupil` stands for itself, whatever is stored of it; who is no longer enrolled on `since` does not count. Each child
    whose rank changes is saved, and its tariff announced.
    """
    holder = await ports.store.holder(enrolment.account_id)
    # The meeting point of everything about one family: two changes at once rank the siblings one after the other.
    await ports.store.save_holder(holder)
    others = [each for each in await ports.store.pupils_of(enrolment.account_id) if each.pupil_id != pupil.pupil_id]
    siblings = {pupil.pupil_id: (pupil, enrolment)} if enrolment.valid_to >= since else {}
    for each in others:
        known = each.enrolment_for(enrolment.service, enrolment.school_year)
        if known is not None and known.account_id == enrolment.account_id and known.valid_to >= since:
            siblings[each.pupil_id] = (each, known)
    ranks = sibling_ranks(each for each, _ in siblings.values())
    for each, known in siblings.values():
        rank = ranks[each.pupil_id]
        if known.sibling_rank != rank:
            ranked = replace(known, sibling_rank=rank)
            await ports.store.save_pupil(each.with_enrolment(ranked))
            event = announcements.tariff_assigned(each, ranked, valid_from=max(since, known.valid_from))
            ports.announcer.announce(event, sequence=each.version + 1)
