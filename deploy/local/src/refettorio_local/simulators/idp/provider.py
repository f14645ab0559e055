"""One identity provider: SPID or CIE. They differ in names, attributes and few details of the answer."""

from dataclasses import dataclass, replace
from datetime import datetime

from refettorio_local.simulators.idp.authn_request import SentError, SignInRequest
from refettorio_local.simulators.idp.citizens import CIE, SPID, Citizen, citizens_of
from refettorio_local.simulators.idp.response import VALID_FOR, Answer, Status
from refettorio_local.simulators.idp.saml import ENTITY_FORMAT, KeyPair, new_id

SPID_ATTRIBUTES = (
    *("spidCode", "name", "familyName", "placeOfBirth", "countyOfBirth", "dateOfBirth", "gender"),
    *("fiscalNumber", "mobilePhone", "email"),
)
CIE_ATTRIBUTES = ("name", "familyName", "dateOfBirth", "fiscalNumber")  # never others (SPEC §5.6)
# The nested status of each anomaly that is sent to the service (SPEC §5.3).
SENT_STATUSES = {
    8: Status(code="Requester"),
    9: Status(code="VersionMismatch"),
    11: Status(code="Requester"),
    12: Status(code="Requester", nested="NoAuthnContext"),
    13: Status(code="Requester", nested="RequestDenied"),
    15: Status(code="Requester", nested="NoPassive"),
}
UNSUPPORTED = Status(code="Requester", nested="RequestUnsupported")
USER_ERRORS = {
    19: "Credenziali errate ripetute",
    20: "Nessuna credenziale del livello richiesto",
    21: "Tempo scaduto",
    22: "Consenso ai dati negato",
    23: "Identità sospesa o revocata",
    25: "Accesso annullato dal cittadino",
    30: "Identità di un altro tipo",
}
CANCELLED = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """An identity provider with its addresses and keys."""

    scheme: str
    name: str
    base_url: str
    keys: KeyPair

    @property
    def entity_id(self) -> str:
        return f"{self.base_url}/{self.scheme}"

    @property
    def sign_in_url(self) -> str:
        return f"{self.base_url}{self.path}/sso"

    @property
    def logout_url(self) -> str:
        return f"{self.base_url}{self.path}/slo"

    @property
    def path(self) -> str:
        return "" if self.scheme == SPID else "/cie"

    @property
    def attribute_names(self) -> tuple[str, ...]:
        return SPID_ATTRIBUTES if self.scheme == SPID else CIE_ATTRIBUTES

    @property
    def citizens(self) -> tuple[Citizen, ...]:
        return citizens_of(self.scheme)

    def answer_with(self, citizen: Citizen, request: SignInRequest, now: datetime) -> Answer:
        """The regular answer: this citizen has signed in. Only attributes that were asked are given."""
        released = (
            self.attribute_names
            if self.scheme == CIE
            else tuple(name for name in SPID_ATTRIBUTES if name in request.asked_attributes)
        )
        known = citizen.attributes()
        return replace(self._empty(request, now), attributes={name: known[name] for name in released})

    def answer_with_error(self, request: SignInRequest, error: SentError, now: datetime) -> Answer:
        """The answer about an anomaly of the request or of the person."""
        if error.code in USER_ERRORS:
            status = Status(code="Responder", nested="AuthnFailed")
        else:
            status = SENT_STATUSES.get(error.code, UNSUPPORTED)
        status = replace(status, message=f"ErrorCode nr{error.code:02d}")
        return replace(self._empty(request, now), status=status)

    def _empty(self, request: SignInRequest, now: datetime) -> Answer:
        return Answer(
            keys=self.keys,
            issuer=self.entity_id,
            assertion_issuer=self.entity_id,
            issuer_format=ENTITY_FORMAT if self.scheme == SPID else None,
            destination=request.consumer_url,
            recipient=request.consumer_url,
            audience=request.service.entity_id,
            in_response_to=request.request_id,
            issued_at=now,
            not_before=now,
            not_on_or_after=now + VALID_FOR,
            level=self._level(request),
            session_index=new_id() if self.scheme == CIE or request.level == 1 else None,
        )

    def _level(self, request: SignInRequest) -> int:
        # A CIE is always read with its PIN (level 3); with "exact" the asked level must come back.
        return 3 if self.scheme == CIE and request.comparison == "minimum" else request.level
