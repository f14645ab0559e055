"""How long people's data are kept here, and why. What a session or a sign-in leaves is swept every ten minutes.

Source for the register: see `exchange.py`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from identity.domain.exchange import KEPT_FOR as REGISTER_KEPT_FOR
from refettorio_chassis.retention import Rule

CONTACTS: Final = Rule(
    name="contacts",
    what="addresses and numbers of a person, those they removed too",
    kept_for=REGISTER_KEPT_FOR,
    counted_from="the last time they signed in, or somebody acted for them",
    because="families enrol at least once a year: who has not been here for two has no child in the service any more",
)
REGISTER: Final = Rule(
    name="register",
    what="messages exchanged with identity providers",
    kept_for=REGISTER_KEPT_FOR,
    counted_from="the answer",
    because="DPCM 24 October 2014, art. 13",
)
DELEGATIONS: Final = Rule(
    name="delegations",
    what="delegations that are over, with the fiscal code of the delegate",
    kept_for=REGISTER_KEPT_FOR,
    counted_from="the last day, or the revocation",
    because="as long as one may ask who looked: it says by what right somebody acted",
)
ERASURES: Final = Rule(
    name="erasures",
    what="requests of erasure that were answered or taken back, with the reason",
    kept_for=timedelta(days=1827),
    counted_from="the answer, or the taking back",
    because="for five years the municipality may have to prove how it answered: law 689/1981, art. 28",
)
RULES: Final = (CONTACTS, REGISTER, DELEGATIONS, ERASURES)
