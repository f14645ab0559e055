"""What can be wrong in identity. The slugs are stable; the messages are read by the person who asked."""

from __future__ import annotations

from refettorio_chassis.errors import ConflictError, DomainError, NotAllowedError, NotFoundError


class FiscalCodeInvalidError(DomainError):
    """Not a fiscal code: wrong length, wrong form or wrong check character."""

    slug = "fiscal-code-invalid"


class UnknownIdentityProviderError(NotFoundError):
    """No trusted identity provider has this entityID."""

    slug = "identity-provider-unknown"


class UnsolicitedResponseError(NotAllowedError):
    """No sign-in of this browser waits for this response: never asked for, already used, or too old."""

    slug = "response-unsolicited"


class ResponseRefusedError(NotAllowedError):
    """The response of the identity provider breaks a rule. `rule` names it and never quotes the response."""

    slug = "response-refused"

    def __init__(self, rule: str) -> None:
        super().__init__("La risposta del gestore di identità non è valida: l'accesso è stato rifiutato.", rule=rule)
        self.rule = rule


class ShutOutError(ResponseRefusedError):
    """The identity provider is right, and the person does not come in: the municipality closed their record."""

    slug = "shut-out"


class LogoutRefusedError(NotAllowedError):
    """A logout message of an identity provider breaks a rule. `rule` names it and never quotes the message."""

    slug = "logout-refused"

    def __init__(self, rule: str) -> None:
        super().__init__("Il messaggio di uscita del gestore di identità non è valido.", rule=rule)
        self.rule = rule


class UserAnomalyError(NotAllowedError):
    """The identity provider says why the person did not sign in (`ErrorCode nrNN` of the SPID and CIE tables)."""

    slug = "user-anomaly"

    def __init__(self, number: int | None) -> None:
        super().__init__("L'accesso non è andato a buon fine presso il gestore di identità.", number=number)
        self.number = number


class ExchangeUnknownError(NotFoundError):
    """No exchange has this identifier, or its time is over."""

    slug = "exchange-unknown"


class MessagesUnreadableError(DomainError):
    """The messages of an exchange are sealed with a key that is not among ours, or were altered."""

    slug = "messages-unreadable"


class NotAnAuditorError(NotAllowedError):
    """Only who has the role of auditor reads what providers wrote about people."""

    slug = "not-an-auditor"


class GuardianUnknownError(NotFoundError):
    """No guardian has this identifier."""

    slug = "guardian-unknown"


class AlreadyDeceasedError(ConflictError):
    """The person is written down as deceased already, on another day."""

    slug = "already-deceased"


class NotDeceasedError(ConflictError):
    """The person is not written down as deceased."""

    slug = "not-deceased"


class DeathDayRefusedError(DomainError):
    """Nobody has died tomorrow."""

    slug = "death-day-refused"


class SameRecordError(DomainError):
    """A record is not merged into itself."""

    slug = "same-record"


class RecordShutError(ConflictError):
    """One of the records is closed already: merged into another, or of somebody who died."""

    slug = "record-shut"


class UnlikeRecordsError(NotAllowedError):
    """Nothing says that the two are one person: only an administrator takes that upon themselves."""

    slug = "unlike-records"


class RolesOnBothError(ConflictError):
    """Both records have roles of the staff: which of them hold is for an administrator to say first."""

    slug = "roles-on-both"


class OwnRecordError(NotAllowedError):
    """Who would close their own record closes the door behind themselves."""

    slug = "own-record"


class StaffRecordError(NotAllowedError):
    """Who has a role of the staff is shut out by an administrator only."""

    slug = "staff-record"


class SearchTooWideError(DomainError):
    """Too little to look for: half the town would be shown."""

    slug = "search-too-wide"


class SessionUnknownError(NotFoundError):
    """The person has no open session of this name; of others' sessions nothing is told."""

    slug = "session-unknown"


class RoleUnknownError(DomainError):
    """Not a role that can be granted to a person of the staff."""

    slug = "role-unknown"


class ClassesMissingError(DomainError):
    """A canteen role or a tablet without a class could see nothing: it is refused rather than granted in vain."""

    slug = "classes-missing"


class RolesOverError(DomainError):
    """A grant that ends before today would give nothing."""

    slug = "roles-over"


class ProposalUnknownError(NotFoundError):
    """No proposal waits for this person: decided, lapsed, or its author is no longer an administrator."""

    slug = "proposal-unknown"


class SecondAdministratorNeededError(NotAllowedError):
    """Neither who proposed an administrator nor who would become one may confirm it."""

    slug = "second-administrator-needed"


