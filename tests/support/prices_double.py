"""The ledger's answers for the office's pages about prices: tariffs, drafts, declarations, what is rated again."""

from collections.abc import Mapping

from tests.support.services_double import GUARDIAN

LEDGER = "/api/ledger/v1"
PREVIEW = "rerating-1"


def lint_json(*findings: Mapping[str, object]) -> dict[str, object]:
    return {"is_sound": all(each["severity"] != "error" for each in findings), "findings": list(findings)}


GAP: dict[str, object] = {
    "severity": "error",
    "code": "gap",
    "message": "Nessuna fascia per un ISEE da 10.000,00 a 10.000,99.",
    "cents": 100,
}
CLIFF: dict[str, object] = {
    "severity": "note",
    "code": "cliff",
    "message": "A 10.000,00 di ISEE il prezzo sale di colpo di 1,20 euro.",
    "cents": 120,
}


def rerating_json(**more: object) -> dict[str, object]:
    line = {
        "meal_id": "pup_a1.2025-10-02.1",
        "account_id": GUARDIAN,
        "pupil_id": "pup_a1",
        "service": "meals",
        "day": "2025-10-02",
        "before_cents": 485,
        "after_cents": 320,
        "tariff_version": "meals-standard/2025-26",
    }
    month = {"service": "transport", "day": None, "period": "2025-10", "meal_id": None, "tariff_version": "bus/2025-26"}
    return {
        "preview_id": PREVIEW,
        "made_at": "2025-10-06T10:00:00Z",
        "from": "2025-10-01",
        "to": "2025-10-05",
        "code": None,
        "account_id": None,
        "meals": 40,
        "subscriptions": 2,
        "families": 1,
        "before_cents": 19_400,
        "after_cents": 19_235,
        "delta_cents": -165,
        "differences": 2,
        "unpriced": 2,
        "posted_at": None,
        "lines": [line, line | month],
    } | more


def published_json() -> dict[str, object]:
    """Brackets with a cliff, brothers and sisters, non-residents, exemptions, portions: a version to be opened."""
    brackets = [
        {"from_cents": 0, "to_cents": 450_001, "price_cents": 165},
        {"from_cents": 450_001, "to_cents": 1_000_001, "price_cents": 291},
        {"from_cents": 1_000_001, "to_cents": 2_500_001, "price_cents": 499},
        {"from_cents": 2_500_001, "to_cents": None, "price_cents": 624},
    ]
    line = {
        "shape": "linear",
        "low_isee_cents": 500_000,
        "low_price_cents": 100,
        "high_isee_cents": 2_000_000,
        "high_price_cents": 450,
        "above_cents": 500,
    }
    rule = {
        "cells": [
            {"levels": ["infanzia"], "scale": line},
            {"scale": {"shape": "bracketed", "brackets": brackets}},
        ],
        "siblings": {"ranks": [{"from_rank": 2, "percent_off": 50}, {"from_rank": 3, "scale": FREE}]},
        "non_residents": {"scale": None},
        "exemptions": [{"code": "disability", "percent_off": 100}],
        "portions": [{"kind": "light", "percent": 60}, {"kind": "staff", "price_cents": 650}],
    }
    return {
        "code": "meals-standard",
        "version": "2025-26",
        "service": "meals",
        "valid_from": "2025-09-01",
        "price_cents": 624,
        "resolution": "Delibera di Giunta n. 42 del 10/06/2025",
        "rule": rule,
    }


FREE: Mapping[str, object] = {"shape": "flat", "price_cents": 0}


DECLARED: dict[str, object] = {
    "declaration_id": "dec-1",
    "account_id": GUARDIAN,
    "isee_cents": 850_000,
    "minors": 2,
    "valid_from": "2025-09-01",
    "valid_to": "2025-12-31",
    "filed_on": "2025-10-02",
    "exemption": None,
    "exempt_pupil_id": None,
    "reference": "Prot. 1234/2025",
    "registered_at": "2025-10-02T09:00:00Z",
    "counts": True,
}


def effect_json(**more: object) -> dict[str, object]:
    return {
        "meals": 40,
        "subscriptions": 2,
        "differences": 12,
        "before_cents": 19_400,
        "after_cents": 15_200,
        "delta_cents": -4_200,
        "unpriced": 0,
    } | more


def _declarations() -> Mapping[tuple[str, str], Mapping[str, object]]:
    address = f"{LEDGER}/accounts/{GUARDIAN}/declarations"
    older = DECLARED | {"declaration_id": "dec-0", "isee_cents": None, "filed_on": "2025-09-01", "counts": False}
    exempt = older | {"exemption": "disability", "exempt_pupil_id": "pup_a1", "reference": None}
    return {
        ("GET", address): {"items": [DECLARED, exempt]},
        ("POST", f"{address}/preview"): effect_json(),
        ("PUT", f"{address}/dec-2"): DECLARED,
    }


def prices() -> Mapping[tuple[str, str], Mapping[str, object]]:
    simulation = {
        "meals": 52_000,
        "subscriptions": 0,
        "before_cents": 25_220_000,
        "after_cents": 24_100_000,
        "delta_cents": -1_120_000,
        "families": 310,
        "families_paying_more": 41,
        "families_paying_less": 269,
        "highest_rise_cents": 8400,
        "unpriced": 3,
        "findings": [CLIFF],
    }
    return {
        ("GET", f"{LEDGER}/tariffs/meals-standard/versions/2025-26"): published_json(),
        ("POST", f"{LEDGER}/tariffs/lint"): lint_json(CLIFF | {"at": "cells.0.scale.brackets.1"}),
        ("POST", f"{LEDGER}/tariffs/simulate"): simulation,
        ("POST", f"{LEDGER}/reratings/preview"): rerating_json(),
        ("GET", f"{LEDGER}/reratings/{PREVIEW}"): rerating_json(),
        ("POST", f"{LEDGER}/reratings"): rerating_json() | {"posted": 1},
        **_declarations(),
    }
