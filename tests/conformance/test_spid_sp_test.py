"""AgID's own checker judges the running service through the real gateway (docs/decisions/0013).

The checker asks for an error status and no more. Here each case must also be refused by the rule it is about.
"""

from __future__ import annotations

import html
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from lxml import etree

from identity.domain.anomaly import anomaly
from identity.outbound.saml.names import REDIRECT
from tests.support import spid_sp_test
from tests.support.identity_doorway import Doorway, doorway
from tests.support.platform import RunningPlatform
from tests.support.spid_sp_test import ENTITY_ID, examined, idp_metadata, known_cases

POST_ONLY = "https://localhost:8444"
AT_LEVEL_1 = "/portale/comunicazioni"
SCHEMES = ["spid", "cie"]
LEAST_CHECKS = {"spid": 111, "cie": 84}
"""Checks of the metadata; those of the AuthnRequest are the same for both."""
LEAST_REQUEST_CHECKS = 44
ACCEPTED = "signed-in"
LEFT_OUT = {"spid": set[str](), "cie": {"70", "71"}}
"""The checker itself skips these for CIE, whose provider writes no Format on the issuer of an assertion."""
OUTCOMES = {
    # 103 is named after a different set of attributes, yet the checker sends the set that was asked for.
    ACCEPTED: "1 31 95 96 103 109 110",
    # 5, 8, 9 and xslt break the signature as well as what they are named after: it is looked at first.
    "response-signature": "2 4 5 8 9 100 xslt",
    "response-element": "xsw1 xsw2 xsw3 xsw4 xsw5 xsw6 xsw7 xsw8",
    "response-version": "10",
    "response-issue-instant": "11 12 13 14 15",
    "response-in-response-to": "16 17 18",
    "response-destination": "19 20 21",
    "response-status": "22 23 24",
    "anomaly-without-number": "26",
    "response-issuer": "27 28 29",
    "response-issuer-format": "30",
    "assertion-missing": "32",
    "assertion-signature": "3 33 34",
    "assertion-version": "35",
    "assertion-issue-instant": "36 37 38 39 40",
    "subject": "42",
    "name-id": "41 43 44",
    "name-id-format": "45 46 47",
    "name-id-qualifier": "48 49",
    "subject-confirmation": "52",
    "subject-confirmation-method": "53 54 55",
    "subject-confirmation-data": "51 56",
    "subject-confirmation-recipient": "57 58 59",
    "subject-confirmation-in-response-to": "60 61 62",
    "subject-confirmation-not-on-or-after": "63 64 65 66",
    "assertion-issuer": "68 69",
    "assertion-issuer-format": "70 71 72",
    "conditions": "74",
    # 79 to 82 spoil NotOnOrAfter and put NotBefore into the year 2099 as well; unit tests spoil it alone.
    "conditions-not-before": "75 76 77 78 79 80 81 82",
    "audience": "73 83 85 86 87",
    "authn-statement": "89",
    "authn-context": "88 90 92 93 97",
    "authentication-level": "94",
    "attribute-statement": "98",
    "attribute-value": "99",
    "nr19": "104",
    "nr20": "105",
    "nr21": "106",
    "nr22": "107",
    "nr23": "108",
    "nr25": "111",
}
ANY_LEVEL = ["94", "95", "96"]
ANOMALIES = {"104": 19, "105": 20, "106": 21, "107": 22, "108": 23, "111": 25}


@pytest.fixture(scope="module")
async def door(infrastructure: RunningPlatform, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Doorway]:
    """The service, trusting the provider the checker plays and another of its that takes requests by POST alone."""
    spid_sp_test.require_checker()
    folder = tmp_path_factory.mktemp("doorway")
    both, post_only = folder / "idp.xml", folder / "post-only.xml"
    both.write_text(await idp_metadata(folder))
    post_only.write_bytes(without_redirect(await idp_metadata(folder, POST_ONLY)))
    trusted = f"{both},{post_only}"
    told = {
        "REFETTORIO_SPID_IDP_METADATA": trusted,
        "REFETTORIO_CIE_IDP_METADATA": trusted,
        "REFETTORIO_SIGN_IN_LEVELS": f"{AT_LEVEL_1}=1",
    }
    async with doorway(infrastructure, folder, told) as made:
        yield made


