"""For tests and for looking at pages: the five services as one table of answers, reached instead of the network.

`ServicesDouble` remembers what it was asked, so that a test can say what a page must have sent.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

import httpx2 as httpx

from tests.support.erasures_double import erasures
from tests.support.machines_double import machines
from tests.support.operators_double import operators
from tests.support.register_double import register
from tests.support.second_guardians_double import SHARED, office_json, second_guardians, shared_pupil

Json = Mapping[str, object] | bytes
GUARDIAN: Final = "gua_0f8c"
PUPIL: Final = "pup_a1"
SIBLING: Final = "pup_a2"
NOTICE: Final = "301000000000012345"
APPLICATION: Final = "app_71c2"
CONTACTS: Final = (
    {"contact_id": "con_1", "channel": "email", "address": "anna.bianchi@example.it"},
    {"contact_id": "con_2", "channel": "sms", "address": "+393331234567"},
)
_DELEGATION: Final = {"given_at": "2025-09-20T08:00:00Z", "last_day": "2026-06-30", "state": "active"}
DELEGATIONS: Final = {
    "given": [
        _DELEGATION | {"delegation_id": "del_1", "fiscal_code": "BNCTRS50D41F205G", "scopes": ["see", "pay"]},
        _DELEGATION
        | {"delegation_id": "del_3", "fiscal_code": "RSSMRA85T10A562S", "scopes": ["see"], "state": "revoked"},
    ],
    "received": [_DELEGATION | {"delegation_id": "del_2", "guardian_name": "Elena Colombo", "scopes": ["see", "pay"]}],
    "choices": {"scopes": ["see", "pay", "messages"], "latest_last_day": "2027-08-31"},
}
OTHERS: Final = ("enrollment", "attendance", "ledger", "notify")
"""Those that keep something about a person besides identity."""
PRIVACY_TEXT: Final = {
    "text_id": "privacy",
    "title": "Informativa sul trattamento dei dati personali",
    "is_consent": False,
    "version": 2,
    "from_day": "2025-10-01",
    "address": "/privacy/1",
    "is_asked": True,
    "accepted_version": 1,
    "accepted_at": "2025-09-01T08:00:00Z",
}
PHOTOS_TEXT: Final = {
    "text_id": "photos",
    "title": "Fotografie della mensa",
    "is_consent": True,
    "version": 1,
    "from_day": "2025-09-01",
    "address": "/privacy/1",
    "is_asked": False,
    "accepted_version": 1,
    "accepted_at": "2025-09-01T08:00:00Z",
}
LINES: Final = "/api/enrollment/v1/lines"
OFFICE_PUPIL: Final = f"/api/enrollment/v1/office/pupils/{PUPIL}"


@dataclass(frozen=True, slots=True)
class Asked:
    """One call a page made."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Mapping[str, object]
    token: str


