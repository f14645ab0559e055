"""A family whose every word can be told apart lives through the story; nothing of it is where it must not be."""

import json
import re
import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import httpx2 as httpx
import pytest
from lxml import html

from refettorio_contracts.topics import APPLICATIONS, CATALOGUE, DEAD_LETTERS
from refettorio_local.addresses import SERVICES
from refettorio_local.simulators.idp.citizens import CREMA
from refettorio_local.simulators.idp.fiscal_code import fiscal_code
from refettorio_local.story.device_key import DeviceKey
from refettorio_local.story.person import Person
from tests.e2e.conftest import ADMINISTRATOR, CLASS, CLERK, LiveTown
from tests.support.marks import Marks, lines_with
from tests.support.platform import RunningPlatform
from tests.support.waiting import until, until_true
from tests.support.written import kept, logs, metrics, records, shown, traces

MARKED = "zenobia.quarantottini"
ENROLLMENT, LEDGER, IDENTITY = "/api/enrollment/v1", "/api/ledger/v1", "/api/identity/v1"
NOTES = "Certificato medico: celiachia e favismo"
STOP = "Via del Pozzo Profondo 77 bis"
CLERK_NOTE = "Sentita la nonna paterna al telefono"
REJECTION = "Manca la firma del secondo genitore affidatario"
NEWS = "I genitori di Ermenegildo portano la crostata"
ADDED = "casella.segretissima@posta.example"
IBAN = "IT20H0306909606100000987654"
ISEE_CENTS, ISEE_TYPED = 1_748_293, "17.482,93"
WRONG_CODE = "QRNRMG18R04D142Z"
"""A fiscal code whose check character is wrong: it comes back in a refusal, and must stop there."""
MUNICIPAL = [topic for topic in CATALOGUE if topic.audience == "municipal"]


@dataclass
class Told:
    """What was said to the system, and from where on its logs are about it."""

    marks: Marks = field(default_factory=Marks)
    account: str = ""
    trace_ids: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
async def told(system: RunningPlatform, live: LiveTown) -> Told:
    """The whole story of the marked family, by the APIs and by the pages."""
    told = Told()
    from_here = len(system.log("gateway"))
    _mark_the_family(told.marks, live.citizens[MARKED])
    family, clerk = await live.person(MARKED), await live.person(CLERK)
    told.account = (await family.api("GET", f"{IDENTITY}/me"))["id"]
    await _adds_a_contact(live, family, told.marks)
    await _authorises_a_delegate(live, family, told.marks)
    pupil_id = await _applies(live, family, clerk)
    tablet = await _opened_tablet(system, live, clerk, told.marks)
    await _eats(live, tablet, pupil_id)
    await _pays(live, family, clerk, told.account)
    await _is_told(clerk)
    await _connects_a_program(live, told.marks)
    await _everybody_looks(live, family, clerk, told.account, pupil_id)
    told.marks.add(**{f"cookie_of_{each}": _cookie(await live.person(each)) for each in (MARKED, CLERK, ADMINISTRATOR)})
    await _has_settled(system, told, clerk)
    told.trace_ids = sorted(set(re.findall(r'"trace_id":\s*"([0-9a-f]{32})"', system.log("gateway")[from_here:])))
    return told


def _mark_the_family(marks: Marks, known: dict[str, Any]) -> None:
    marks.add(given_name=known["given_name"], family_name=known["family_name"], fiscal_code=known["fiscal_code"])
    marks.add(email=known["email"], mobile=known["mobile"].removeprefix("+39"), iban=IBAN, notes=NOTES, address=STOP)
    marks.add(international_mobile=known["mobile"].lstrip("+"), added_contact=ADDED, wrong_code=WRONG_CODE)
    marks.add(isee=str(ISEE_CENTS), isee_as_typed=ISEE_TYPED, isee_in_euro="17482.93")
    marks.add(clerks_note=CLERK_NOTE, reason_of_the_refusal=REJECTION, news=NEWS)
    for number, child in enumerate(known["children"]):
        marks.add(**{f"child_{number}": child["given_name"], f"code_of_child_{number}": child["fiscal_code"]})


