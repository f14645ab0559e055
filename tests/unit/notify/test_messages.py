"""The words themselves."""

from datetime import date
from pathlib import Path

import pytest
from jinja2 import TemplateNotFound, UndefinedError

from clients.design.words import word
from notify.domain.content import Action
from notify.outbound.compose import OWN_TEMPLATES, Composer
from notify.outbound.gsm7 import segments, spelled
from notify.outbound.mail_layout import Letterhead, MailLayout
from refettorio_contracts.ledger import Instalment
from tests.support.notify.memory import COMPOSER

SHARES: dict[str, object] = {"second_percent": 50, "valid_from": date(2025, 11, 1)}
VALUES: dict[str, dict[str, object]] = {
    "balance-running-low": {"balance_cents": 1530, "meals_left": 3},
    "balance-finished": {"balance_cents": 12, "meals_left": 0},
    "balance-in-debt": {"balance_cents": -1530, "meals_left": -3},
    "top-up-credited": {
        "amount_cents": 5000,
        "balance_cents": 6530,
        "paid_on": date(2025, 10, 1),
        "notice_number": "3" * 18,
    },
    "application-submitted": {
        "service": "meals",
        "school_year": "2025/26",
        "submitted_on": date(2025, 7, 1),
        "application_id": "app_1",
    },
    "application-accepted": {"service": "meals", "school_year": "2025/26", "pupil_name": "Giulia"},
    "application-rejected": {
        "service": "transport",
        "school_year": "2025/26",
        "pupil_name": "Giulia",
        "reason": "Non ci sono più posti sulla linea",
    },
    "reminder-issued": {"step": 2, "debt_cents": 5530, "fee_cents": 530, "due_date": date(2026, 2, 14)},
    "debt-written-off": {"amount_cents": 3000, "balance_cents": -510},
    "instalment-plan-granted": {
        "instalments": [
            Instalment(due_date=date(2026, 1, 31), amount_cents=2295),
            Instalment(due_date=date(2026, 2, 28), amount_cents=2296),
        ],
        "total_cents": 4591,
    },
    "refund-approved": {"amount_cents": 4250, "balance_cents": 0},
    "refund-paid": {"amount_cents": 4250, "balance_cents": 0},
    "refund-rejected": {"balance_cents": 4250},
    "notice-paid-twice": {"amount_cents": 5000, "notice_number": "3" * 18},
    "year-closed-carried-over": {"school_year": "2025/26", "balance_cents": 4250},
    "year-closed-refund-due": {"school_year": "2025/26", "balance_cents": 4250},
    "year-closed-debt-due": {"school_year": "2025/26", "balance_cents": -4250},
    "contact-code": {"code": "042917"},
    "delegate-authorised": {"last_day": date(2026, 8, 31)},
    "delegate-revoked": {"is_given_up": True},
    "erasure-answered": {},
    "second-guardian-named": {"pupil_id": "pup_1", "second_percent": 50},
    "second-guardian-accepted": {"pupil_id": "pup_1"},
    "second-guardian-declined": {"pupil_id": "pup_1"},
    "second-guardian-ended": {"pupil_id": "pup_1", "ended_by": "office", "is_second": True},
    "second-guardian-withdrawn": {"pupil_id": "pup_1", "ended_by": "holder", "is_second": True},
    "shares-proposed": {"pupil_id": "pup_1", "is_second": True} | SHARES,
    "shares-declined": {"pupil_id": "pup_1"},
    "shares-agreed": {"pupil_id": "pup_1", "is_second": True} | SHARES,
    "pupil-accepted": {"service": "meals", "school_year": "2025/26", "pupil_name": "Giulia"},
    "communication": {"title": "Sciopero", "body": "Niente mensa.\n\nL'ufficio"},
}