@dataclass
class ServicesDouble(httpx.AsyncBaseTransport):
    """Answers by method and path; what is not in the table does not exist."""

    answers: dict[tuple[str, str], tuple[int, Json]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def answer(self, method: str, path: str, body: Json, status: int = HTTPStatus.OK) -> None:
        self.answers[method, path] = (status, body)

    def change(self, method: str, path: str, **fields: object) -> None:
        """The answer as it is, but for `fields`."""
        status, before = self.answers[method, path]
        assert not isinstance(before, bytes)
        self.answers[method, path] = (status, {**before, **fields})

    def refuse(self, method: str, path: str, slug: str, detail: str, status: int = 422, **values: object) -> None:
        """Problem+json; `values={"errors": […]}` puts messages beside fields."""
        body = {"slug": slug, "detail": detail, "status": status, "values": values, "correlation_id": "0197-abcd"}
        self.answers[method, path] = (status, body)

    def sent(self, method: str, path: str) -> list[Asked]:
        return [call for call in self.asked if (call.method, call.path) == (method, path)]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        content = await request.aread()
        body = json.loads(content) if content else {}
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        self.asked.append(Asked(request.method, request.url.path, dict(request.url.params), body, token))
        missing = (HTTPStatus.NOT_FOUND, {"slug": "non-trovato", "detail": "Non esiste.", "status": 404})
        status, answer = self.answers.get((request.method, request.url.path), missing)
        if isinstance(answer, bytes):
            return httpx.Response(status, content=answer, headers={"content-type": "application/pdf"})
        return httpx.Response(status, json=answer)


def typical_town() -> ServicesDouble:
    """A family with two children, some movements, some notices; a clerk with applications to decide."""
    double = ServicesDouble()
    for part in (_identity, _people, _staff, _profile, _enrollment, _applications, _attendance, _ledger, _notify):
        for (method, path), answer in part().items():
            double.answer(method, path, answer)
    return double


def _identity() -> dict[tuple[str, str], Json]:
    person = {
        "id": GUARDIAN,
        "given_name": "Anna",
        "family_name": "Bianchi",
        "fiscal_code": "BNCNNA80A41D142F",
        "contacts": list(CONTACTS),
    }
    tablet = {
        "tablet_id": "tab_1",
        "name": "Mensa primaria",
        "classes": ["primaria-1a", "primaria-2a"],
        "device_name": "Tablet",
        "paired_at": "2025-09-10T06:00:00Z",
        "last_seen_at": "2025-10-06T06:52:00Z",
        "state": "paired",
    }
    return {
        ("GET", "/auth/idps"): {
            "items": [
                {"entity_id": "http://127.0.0.1:8091/spid", "name": "Gestore SPID di prova", "scheme": "spid"},
                {"entity_id": "http://127.0.0.1:8099/spid", "name": "Seconda identità di prova", "scheme": "spid"},
                {"entity_id": "http://127.0.0.1:8091/cie", "name": "Ministero dell'Interno (prova)", "scheme": "cie"},
            ]
        },
        ("GET", "/api/identity/v1/me"): person | {"roles": ["guardian", "office"], "classes": []},
        ("GET", f"/api/identity/v1/people/{GUARDIAN}"): person,
        ("GET", "/api/identity/v1/tablets"): {"items": [tablet]},
        ("POST", "/api/identity/v1/tablets"): {
            "tablet_id": "tab_2",
            "pairing_code": "7K2MQ9XB",
            "expires_at": "2025-10-06T10:05:00Z",
        },
        **erasures(),
        **machines(),
        **register(),
        **operators(),
        ("DELETE", "/api/identity/v1/tablets/tab_1"): tablet | {"state": "revoked"},
    }


def _people() -> dict[tuple[str, str], Json]:
    path = "/api/identity/v1/people"
    anna = {"id": GUARDIAN, "given_name": "Anna", "family_name": "Bianchi", "fiscal_code": "BNCNNA80A41D142F"}
    twin = anna | {"id": "gua_twin", "fiscal_code": "BNCNNA80A41D1LNV"}
    contact = {"channel": "email", "masked": "a•••@example.it", "verified_by": "identity-provider"}
    record = anna | {
        "registered_at": "2024-06-03T07:04:00Z",
        "last_sign_in_at": "2025-10-05T18:40:00Z",
        "preferred_channel": "email",
        "contacts": [contact | {"verified_at": "2024-06-03T07:04:00Z"}],
        "roles": ["office"],
        "roles_last_day": "2025-12-31",
        "maybe_same": [twin | {"why": "omocodia"}],
    }
    return {
        ("POST", f"{path}/search"): {"items": [anna, twin | {"given_name": "Anna Maria"}], "are_more": False},
        ("GET", f"{path}/{GUARDIAN}/record"): record,
        ("PUT", f"{path}/{GUARDIAN}/death"): {},
        ("POST", f"{path}/{GUARDIAN}/death/mistake"): {},
        ("POST", f"{path}/gua_twin/merge"): {},
        ("POST", f"{path}/{GUARDIAN}/merge"): {},
        ("GET", f"{path}/gua_merged/record"): record | {"id": "gua_merged", "merged_into": GUARDIAN, "maybe_same": []},
        ("GET", f"{path}/gua_twin/record"): record | twin | {"died_on": "2025-09-28", "maybe_same": []},
    }


def _staff() -> dict[tuple[str, str], Json]:
    path = "/api/identity/v1/staff"
    grant = {
        "staff_id": "stf_1",
        "fiscal_code": "CNTTRS80A41D142X",
        "roles": ["canteen", "office"],
        "classes": ["primaria-1a"],
        "schools": ["primaria"],
        "lines": ["verde"],
        "last_day": "2025-12-31",
        "holds": True,
    }
    over = grant | {"staff_id": "stf_2", "last_day": "2025-09-30", "holds": False}
    waiting = grant | {"staff_id": "stf_3", "roles": ["administrator"], "lapses_at": "2025-10-13T10:00:00Z"}
    proposals = [waiting | {"is_mine": False}, waiting | {"staff_id": "stf_4", "is_mine": True}]
    return {
        ("GET", path): {"items": [grant, over]},
        ("POST", path): grant,
        ("GET", f"{path}/proposals"): {"items": proposals},
        ("POST", f"{path}/proposals/stf_3/confirm"): grant,
        ("DELETE", f"{path}/proposals/stf_3"): {},
    }


def _profile() -> dict[tuple[str, str], Json]:
    here = {
        "reference": "a" * 32,
        "scheme": "spid",
        "level": 2,
        "device": "Firefox su Windows",
        "opened_at": "2025-10-06T06:10:00Z",
        "last_seen_at": "2025-10-06T06:58:00Z",
        "is_this_one": True,
    }
    elsewhere = here | {"reference": "b" * 32, "scheme": "cie", "level": 3, "device": "", "is_this_one": False}
    return {
        ("GET", "/api/identity/v1/me/contacts"): {
            "items": [
                CONTACTS[0] | {"verified_by": "identity-provider", "verified_at": "2025-09-01T08:00:00Z"},
                CONTACTS[1] | {"verified_by": "one-time-code", "verified_at": "2025-09-20T08:00:00Z"},
            ],
            "waiting": {
                "channel": "email",
                "address": "anna@lavoro.example",
                "expires_at": "2025-10-06T07:10:00Z",
                "tries_left": 4,
            },
            "preferred_channel": None,
        },
        ("GET", "/api/identity/v1/me/texts"): {"items": [PRIVACY_TEXT, PHOTOS_TEXT]},
        ("PUT", "/api/identity/v1/me/texts/privacy/versions/2"): {"items": []},
        ("DELETE", "/api/identity/v1/me/texts/photos"): {"items": []},
        ("GET", "/api/identity/v1/me/access-log"): {
            "items": [
                {"at": "2025-10-02T08:15:00Z", "who": "gua_clerk", "role": "office", "what": "person-read"},
            ]
        },
        ("GET", "/api/identity/v1/me/export"): {"id": GUARDIAN, "given_name": "Anna"},
        **{("GET", f"/api/{name}/v1/me/access-log"): {"items": []} for name in OTHERS},
        **{("GET", f"/api/{name}/v1/me/export"): {"accesses": []} for name in OTHERS},
        ("POST", "/api/identity/v1/me/contacts/codes"): {},
        ("POST", "/api/identity/v1/me/contacts"): {},
        ("DELETE", "/api/identity/v1/me/contacts/con_1"): {"contact_id": "con_1"},
        ("PUT", "/api/identity/v1/me/preferred-channel"): {"preferred_channel": "sms"},
        ("GET", "/api/identity/v1/me/delegations"): DELEGATIONS,
        ("POST", "/api/identity/v1/me/delegations"): {},
        ("PUT", "/api/identity/v1/me/acting"): {},
        ("DELETE", "/api/identity/v1/me/acting"): {},
        **{("DELETE", f"/api/identity/v1/me/delegations/{name}"): {} for name in ("del_1", "del_2")},
        ("POST", f"/api/identity/v1/people/{GUARDIAN}/acting"): {},
        ("GET", "/api/identity/v1/me/sessions"): {"items": [here, elsewhere]},
        ("DELETE", "/api/identity/v1/me/sessions"): {"closed": 2},
        ("DELETE", f"/api/identity/v1/me/sessions/{'b' * 32}"): {"closed": 1},
    }


def _schools() -> list[Mapping[str, object]]:
    return [
        {
            "school_id": "primaria",
            "name": "Primaria Don Milani",
            "level": "primaria",
            "classes": [{"class_id": "primaria-1a", "name": "1A"}, {"class_id": "primaria-2a", "name": "2A"}],
        },
        {
            "school_id": "infanzia",
            "name": "Infanzia Rodari",
            "level": "infanzia",
            "classes": [{"class_id": "infanzia-gialli", "name": "Gialli"}],
        },
    ]


def _field(name: str, label: str, kind: str, **more: object) -> Mapping[str, object]:
    return {"name": name, "label": label, "type": kind, "required": True, "help": "", "options": []} | more


def _form(form_id: str, service: str, title: str, state: str, text: str) -> dict[str, object]:
    return {
        "form_id": form_id,
        "service": service,
        "school_year": "2025/26",
        "title": title,
        "opens_on": "2025-07-10",
        "closes_on": "2025-10-31",
        "state": state,
        "state_text": text,
    }


def _enrollment() -> dict[tuple[str, str], Json]:
    meals = _form("meals-2025-26", "meals", "Refezione Scolastica a.s. 2025/2026", "open", "Iscrizioni aperte")
    transport = _form(
        "transport-2025-26", "transport", "Trasporto Scolastico a.s. 2025/2026", "closed", "Iscrizioni chiuse"
    )
    fields = [
        _field("pupil_given_name", "Nome dell'alunno", "text"),
        _field("pupil_family_name", "Cognome dell'alunno", "text"),
        _field("pupil_fiscal_code", "Codice fiscale dell'alunno", "fiscal-code", help="16 caratteri"),
        _field("pupil_birth_date", "Data di nascita dell'alunno", "date"),
        _field("school_id", "Scuola", "select"),
        _field("class_id", "Classe", "select"),
        _field("notes", "Note per l'ufficio", "textarea", required=False),
        _field("privacy_accepted", "Ho letto l'informativa sulla privacy", "checkbox"),
    ]
    privacy = "I dati sono trattati dal Comune per gestire l'iscrizione ai servizi scolastici."
    definition = {"version": 1, "fields": fields, "privacy_text": privacy, "schools": _schools()}
    enrolment = {
        "enrolment_id": "enr_1",
        "account_id": GUARDIAN,
        "service": "meals",
        "school_year": "2025/26",
        "school_id": "primaria",
        "class_id": "primaria-1a",
        "valid_from": "2025-09-12",
        "valid_to": "2026-06-08",
    }
    children = [
        {
            "pupil_id": pupil_id,
            "given_name": name,
            "family_name": "Rossi",
            "account_id": GUARDIAN,
            "enrolments": [enrolment],
        }
        for pupil_id, name in ((PUPIL, "Luca"), (SIBLING, "Giulia"))
    ]
    return {
        ("GET", "/api/enrollment/v1/forms"): {"items": [meals, transport]},
        ("GET", "/api/enrollment/v1/forms/meals-2025-26"): meals | {"definition": definition},
        ("GET", "/api/enrollment/v1/forms/transport-2025-26"): transport | {"definition": definition},
        ("GET", "/api/enrollment/v1/schools"): {"items": _schools()},
        ("GET", LINES): {"items": [{"line_id": "verde", "name": "Linea verde", "school_ids": ["primaria"]}]},
        ("PUT", f"{LINES}/blu"): {},
        ("PUT", f"{LINES}/verde"): {},
        ("GET", "/api/enrollment/v1/pupils"): {"items": [*children, shared_pupil(enrolment)]},
        ("GET", OFFICE_PUPIL): children[0] | {"second_guardians": [office_json()]},
        ("POST", f"{OFFICE_PUPIL}/move"): children[0],
        ("POST", f"{OFFICE_PUPIL}/enrolments/enr_1/end"): children[0],
        **second_guardians(),
    }


def debt_json(lifted_by: str | None = None, **more: object) -> dict[str, object]:
    """What is owed before a form is sent, and why it does not stop it."""
    return {
        "debt_cents": 4320,
        "in_flight_cents": 0,
        "in_flight_until": None,
        "to_pay_cents": 4320,
        "lifted_by": lifted_by,
        "text": "Sul conto mensa risulta un insoluto di 43,20 €.",
        "pay_at": "/portale/pagamenti/meals",
    } | more


def application_json(state: str, **more: object) -> dict[str, object]:
    """An application in `state`, with the history that leads there."""
    steps = {"submitted": ["submitted"], "under-review": ["submitted", "under-review"]}
    history = steps.get(state, ["submitted", "under-review", state])
    return {
        "application_id": APPLICATION,
        "form_id": "meals-2025-26",
        "form_version": 1,
        "service": "meals",
        "school_year": "2025/26",
        "pupil": {"pupil_id": PUPIL, "given_name": "Luca", "family_name": "Rossi"},
        "school_id": "primaria",
        "class_id": "primaria-1a",
        "guardian_id": GUARDIAN,
        "state": state,
        "state_text": "",
        "submitted_at": "2025-07-12T07:04:00Z",
        "history": [
            {"state": step, "at": f"2025-07-1{day}T07:04:00Z", "by_role": "guardian" if day == 2 else "office"}
            for day, step in enumerate(history, start=2)
        ],
    } | more


def _applications() -> dict[tuple[str, str], Json]:
    answers = {
        "pupil_given_name": "Luca",
        "pupil_family_name": "Rossi",
        "pupil_fiscal_code": "RSSLCU19A01D142E",
        "pupil_birth_date": "2019-01-01",
        "school_id": "primaria",
        "class_id": "primaria-1a",
        "privacy_accepted": True,
    }
    waiting = application_json("submitted", answers=answers)
    giulia = {"pupil_id": SIBLING, "given_name": "Giulia", "family_name": "Rossi"}
    rejected = application_json(
        "rejected",
        application_id="app_9d0e",
        pupil=giulia,
        reason="La classe indicata non esiste in questa scuola.",
        decided_at="2025-07-15T10:00:00Z",
    )
    accepted = application_json("accepted", application_id="app_55aa", pupil=giulia, decided_at="2025-07-16T10:00:00Z")
    listed = {"items": [waiting, rejected, accepted]}
    office = "/api/enrollment/v1/office/applications"
    return {
        ("GET", "/api/enrollment/v1/applications"): listed,
        ("POST", "/api/enrollment/v1/applications"): waiting,
        ("GET", f"/api/enrollment/v1/applications/{APPLICATION}"): waiting,
        ("POST", f"/api/enrollment/v1/applications/{APPLICATION}/withdraw"): waiting,
        ("GET", office): listed,
        ("GET", f"{office}/{APPLICATION}"): waiting,
        ("POST", f"{office}/{APPLICATION}/review"): waiting,
        ("POST", f"{office}/{APPLICATION}/accept"): waiting,
        ("POST", f"{office}/{APPLICATION}/reject"): waiting,
    }


def sheet_json(state: str = "open") -> dict[str, object]:
    """A sheet of three pupils, one of each mark."""
    names = (
        ("pup_a1", "Luca", "Rossi", "present"),
        ("pup_b1", "Sara", "Verdi", "absent"),
        ("pup_c1", "Omar", "Zani", "expected"),
    )
    pupils = [
        {
            "pupil_id": pupil_id,
            "given_name": given_name,
            "family_name": family_name,
            "mark": mark,
            "mark_version": 1,
            "marked_at": None if mark == "expected" else "2025-10-06T06:51:00Z",
            "marked_by": None if mark == "expected" else "canteen",
            "operator_id": "opr_1" if mark == "present" else None,
        }
        for pupil_id, given_name, family_name, mark in names
    ]
    return {
        "class_id": "primaria-1a",
        "school_id": "primaria",
        "day": "2025-10-06",
        "service": "meals",
        "state": state,
        "reason": None,
        "version": 4,
        "as_of": "2025-10-06T06:52:00Z",
        "pupils": pupils,
    }


def _attendance() -> dict[tuple[str, str], Json]:
    sheet = "/api/attendance/v1/classes/primaria-1a/sheets/2025-10-06"
    days = [
        {
            "day": f"2025-10-{day:02d}",
            "mark": "absent" if day == 3 else "present",
            "marked_at": f"2025-10-{day:02d}T06:51:00Z",
            "marked_by": "canteen",
        }
        for day in (1, 2, 3, 6)
    ]
    return {
        ("GET", "/api/attendance/v1/classes"): {
            "items": [{"class_id": "primaria-1a", "school_id": "primaria", "pupils": 3}]
        },
        ("GET", sheet): sheet_json(),
        ("POST", f"{sheet}/close"): sheet_json("closed"),
        ("POST", f"{sheet}/reopen"): sheet_json(),
        ("POST", "/api/attendance/v1/corrections"): {"day": "2025-10-06", "mark": "absent", "pupil_id": PUPIL},
        **{("GET", f"/api/attendance/v1/pupils/{pupil_id}/days"): {"items": days} for pupil_id in (PUPIL, SHARED)},
    }


def account_json(balance_cents: int, **more: object) -> dict[str, object]:
    return {
        "account_id": GUARDIAN,
        "balance_cents": balance_cents,
        "updated_at": "2025-10-06T07:04:00Z",
        "meals_left": balance_cents // 485,
        "thresholds": [3, 0, -3],
        "suggested_top_up_cents": 4850,
        "debt_cents": max(0, -balance_cents),
    } | more


def _entries() -> list[Mapping[str, object]]:
    why = {
        "tariff_version": "meals-standard/2025-26",
        "resolution": "Delibera di Giunta n. 42 del 10/06/2025",
        "valid_from": "2025-09-01",
        "price_cents": 485,
        "marked_at": "2025-10-06T06:51:00Z",
        "marked_by": "canteen",
    }
    lines = (
        (6, "charge", "Pasto del 06/10/2025", -485, 1045),
        (3, "reversal", "Storno del pasto del 03/10/2025", 485, 1530),
        (2, "charge", "Pasto del 02/10/2025", -485, 1045),
        (1, "top-up", f"Ricarica con avviso {NOTICE}", 2500, 1530),
    )
    return [
        {
            "entry_id": f"ent_{number}",
            "booked_at": f"2025-10-0{day}T07:04:00Z",
            "value_day": f"2025-10-0{day}",
            "kind": kind,
            "description": text,
            "pupil_id": None if kind == "top-up" else PUPIL,
            "amount_cents": amount,
            "balance_after_cents": after,
            "why": why if kind == "charge" else None,
            "notice_number": NOTICE if kind == "top-up" else None,
        }
        for number, (day, kind, text, amount, after) in enumerate(lines)
    ]


def notice_json(state: str = "payable", **more: object) -> dict[str, object]:
    return {
        "notice_number": NOTICE,
        "iuv": NOTICE[1:],
        "service": "meals",
        "amount_cents": 3750,
        "issued_at": "2025-10-06T07:00:00Z",
        "due_date": "2025-11-05",
        "state": state,
        "letter_url": f"/api/ledger/v1/notices/{NOTICE}/letter.pdf",
    } | more


def _ledger() -> dict[tuple[str, str], Json]:
    tariff = {
        "code": "meals-standard",
        "version": "2025-26",
        "service": "meals",
        "valid_from": "2025-09-01",
        "price_cents": 485,
        "resolution": "Delibera di Giunta n. 42 del 10/06/2025",
        "source": None,
    }
    paid = notice_json("paid", notice_number="301000000000011111", amount_cents=2500)
    return {
        ("GET", "/api/ledger/v1/account"): account_json(1045),
        ("GET", "/api/ledger/v1/account/statement"): {"items": _entries()},
        ("GET", "/api/ledger/v1/notices"): {"items": [notice_json(), paid]},
        ("POST", "/api/ledger/v1/notices"): notice_json(),
        ("GET", f"/api/ledger/v1/notices/{NOTICE}"): notice_json(),
        ("GET", f"/api/ledger/v1/notices/{NOTICE}/letter.pdf"): b"%PDF-1.7 letter",
        ("POST", "/api/ledger/v1/checkouts"): {
            "notice_number": NOTICE,
            "redirect_url": "https://checkout.pagopa.it/c/abc",
        },
        ("GET", "/api/ledger/v1/accounts"): {"items": [account_json(-1230)]},
        ("GET", f"/api/ledger/v1/accounts/{GUARDIAN}"): account_json(-1230),
        ("GET", f"/api/ledger/v1/accounts/{GUARDIAN}/statement"): {"items": _entries()},
        ("GET", "/api/ledger/v1/tariffs"): {"items": [tariff]},
        ("PUT", "/api/ledger/v1/tariffs/meals-standard/versions/2026-27"): tariff,
    }


def _notify() -> dict[tuple[str, str], Json]:
    communication = {
        "communication_id": "com_1",
        "kind": "office",
        "title": "Sciopero del 10 ottobre",
        "body": "Venerdì 10 ottobre il servizio potrebbe non essere garantito.\nConfermeremo entro giovedì.",
        "published_at": "2025-10-06T08:00:00Z",
        "channels": ["email", "sms"],
    }
    delivery = {
        "delivery_id": "e1:email:gua_0f8c",
        "guardian_id": GUARDIAN,
        "channel": "email",
        "template": "communication",
        "state": "sent",
        "address": "a***@example.it",
        "attempts": 1,
        "planned_at": "2025-10-06T08:00:00Z",
        "sent_at": "2025-10-06T08:00:03Z",
        "reason": None,
    }
    return {
        ("GET", "/api/notify/v1/communications"): {"items": [communication]},
        ("POST", "/api/notify/v1/communications"): communication,
        ("GET", "/api/notify/v1/office/deliveries"): {
            "items": [delivery, delivery | {"state": "failed", "reason": "no-contact", "address": None}]
        },
    }