async def _adds_a_contact(live: LiveTown, family: Person, marks: Marks) -> None:
    """A code is asked for on the page, mistyped once, and typed."""
    await _fill(family, "/portale/profilo", "/recapiti", channel="email", address=ADDED)
    code = ""

    async def arrived() -> bool:
        nonlocal code
        async with httpx.AsyncClient(timeout=30) as client:
            mails = (await client.get(f"{live.addresses.mail_url}/api/messages?to={ADDED}")).json()["items"]
        code = next((found[1] for mail in mails if (found := re.search(r"Codice: (\d{6})", mail["text"]))), "")
        return bool(code)

    await until_true(arrived, "code in the mailbox", seconds=60)
    marks.add(one_time_code=code)
    mistyped = f"{(int(code) + 1) % 1_000_000:06}"
    refused = await _fill(family, "/portale/profilo", "/recapiti/codice", code=mistyped)
    assert refused.status_code == 422
    added = await _fill(family, "/portale/profilo", "/recapiti/codice", code=code)
    assert "Il recapito è verificato" in added.text


async def _authorises_a_delegate(live: LiveTown, family: Person, marks: Marks) -> None:
    """Somebody who never signed in, by their fiscal code; and the notice of privacy is read."""
    born = date(1950, 2, 17)
    code = fiscal_code(given_name="Ildegarda", family_name="Cinquemani", born_on=born, sex="F", birthplace=CREMA)
    marks.add(code_of_the_delegate=code)
    delegation = {"fiscal_code": code, "scopes": ["pay"], "last_day": f"{live.today + timedelta(days=30)}"}
    await family.api("POST", f"{IDENTITY}/me/delegations", body=delegation | {"fiscal_code": code[:-1]}, expect=422)
    await family.api("POST", f"{IDENTITY}/me/delegations", body=delegation)
    read = await _fill(family, "/portale/profilo/informative", "/privacy/accetta")
    assert "La conferma è stata salvata" in read.text


async def _applies(live: LiveTown, family: Person, clerk: Person) -> str:
    """Broken forms, a form accepted with notes, one refused with a reason; the pupil."""
    broken = live.answers(MARKED) | {"pupil_fiscal_code": WRONG_CODE, "pupil_birth_date": NOTES, "class_id": NOTES}
    await family.api(
        "POST", f"{ENROLLMENT}/applications", body={"form_id": live.form_id, "answers": broken}, expect=422
    )
    await family.api("POST", f"{ENROLLMENT}/applications", body={"answers": broken, NOTES: STOP}, expect=422)
    accepted = await _sent(family, live.form_id, live.answers(MARKED) | {"notes": NOTES})
    office = f"{ENROLLMENT}/office/applications"
    await clerk.api("POST", f"{office}/{accepted['application_id']}/accept", body={"note": CLERK_NOTE})
    bus = f"transport-{live.school_year.replace('/', '-')}"
    year = {"service": "transport", "school_year": live.school_year, "tariff_code": "prova-bus"}
    days = {"opens_on": live.today.isoformat(), "closes_on": (live.today + timedelta(days=7)).isoformat()}
    await clerk.api("PUT", f"{ENROLLMENT}/windows/{bus}", body=year | days)
    refused = await _sent(family, bus, live.answers(MARKED, 1) | {"stop": STOP, "direction": "both", "notes": NOTES})
    await clerk.api("POST", f"{office}/{refused['application_id']}/reject", body={"reason": REJECTION})
    return str(accepted["pupil"]["pupil_id"])


async def _sent(family: Person, form_id: str, answers: dict[str, object]) -> dict[str, Any]:
    body = {"form_id": form_id, "answers": answers}
    sent: dict[str, Any] = await family.api("POST", f"{ENROLLMENT}/applications", body=body)
    return sent