@pytest.mark.parametrize("template", sorted(VALUES))
def test_every_message_has_a_title_a_body_and_a_short_sms(template: str) -> None:
    content = COMPOSER(template, VALUES[template])
    assert content.title
    assert content.paragraphs
    assert content.sms.startswith("Comune di Prova: ")
    assert not any(mark in content.body + content.sms for mark in ("{{", "None", "  "))
    parts = segments(spelled(content.sms), reference=1)
    assert len(parts) <= 2
    assert not any(part.is_ucs2 for part in parts)


def test_no_message_is_without_a_test() -> None:
    assert {path.stem for path in (OWN_TEMPLATES / "messages").glob("*.j2")} == set(VALUES)


def test_the_office_reads_the_name_of_every_message() -> None:
    assert [name for name in VALUES if word("template", name) == name] == []


def test_warning_end_and_debt_are_told_in_different_words() -> None:
    titles = {COMPOSER(name, VALUES[name]).title for name in VALUES if name.startswith("balance")}
    assert titles == {
        "Mensa: il credito sta per finire",
        "Mensa: il credito è finito",
        "Mensa: il conto è in debito",
    }
    debt = COMPOSER("balance-in-debt", VALUES["balance-in-debt"])
    assert "15,30 €" in debt.paragraphs[0]
    assert "-15,30" not in debt.body + debt.sms


def test_a_reminder_says_how_much_by_when_and_where() -> None:
    content = COMPOSER("reminder-issued", VALUES["reminder-issued"])
    assert content.facts == (
        ("Da pagare", "55,30 €"),
        ("di cui spese di sollecito", "5,30 €"),
        ("Entro il", "14/02/2026"),
    )
    assert content.action == Action(label="Paga il debito della mensa", path="/portale/pagamenti/meals")
    for words in ("sollecito n. 2", "55,30 €", "14/02/2026"):
        assert words in content.sms
    free = COMPOSER("reminder-issued", VALUES["reminder-issued"] | {"fee_cents": 0})
    assert "spese" not in free.body
    assert "0,00" not in free.body


def test_a_plan_lists_each_part_with_its_day() -> None:
    content = COMPOSER("instalment-plan-granted", VALUES["instalment-plan-granted"])
    assert content.facts == (
        ("Rata 1, entro il 31/01/2026", "22,95 €"),
        ("Rata 2, entro il 28/02/2026", "22,96 €"),
        ("Totale", "45,91 €"),
    )
    assert "Prima rata: 22,95 € entro il 31/01/2026" in content.sms


@pytest.mark.parametrize(
    ("balance_cents", "words", "way"),
    [(-510, "Restano da pagare 5,10 €", "Paga quanto resta"), (0, "altro da pagare", "Vedi lo stato contabile")],
)
def test_a_debt_given_up_says_what_remains(balance_cents: int, words: str, way: str) -> None:
    content = COMPOSER("debt-written-off", {"amount_cents": 3000, "balance_cents": balance_cents})
    assert words in content.body
    assert words in content.sms
    assert content.action
    assert content.action.label == way


def test_each_end_of_a_year_says_what_to_do() -> None:
    ends = {name: COMPOSER(name, VALUES[name]) for name in VALUES if name.startswith("year-closed")}
    paths = {name.removeprefix("year-closed-"): end.action.path for name, end in ends.items() if end.action}
    assert paths == {
        "carried-over": "/portale/pagamenti/meals",
        "refund-due": "/portale/pagamenti/rimborso",
        "debt-due": "/portale/pagamenti/meals",
    }
    for end in ends.values():
        assert "42,50 €" in end.body
        assert "42,50 €" in end.sms
        assert "-42,50" not in end.body + end.sms


def test_a_rejection_gives_the_reason_of_the_office() -> None:
    content = COMPOSER("application-rejected", VALUES["application-rejected"])
    assert "Non ci sono più posti sulla linea" in content.body
    assert "Non ci sono più posti sulla linea" in content.sms
    assert content.action == Action(label="Vedi le domande inviate", path="/portale/moduli/inviati")


