"""Facts told by the identity service. Internal: they carry personal data."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from refettorio_contracts.event import Event, Identifier
from refettorio_contracts.topics import CONTACT_CODES, GUARDIANS, Topic


class PersonalData(BaseModel):
    """What names a person; kept together so that it can be dropped or protected as one."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    fiscal_code: str
    given_name: str
    family_name: str


class _GuardianEvent(Event):
    TOPIC: ClassVar[Topic] = GUARDIANS

    guardian_id: Identifier

    @property
    def subject(self) -> str:
        return f"guardian/{self.guardian_id}"

    @property
    def partition_key(self) -> str:
        return self.guardian_id


class GuardianRegistered(_GuardianEvent):
    """A guardian signed in for the first time."""

    TYPE: ClassVar[str] = "it.refettorio.identity.guardian.registered.v1"

    person: PersonalData


class ContactVerified(_GuardianEvent):
    """A contact belongs to the guardian: stated by the identity provider or proved by a one-time code.

    `channel` is `email` or `sms`; `address` an e-mail address or a number in E.164 form.
    `verified_by` is `identity-provider` or `one-time-code`.
    """

    TYPE: ClassVar[str] = "it.refettorio.identity.contact.verified.v1"

    contact_id: Identifier
    channel: str
    address: str
    verified_by: str


class ContactRemoved(_GuardianEvent):
    """The guardian no longer wants to be reached there."""

    TYPE: ClassVar[str] = "it.refettorio.identity.contact.removed.v1"

    contact_id: Identifier
    channel: str


class ChannelPreferred(_GuardianEvent):
    """The guardian chose the channel to be written to; null: all of them. Urgent messages use all in any case."""

    TYPE: ClassVar[str] = "it.refettorio.identity.channel.preferred.v1"

    channel: str | None = None


class DelegateAuthorised(_GuardianEvent):
    """Another adult may act for the guardian to the end of `last_day`, a Rome day; given again, this is what counts.

    `scopes`: `see`, `pay`, `messages`. Who the delegate is stays in identity.
    """

    TYPE: ClassVar[str] = "it.refettorio.identity.delegate.authorised.v1"

    delegation_id: Identifier
    scopes: tuple[str, ...]
    last_day: date


class DelegateRevoked(_GuardianEvent):
    """They may not act any more. `is_given_up`: it was the delegate who did not want to."""

    TYPE: ClassVar[str] = "it.refettorio.identity.delegate.revoked.v1"

    delegation_id: Identifier
    is_given_up: bool


class ErasureAnswered(_GuardianEvent):
    """The office answered a request of erasure; what it says is read in the portal.

    Told before the contacts that an erasure ends are gone.
    """

    TYPE: ClassVar[str] = "it.refettorio.identity.erasure.answered.v1"

    request_id: Identifier
    is_granted: bool


class GuardianDeceased(_GuardianEvent):
    """The guardian died on `died_on` (Europe/Rome): nobody acts as them and nothing is written to them any more.

    Their account and their children's enrolments stay as they are, for the office to settle.
    """

    TYPE: ClassVar[str] = "it.refettorio.identity.guardian.deceased.v1"

    died_on: date


class GuardianFoundLiving(_GuardianEvent):
    """The guardian had been taken for dead by mistake: what `guardian.deceased` ended begins again."""

    TYPE: ClassVar[str] = "it.refettorio.identity.guardian.found-living.v1"


class GuardianMerged(_GuardianEvent):
    """The office found that `guardian_id` and `into_guardian_id` are one person: the second record is kept.

    Whoever signs in as the first is the second from now on. What happened before stays as it was told.
    """

    TYPE: ClassVar[str] = "it.refettorio.identity.guardian.merged.v1"

    into_guardian_id: Identifier


class ContactCodeRequested(_GuardianEvent):
    """The guardian wants to prove that a contact is theirs: `code` goes to `address`, at once, and nowhere else.

    It travels on a topic of its own that forgets within hours. After `expires_at` it must not be sent any more.
    """

    TYPE: ClassVar[str] = "it.refettorio.identity.contact-code.requested.v1"
    TOPIC: ClassVar[Topic] = CONTACT_CODES

    contact_id: Identifier
    channel: str
    address: str
    code: Annotated[str, Field(description="Six digits; never in a log, a trace or a page")]
    expires_at: AwareDatetime