def without_redirect(metadata: str) -> bytes:
    root = etree.fromstring(metadata.encode())
    for service in root.findall(f"{{*}}IDPSSODescriptor/{{*}}SingleSignOnService[@Binding='{REDIRECT}']"):
        root[0].remove(service)
    return etree.tostring(root)


def metadata_url(door: Doorway, scheme: str) -> str:
    return f"{door.url}/auth/{scheme}/metadata"


def login_url(door: Doorway, scheme: str, provider: str = ENTITY_ID, next_path: str = "/portale/") -> str:
    return f"{door.url}/auth/{scheme}/login?" + urlencode({"idp": provider, "next": next_path})


def outcomes(door: Doorway, scheme: str) -> list[str]:
    """How each sign-in ended, in order: `signed-in`, or the rule it broke."""
    lines = door.audit("signed-in", "sign-in-refused", scheme=scheme)
    return [line["details"].get("rule", line["what"]) for line in lines]


@pytest.mark.slow
@pytest.mark.parametrize("scheme", SCHEMES)
async def test_the_checker_finds_nothing_and_every_case_meets_its_rule(
    door: Doorway, scheme: str, tmp_path: Path
) -> None:
    before = len(outcomes(door, scheme))
    asked = ("--authn-url", login_url(door, scheme), "--test-response")
    report = await examined(f"{scheme}-sp-public", metadata_url(door, scheme), *asked, name=f"{scheme}-sp-public")
    assert report.complaints == []
    assert report.counts["metadata_extra"] >= LEAST_CHECKS[scheme]
    assert report.counts["authnrequest_extra"] >= LEAST_REQUEST_CHECKS
    assert set(report.cases) == set(await known_cases(tmp_path)) - LEFT_OUT[scheme]
    wanted = {case: rule for rule, cases in OUTCOMES.items() for case in cases.split()}
    met = dict(zip(report.cases, outcomes(door, scheme)[before:], strict=True))
    assert met == {case: wanted[case] for case in report.cases}
    for case, number in ANOMALIES.items():
        assert anomaly(number).message in html.unescape(report.page(case))


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_a_request_by_post_passes_too(door: Doorway, scheme: str) -> None:
    report = await examined(
        f"{scheme}-sp-public",
        metadata_url(door, scheme),
        *("--authn-url", login_url(door, scheme, POST_ONLY)),
        name=f"{scheme}-sp-public-post",
        entity_id=POST_ONLY,
    )
    assert report.complaints == []
    # Six more than by redirect: the signature stands inside the request.
    assert report.counts["authnrequest_extra"] >= LEAST_REQUEST_CHECKS + 6


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_a_request_of_level_1_passes_and_is_answered_by_every_level(door: Doorway, scheme: str) -> None:
    before = len(outcomes(door, scheme))
    asked = ("--authn-url", login_url(door, scheme, next_path=AT_LEVEL_1), "--test-response", "--test-names")
    # It strikes out the cases it leaves out for CIE, and stumbles unless they were asked for.
    names = (*ANY_LEVEL, *LEFT_OUT[scheme])
    report = await examined(
        f"{scheme}-sp-public", metadata_url(door, scheme), *asked, *names, name=f"{scheme}-sp-public-level-1"
    )
    assert report.complaints == []
    assert report.cases == ANY_LEVEL
    assert outcomes(door, scheme)[before:] == [ACCEPTED] * 3


async def test_the_checker_complains_of_spoiled_metadata(door: Doorway, tmp_path: Path) -> None:
    """Nothing above means anything unless it can."""
    spoiled = tmp_path / "metadata.xml"
    spoiled.write_text("<EntityDescriptor/>")
    report = await examined("spid-sp-public", f"file://{spoiled}", name="spoiled")
    assert len(report.complaints) > 10