async def _opened_tablet(system: RunningPlatform, live: LiveTown, clerk: Person, marks: Marks) -> Person:
    """A tablet is paired, and the cook opens it with a PIN of her own."""
    offered = await clerk.api("POST", f"{IDENTITY}/tablets", body={"name": "Mensa", "classes": [CLASS]})
    marks.add(pairing_code=offered["pairing_code"])
    tablet = Person(addresses=live.addresses, name="tablet", device=DeviceKey(system.clock.now))
    live.people["tablet of the marked family"] = tablet
    code = {"code": offered["pairing_code"], "device_name": "Tablet"}
    await tablet.api("POST", "/auth/tablets/pair", body=code, expect=201)
    marks.add(cookie_of_the_tablet=_cookie(tablet))
    [cook] = (await clerk.api("GET", f"{IDENTITY}/operators"))["items"]
    given = await clerk.api("POST", f"{IDENTITY}/operators/{cook['operator_id']}/code", expect=201)
    marks.add(code_of_the_operator=given["code"])
    chosen = {"operator_id": cook["operator_id"], "code": given["code"], "pin": "274951"}
    await tablet.api("POST", f"{IDENTITY}/tablet/operator/pin", body=chosen)
    return tablet


async def _eats(live: LiveTown, tablet: Person, pupil_id: str) -> None:
    """The child is marked once the roster has arrived."""
    sheet = f"/api/attendance/v1/classes/{CLASS}/sheets/{live.today}"

    async def on_the_roll() -> bool:
        return pupil_id in {each["pupil_id"] for each in (await tablet.api("GET", sheet))["pupils"]}

    await until_true(on_the_roll, "child on the roll", seconds=60)
    at = f"{live.today}T12:05:00+01:00"
    mark = {"command_id": str(uuid.uuid4()), "pupil_id": pupil_id, "mark": "present", "recorded_at": at}
    await tablet.api("POST", f"{sheet}/commands", body={"commands": [mark]})


async def _pays(live: LiveTown, family: Person, clerk: Person, account: str) -> None:
    """An ISEE on the office's page, a notice paid, money asked back: too early by the family, at the counter."""
    days = {"valid_from": live.today.isoformat(), "valid_to": (live.today + timedelta(days=90)).isoformat()}
    page = f"/ufficio/conti/{account}/isee"
    known = {"isee": ISEE_TYPED, "minors": "2", "filed_on": live.today.isoformat(), "reference": "Prot. 1"} | days
    looked_at = await _fill(clerk, page, page, **known, action="look")
    assert ISEE_TYPED in looked_at.text
    declared = {"isee_cents": ISEE_CENTS, "minors": 2, "filed_on": live.today.isoformat()} | days
    await clerk.api("PUT", f"{LEDGER}/accounts/{account}/declarations/dec-marked", body=declared)
    broken = declared | {"minors": NOTES, "isee_cents": ISEE_TYPED}
    await clerk.api("PUT", f"{LEDGER}/accounts/{account}/declarations/dec-2", body=broken, expect=422)
    notice = await family.api("POST", f"{LEDGER}/notices", body={"amount_cents": 60_00, "service": "meals"})
    letter = await family.call("GET", f"{LEDGER}/notices/{notice['notice_number']}/letter.pdf")
    assert letter.content.startswith(b"%PDF-")
    async with httpx.AsyncClient(timeout=60) as client:
        number = {"notice_number": notice["notice_number"]}
        (await client.post(f"{live.addresses.nodo_url}/api/pay", json=number)).raise_for_status()

    async def credited() -> bool:
        return bool((await family.api("GET", f"{LEDGER}/account"))["balance_cents"] > 0)

    await until_true(credited, "credit on the account", seconds=60)
    refund = {"iban": IBAN, "reason": "Cambia scuola", "amount_cents": 10_00}
    await family.api("POST", f"{LEDGER}/refunds", body=refund | {"iban": IBAN[:-1] + "5"}, expect=422)
    await family.api("POST", f"{LEDGER}/refunds", body=refund, expect=403)
    await clerk.api("POST", f"{LEDGER}/accounts/{account}/refunds", body=refund)


async def _is_told(clerk: Person) -> None:
    body = {"audience": {"kind": "class", "id": CLASS}, "title": "Festa di fine anno", "body": NEWS}
    await clerk.api("POST", "/api/notify/v1/communications", body=body)


