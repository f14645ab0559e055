"""Every meal event accounted for: what came by Kafka is posted, known already, set aside, or not for us (I4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.domain.accounts import partition_of
from ledger.domain.findings import Findings
from ledger.domain.transfers import Kind, Posted


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What became of the events of one partition, offsets from `first_offset` to before `next_offset`.

    `late` and `replayed` were posted too, but are not among those offsets: told again by a broker that had lost them,
    and set aside first.
    """

    partition: int
    first_offset: int
    next_offset: int
    taken: int
    known: int
    parked: int
    ignored: int
    late: int
    replayed: int

    @property
    def offsets(self) -> int:
        """How many records the partition had in that span."""
        return self.next_offset - self.first_offset

    @property
    def ends(self) -> int:
        """How many of them came to an end that was written down."""
        return self.taken + self.known + self.parked + self.ignored

    @property
    def effects(self) -> int:
        """How many events had their effect."""
        return self.taken + self.late + self.replayed


class MealReckoning:
    """Counts what the book says of the events of each partition."""

    def __init__(self, taken_in: Sequence[TakenIn], free: Mapping[int, int]) -> None:
        """`free`: by partition, events about meals that moved no money. Without `taken_in` nothing was listened to."""
        self._taken_in = {each.partition: each for each in taken_in}
        self._effects = Counter(free)

    def count(self, posted: Posted) -> None:
        """One transfer."""
        transfer = posted.transfer
        if transfer.kind is Kind.CHARGE:
            self._effects[partition_of(transfer.credit)] += 1
        elif transfer.kind is Kind.REVERSAL:
            self._effects[partition_of(transfer.debit)] += 1

    def close(self, findings: Findings) -> None:
        """Compare with what was written down when the events came."""
        if not self._taken_in:
            return
        for partition in sorted(self._taken_in.keys() | self._effects.keys()):
            taken_in, effects = self._taken_in.get(partition), self._effects[partition]
            subject = f"meals/{partition}"
            if taken_in is None:
                findings.add("I4", subject, f"{effects} events had an effect and none was taken in")
                continue
            if taken_in.offsets != taken_in.ends:
                findings.add("I4", subject, f"{taken_in.offsets} records came, {taken_in.ends} are accounted for")
            if taken_in.effects != effects:
                findings.add("I4", subject, f"{taken_in.effects} events were taken in, the book has {effects}")