def test_only_meals_are_prepaid() -> None:
    transport = VALUES["application-accepted"] | {"service": "transport"}
    assert "prepagato" in COMPOSER("application-accepted", VALUES["application-accepted"]).body
    assert "prepagato" not in COMPOSER("application-accepted", transport).body


def test_a_template_that_asks_for_more_than_is_known_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        COMPOSER("communication", {})
    with pytest.raises(TemplateNotFound):
        COMPOSER("never-written", {})


def test_a_municipality_may_use_words_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "balance-finished.j2").write_text(
        "{% block title %}Credito esaurito{% endblock %}{% block body %}Testo.{% endblock %}"
    )
    own = Composer(municipality="Comune", public_url="https://mensa.example", own_words=tmp_path)
    assert own("balance-finished", {}).title == "Credito esaurito"
    assert own("balance-in-debt", VALUES["balance-in-debt"]).title == "Mensa: il conto è in debito"


def test_what_people_write_cannot_become_markup() -> None:
    layout = MailLayout(Letterhead(municipality="Comune", office="Ufficio", public_url="https://mensa.example"))
    content = COMPOSER("communication", {"title": "Menù <b>", "body": "</mj-text><script>alert(1)</script>"})
    dressed = layout.dress(content, "<i>Maria</i>")
    assert "<script" not in dressed.html
    assert "&lt;i&gt;Maria" in dressed.html
    assert "Gentile <i>Maria</i>" in dressed.text


def test_somebody_whose_name_is_not_known_is_greeted_too() -> None:
    layout = MailLayout(Letterhead(municipality="Comune", office="Ufficio", public_url="https://mensa.example"))
    content = COMPOSER("communication", VALUES["communication"])
    assert layout.dress(content, None).text.startswith("Gentile famiglia,")


def test_the_footer_says_who_writes_and_where_to_manage() -> None:
    layout = MailLayout(
        Letterhead(municipality="Comune di Prova", office="Ufficio scuola", public_url="https://m.example")
    )
    dressed = layout.dress(COMPOSER("balance-finished", VALUES["balance-finished"]), "Maria")
    for part in (dressed.text, dressed.html):
        for words in ("Comune di Prova", "Ufficio scuola", "https://m.example/portale/"):
            assert words in part


@pytest.mark.parametrize("is_second", [False, True])
@pytest.mark.parametrize("percent", [0, 35])
@pytest.mark.parametrize("template", ["second-guardian-named", "shares-proposed", "shares-agreed"])
def test_shares_are_told_to_each_of_the_two_and_nothing_is_said_of_none(
    template: str, percent: int, *, is_second: bool
) -> None:
    content = COMPOSER(template, VALUES[template] | {"second_percent": percent, "is_second": is_second})
    assert len(segments(spelled(content.sms), reference=1)) <= 2
    assert ("35%" in content.sms) == (percent == 35)
    assert content.action
    assert content.action.path.startswith("/portale/figli")


@pytest.mark.parametrize("template", ["second-guardian-ended", "second-guardian-withdrawn"])
@pytest.mark.parametrize("ended_by", ["holder", "second", "office", "not-invented-yet"])
@pytest.mark.parametrize("is_second", [False, True])
def test_an_end_says_who_decided_it_if_that_is_known(template: str, ended_by: str, *, is_second: bool) -> None:
    content = COMPOSER(template, {"pupil_id": "pup_1", "ended_by": ended_by, "is_second": is_second})
    assert ("L'ha deciso l'ufficio" in content.body) == (ended_by == "office")
    assert "  " not in content.body
    assert content.action
    assert (content.action.path == "/portale/figli/pup_1/altro-genitore") != is_second


def test_that_an_erasure_was_answered_says_nothing_of_the_answer() -> None:
    content = COMPOSER("erasure-answered", {})
    assert not any(word in str(content).casefold() for word in ("accolt", "accett", "rifiut", "cancellat", "negat"))
    assert content.action == Action(label="Leggi la risposta", path="/portale/profilo/cancellazione")