class PairingCodeRefusedError(NotAllowedError):
    """The pairing code is wrong, used or expired; which of the three is not told."""

    slug = "pairing-code-refused"


class DeviceProofRefusedError(NotAllowedError):
    """The device did not prove the key it wants to be known by."""

    slug = "device-proof-refused"


class TabletUnknownError(NotFoundError):
    """No tablet has this identifier."""

    slug = "tablet-unknown"


class TabletAlreadyRevokedError(ConflictError):
    """A revoked tablet stays revoked."""

    slug = "tablet-already-revoked"


class KeyStepRefusedError(ConflictError):
    """The keys of the tokens are changed one step at a time, and not in haste."""

    slug = "key-step-refused"


class MachineClientUnknownError(NotFoundError):
    """No machine client has this identifier."""

    slug = "machine-client-unknown"


class MachineClientOverError(ConflictError):
    """The machine client is revoked or expired: nothing about it changes any more."""

    slug = "machine-client-over"


class MachineCredentialUnknownError(NotFoundError):
    """The machine client has no such credential."""

    slug = "machine-credential-unknown"


class TooManyCredentialsError(ConflictError):
    """Two credentials of a kind are valid at once, no more."""

    slug = "too-many-credentials"


class CredentialNotUsableError(DomainError):
    """A credential for something the machine client was not given, or a public key we cannot use."""

    slug = "credential-not-usable"


class ScopeUnknownError(DomainError):
    """No route names this scope."""

    slug = "scope-unknown"


class TopicNotGrantableError(DomainError):
    """Not a topic of the catalogue, or one that is internal."""

    slug = "topic-not-grantable"


class GrantMissingError(DomainError):
    """A machine client that may do nothing."""

    slug = "grant-missing"


class MachineExpiryRefusedError(DomainError):
    """The registration would end in the past, or in more than two years."""

    slug = "machine-expiry-refused"


class ContactInvalidError(DomainError):
    """Not an e-mail address, or not a mobile number."""

    slug = "contact-invalid"


class ContactKnownError(ConflictError):
    """The contact is verified already."""

    slug = "contact-known"


class TooManyContactsError(ConflictError):
    """More contacts than anybody needs."""

    slug = "too-many-contacts"


class ContactUnknownError(NotFoundError):
    """The person has no contact of this identifier; of others' contacts nothing is told."""

    slug = "contact-unknown"


class ChannelUnknownError(DomainError):
    """Not a channel we write on."""

    slug = "channel-unknown"


class CodeTooSoonError(ConflictError):
    """A code has just been sent."""

    slug = "code-too-soon"


class TooManyCodesError(ConflictError):
    """The codes of this hour are used up."""

    slug = "too-many-codes"


class CodeExpiredError(DomainError):
    """No code is waited for: too late, used, or tried too often. Which of them is not told."""

    slug = "code-expired"


class CodeWrongError(DomainError):
    """Not the code that was sent; `tries_left` more may be made."""

    slug = "code-wrong"

    def __init__(self, tries_left: int) -> None:
        left = {0: "Chiedine uno nuovo.", 1: "Hai ancora un tentativo."}
        message = f"Il codice non è giusto. {left.get(tries_left, f'Hai ancora {tries_left} tentativi.')}"
        super().__init__(message, tries_left=tries_left)


class DelegateSelfError(DomainError):
    """A guardian delegates themselves."""

    slug = "delegate-self"


class DelegateNotAdultError(DomainError):
    """A minor by the fiscal code, or a provisional code that says nothing of age."""

    slug = "delegate-not-adult"


class DelegationDayError(DomainError):
    """The last day is over, or too far."""

    slug = "delegation-day"


class DelegationScopeError(DomainError):
    """Not something a delegate can be given."""

    slug = "delegation-scope"


class TooManyDelegatesError(ConflictError):
    """More delegates than any family needs."""

    slug = "too-many-delegates"


class DelegationUnknownError(NotFoundError):
    """The caller has neither given nor received a delegation of this identifier, or it is over."""

    slug = "delegation-unknown"


class ActingNotAllowedError(NotAllowedError):
    """A clerk cannot act at the counter for themselves, nor for somebody whose record is shut."""

    slug = "acting-not-allowed"


class TextUnknownError(NotFoundError):
    """No such text is published."""

    slug = "text-unknown"


class TextChangedError(ConflictError):
    """What was accepted is not the version in force."""

    slug = "text-changed"


class NotAConsentError(ConflictError):
    """A notice cannot be taken back."""

    slug = "not-a-consent"
