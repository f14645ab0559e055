"""The table of SPID messages: every number has its text, and AgID's own response carries each of them to us."""

from __future__ import annotations

from pathlib import Path

import pytest

from identity.domain.anomaly import ELSEWHERE, Cause, anomaly
from identity.domain.errors import UserAnomalyError
from identity.outbound.saml.response import read_response
from tests.support.identity_provider import ENTITY_ID
from tests.unit.identity.test_response_rules import expectation

OFFICIAL = Path(__file__).parents[4] / "shared/specs/examples/spid/case-anomalie-utente.xml"
"""AgID's response about an anomaly, where the checkout has it beside itself; it may not be part of the project."""
# SPID technical rules, "Messaggi di errore"; 1 is success, 24 reserved, 26 to 29 do not exist.
TABLE: dict[Cause, list[int]] = {
    "provider": [2, 3],
    "request": list(range(4, 19)),
    "person": [19, 20, 21, 22, 23, 25, 30],
}
ROWS = [(number, cause) for cause, numbers in TABLE.items() for number in numbers]
REASONS = {
    19: "ripetuta sottomissione di credenziali errate",
    20: "privo di credenziali compatibili con il livello",
    21: "Timeout durante l'autenticazione utente",
    22: "nega il consenso all'invio di dati",
    23: "sospesa/revocata o con credenziali bloccate",
    25: "annullato dall'utente",
    30: "del tipo atteso",
}


@pytest.mark.parametrize(("number", "cause"), ROWS)
def test_every_row_of_the_table_says_what_happened_and_what_to_do(number: int, cause: Cause) -> None:
    told = anomaly(number)
    assert (told.number, told.cause) == (number, cause)
    assert told.message
    assert told.advice.endswith(".")


@pytest.mark.parametrize(("number", "reason"), REASONS.items())
def test_an_anomaly_of_the_person_gives_the_official_reason(number: int, reason: str) -> None:
    assert reason in anomaly(number).message


@pytest.mark.parametrize("number", [None, 1, 24, 26, 29, 99])
def test_what_is_no_row_is_told_in_general_words(number: int | None) -> None:
    assert anomaly(number) is ELSEWHERE


@pytest.mark.parametrize("number", [number for number, _ in ROWS])
def test_the_response_of_agid_carries_each_number_to_us(number: int) -> None:
    if not OFFICIAL.exists():
        pytest.skip(f"AgID's response about anomalies is not at {OFFICIAL}")
    expected = expectation()
    document = OFFICIAL.read_text()
    for name, value in {
        "AssertionConsumerURL": expected.acs_url,
        "ResponseID": "_response",
        "AuthnRequestID": expected.request_id,
        "IssueInstant": expected.requested_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Issuer": ENTITY_ID,
        "StatusCode": "urn:oasis:names:tc:SAML:2.0:status:Responder",
        "SubStatus": "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed",
        "StatusMessage": f"ErrorCode nr{number:02d}",
    }.items():
        document = document.replace("{{" + name + "}}", value)
    with pytest.raises(UserAnomalyError) as told:
        read_response(document.encode(), expected)
    assert told.value.number == number