async def _connects_a_program(live: LiveTown, marks: Marks) -> None:
    administrator = await live.person(ADMINISTRATOR)
    until = f"{live.today + timedelta(days=30)}T00:00:00Z"
    wanted = {"name": "Prova", "owner": "Ufficio", "scopes": ["ledger.tariffs.read"], "topics": [MUNICIPAL[0].name]}
    made = await administrator.api("POST", f"{IDENTITY}/machine-clients", body=wanted | {"expires_at": until})
    marks.add(**{f"secret_of_{each['kind']}": each["secret"] for each in made["issued"]})
    secret = made["issued"][0]["secret"]
    async with httpx.AsyncClient(base_url=live.gateway, timeout=30) as program:
        grant = {"grant_type": "client_credentials"}
        await program.post("/oauth/token", data=grant, auth=(made["client_id"], secret[::-1]))
        token = (await program.post("/oauth/token", data=grant, auth=(made["client_id"], secret))).json()
        bearer = {"authorization": f"Bearer {token['access_token']}"}
        assert (await program.get(f"{LEDGER}/tariffs", headers=bearer)).status_code == 200
    marks.add(access_token=token["access_token"])
    await administrator.api("DELETE", f"{IDENTITY}/machine-clients/{made['client_id']}")


async def _everybody_looks(live: LiveTown, family: Person, clerk: Person, account: str, pupil_id: str) -> None:
    """The pages on which the family's data stand, and one broken sign-in."""
    of_family = ("", "figli", f"figli/{pupil_id}", "pagamenti/meals", "moduli/inviati", "comunicazioni", "profilo")
    pages = [(family, f"/portale/{each}") for each in (*of_family, "profilo/registro", "profilo/dati.json")]
    of_office = ("", "alunni", f"alunni/{pupil_id}", "conti", f"conti/{account}", f"conti/{account}/isee", "rimborsi")
    pages += [(clerk, f"/ufficio/{each}") for each in (*of_office, f"presenze?classe={CLASS}&giorno={live.today}")]
    for person, path in pages:
        page = await person.visit(live.gateway + path)
        assert page.status_code == 200, f"{path}: {page.status_code}"
    async with httpx.AsyncClient(base_url=live.gateway, timeout=30) as stranger:
        forged = {"SAMLResponse": f"<Response>{NOTES} {live.citizens[MARKED]['fiscal_code']}</Response>"}
        assert (await stranger.post("/auth/spid/acs", data=forged)).status_code >= 400


async def _fill(person: Person, path: str, goes_to: str, **typed: str) -> httpx.Response:
    """Fill in the form of a page whose address ends so, as its browser would."""
    page = await person.visit(person.addresses.gateway_url + path)
    forms = [form for form in html.fromstring(page.text).forms if str(form.action or "").endswith(goes_to)]
    form = forms[-1]
    filled = {name: str(value or "") for name, value in form.fields.items()} | typed
    answer = await person._send("POST", person.addresses.gateway_url + str(form.action), data=filled)
    return await person._followed(answer)


def _cookie(person: Person) -> str:
    """The secret by which the gateway knows a browser."""
    kept_cookies = person._cookies[person.addresses.gateway_url]
    return max(kept_cookies.values(), key=len)


async def _has_settled(system: RunningPlatform, told: Told, clerk: Person) -> None:
    """The last message left, the last span arrived, and the gateway, which writes every ten seconds, has written."""

    async def written_to() -> bool:
        async with httpx.AsyncClient(timeout=30) as client:
            mails = (await client.get(f"{system.addresses.mail_url}/api/messages?to={ADDED}")).json()["items"]
        return any(NEWS in mail["text"] for mail in mails)

    await until_true(written_to, "communication in the mailbox", seconds=60)

    last = await clerk.visit(f"{system.addresses.gateway_url}/ufficio/conti/{told.account}/debito")
    await until(lambda: f"{told.account}/debito" in system.log("gateway"), "line of the gateway", seconds=30)

    async def traced() -> bool:
        spans = await traces(system, [last.headers["x-trace-id"]])
        return {"gateway", "clients", "ledger"} <= {each["localEndpoint"]["serviceName"] for each in spans}

    await until_true(traced, "spans of the last page", seconds=30)


async def test_the_marks_are_where_they_belong(system: RunningPlatform, told: Told) -> None:
    """Or else the others of this file would look for what was never there."""
    internal = [part for each in await records(system.addresses.kafka_bootstrap, APPLICATIONS) for part in shown(each)]
    there = told.marks.found_in(b"\n".join(internal).decode(errors="replace"))
    assert {"given name", "family name", "child 0", "code of child 0"} & set(there) >= {"child 0"}
    declared = [each for _, each in await kept(system, "declarations") if each["account_id"] == told.account]
    assert [each["isee_cents"] for each in declared] == [ISEE_CENTS]
    kept_forms = [each for _, each in await kept(system, "applications") if told.marks.found_in_strings(each)]
    assert len(kept_forms) == 2


async def test_no_log_of_any_process_has_a_mark(system: RunningPlatform, told: Told) -> None:
    written = dict(logs(system))
    assert {*SERVICES, "clients", "gateway", "mongod", "kafka"} <= written.keys()
    found = {name: lines for name, log in written.items() if (lines := lines_with(told.marks, log))}
    assert found == {}


async def test_no_address_has_a_mark(system: RunningPlatform, told: Told) -> None:
    """The gateway writes down every path; the browser, the proxy of a school and its owner would too."""
    paths = [json.loads(line)["path"] for line in system.log("gateway").splitlines() if line.startswith("{")]
    assert f"/ufficio/conti/{told.account}" in paths
    assert [path for path in paths if told.marks.found_in(path)] == []


async def test_no_span_has_a_mark(system: RunningPlatform, told: Told) -> None:
    spans = await traces(system, told.trace_ids)
    assert {*SERVICES, "gateway", "clients"} <= {each["localEndpoint"]["serviceName"] for each in spans}
    found = {
        (span["localEndpoint"]["serviceName"], span.get("name", ""), *names)
        for span in spans
        if (names := told.marks.found_in_strings(span))
    }
    assert found == set()


@pytest.mark.parametrize("topic", MUNICIPAL, ids=[topic.name for topic in MUNICIPAL])
async def test_no_municipal_record_has_a_mark(system: RunningPlatform, told: Told, topic: Any) -> None:
    seen = await records(system.addresses.kafka_bootstrap, topic)
    texts = (b"\n".join(shown(each)).decode(errors="replace") for each in seen)
    assert [names for text in texts if (names := told.marks.found_in(text))] == []


async def test_the_marked_meal_is_on_its_municipal_topic(system: RunningPlatform, told: Told) -> None:
    """By identifiers: so the test before has read the right records."""

    async def is_there() -> bool:
        [meals] = [topic for topic in MUNICIPAL if topic.name.endswith("attendance.meals.v1")]
        return any(
            told.account.encode() in (each.key or b"")
            for each in await records(system.addresses.kafka_bootstrap, meals)
        )

    await until_true(is_there, "meal of the marked child", seconds=60)


async def test_no_reason_of_a_refused_record_has_a_mark(system: RunningPlatform, told: Told) -> None:
    for topic in DEAD_LETTERS.values():
        for letter in await records(system.addresses.kafka_bootstrap, topic):
            assert told.marks.found_in_strings([part for _, part in letter.headers]) == []
    for service, parked in await kept(system, "set_aside"):
        assert (service, told.marks.found_in_strings([parked["reason"], parked["slug"]])) == (service, [])


async def test_no_line_of_an_audit_has_a_mark(system: RunningPlatform, told: Told) -> None:
    lines = await kept(system, "audit")
    assert any(told.account in json.dumps(line, default=str) for _, line in lines)
    assert [(service, line["what"]) for service, line in lines if told.marks.found_in_strings(line)] == []


async def test_no_metric_has_a_mark(system: RunningPlatform, told: Told) -> None:
    assert [(name, found) for name, text in await metrics(system) if (found := told.marks.found_in(text))] == []


def test_a_mark_is_found_however_it_is_written() -> None:
    marks = Marks()
    marks.add(email="casella@posta.example", one_time_code="482913", given_name="Zenobia", address=STOP)
    assert marks.found_in("GET /x?to=CASELLA%40posta.example") == ["email"]
    assert marks.found_in('{"stop": "via+del+pozzo+profondo+77+bis"}') == ["address"]
    assert marks.found_in_strings({"tags": {"who": ["zenobia"]}}) == ["given name"]
    assert marks.found_in("code=482913&x") == ["one time code"]
    assert marks.found_in("at 12:00:00.482913Z in 14829137 us") == []
    assert lines_with(marks, '{"event": "x"}\n{"event": "signed in", "name": "Zenobia"}') == [
        "line 2 (signed in): given name"
    ]
