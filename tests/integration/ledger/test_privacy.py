"""A holder sees who of the office read their account, and takes all of it away."""

from ledger.usecases.charge_meals import charge_meals
from ledger.usecases.credit_receipt import credit_receipt
from ledger.usecases.follow_merge import know_merge
from ledger.usecases.issue_notice import issue_notice
from ledger.usecases.keep_receipt import keep_receipt
from ledger.usecases.open_balance import open_balance
from tests.integration.ledger.test_http import API, AUDITOR, GUARDIAN, OFFICE, OTHER, call
from tests.integration.ledger.test_rating import DECLARED
from tests.support.ledger_anomaly_scenarios import STRANGER
from tests.support.ledger_scenarios import meal, priced, receipt
from tests.support.ledger_stage import Stage

ACCOUNT = f"{API}/accounts/gua_1"


async def whats(stage: Stage, who: tuple[str, ...]) -> list[tuple[str, str]]:
    log = await call(stage, who, "GET", f"{API}/me/access-log")
    assert log.status_code == 200, log.text
    return sorted((each["role"], each["what"]) for each in log.json()["items"])


async def test_reading_an_account_a_statement_and_an_isee_is_written_down(stage: Stage) -> None:
    await priced(stage, 452)
    await stage.run(charge_meals, [meal(1)])
    notice = await call(stage, GUARDIAN, "POST", f"{API}/notices", json={"amount_cents": 5000, "service": "meals"})
    number = notice.json()["notice_number"]
    await call(stage, GUARDIAN, "GET", f"{API}/notices/{number}")
    for path in (ACCOUNT, f"{ACCOUNT}/statement.csv", f"{ACCOUNT}/declarations", f"{API}/notices/{number}"):
        assert (await call(stage, OFFICE, "GET", path)).status_code == 200
    assert (await call(stage, AUDITOR, "GET", f"{ACCOUNT}/declarations")).status_code == 403
    assert (await call(stage, OFFICE, "GET", f"{API}/accounts/gua_nobody")).status_code == 404
    assert await whats(stage, GUARDIAN) == [
        ("office", "account-read"),
        ("office", "declarations-read"),
        ("office", "notice-read"),
        ("office", "statement-read"),
    ]
    assert await whats(stage, OTHER) == []


async def test_a_holder_takes_away_movements_notices_and_declarations(stage: Stage) -> None:
    await priced(stage, 452)
    await stage.run(charge_meals, [meal(1)])
    assert (await call(stage, OFFICE, "PUT", f"{ACCOUNT}/declarations/d-1", json=DECLARED)).status_code == 200
    await call(stage, GUARDIAN, "POST", f"{API}/notices", json={"amount_cents": 5000, "service": "meals"})
    own = (await call(stage, GUARDIAN, "GET", f"{API}/me/export")).json()
    assert (own["account"]["balance_cents"], len(own["movements"]), len(own["notices"])) == (-452, 1, 1)
    assert own["declarations"][0]["isee_cents"] == DECLARED["isee_cents"]
    assert [each["what"] for each in own["accesses"]] == ["declaration.registered"]
    others = (await call(stage, OTHER, "GET", f"{API}/me/export")).json()
    assert [others[name] for name in ("movements", "notices", "declarations", "refunds", "accesses")] == [[]] * 5


async def test_a_holder_reads_of_credit_moved_and_takes_away_what_was_decided_about_a_debt(stage: Stage) -> None:
    await stage.run(open_balance, account_id="gua_1", amount_cents=-5_000, reason="riporto")
    await stage.run(open_balance, account_id="gua_2", amount_cents=2_000, reason="riporto")
    exempt = {"until": "2026-06-30", "reason": "Servizi sociali"}
    assert (await call(stage, OFFICE, "POST", f"{ACCOUNT}/exemptions", json=exempt)).status_code == 201
    move = {"from_account": "gua_2", "to_account": "gua_1", "amount_cents": 1_000, "reason": "Fratelli"}
    assert (await call(stage, OFFICE, "POST", f"{API}/transfers", json=move)).status_code == 201
    assert await whats(stage, OTHER) == [("office", "move-credit")]
    assert await whats(stage, GUARDIAN) == [("office", "grant-exemption"), ("office", "move-credit")]
    own = (await call(stage, GUARDIAN, "GET", f"{API}/me/export")).json()
    assert [(each["kind"], each["reason"]) for each in own["arrangements"]] == [("exemption", "Servizi sociali")]


async def test_a_holder_reads_what_was_decided_about_a_payment_of_theirs(stage: Stage) -> None:
    notice = await stage.run(issue_notice, account_id="gua_1", amount_cents=5000, service="meals")
    for receipt_id in ("rt-1", "rt-2"):
        await stage.run(keep_receipt, receipt(notice.number, 5000, receipt_id=receipt_id))
        await stage.run(credit_receipt, receipt_id)
    await stage.run(keep_receipt, receipt(STRANGER, 900, receipt_id="rt-3"))
    await stage.run(open_balance, account_id="gua_2", amount_cents=-900, reason="riporto")
    attach = {"action": "attach", "reason": "Riconosciuto", "account_id": "gua_2", "service": "meals"}
    for anomaly_id, body in (("rt-2", {"action": "leave-as-credit", "reason": "Lo tiene"}), ("rt-3", attach)):
        done = await call(stage, OFFICE, "POST", f"{API}/anomalies/{anomaly_id}/resolve", json=body)
        assert done.status_code == 200, done.text
        assert await whats(stage, GUARDIAN) == [("office", "resolve-anomaly")]
    assert await whats(stage, OTHER) == [("office", "resolve-anomaly")]
    assert await whats(stage, ("gua_3", "guardian")) == []


async def test_what_is_kept_on_a_merged_account_is_told_with_the_kept_one(stage: Stage) -> None:
    await stage.run(open_balance, account_id="gua_1", amount_cents=-5_000, reason="riporto")
    exempt = {"until": "2026-06-30", "reason": "Servizi sociali"}
    assert (await call(stage, OFFICE, "POST", f"{ACCOUNT}/exemptions", json=exempt)).status_code == 201
    assert (await call(stage, OFFICE, "GET", ACCOUNT)).status_code == 200
    before = (await call(stage, GUARDIAN, "GET", f"{API}/me/export")).json()
    await stage.run(know_merge, "gua_1", into="gua_2")
    own = (await call(stage, OTHER, "GET", f"{API}/me/export")).json()
    assert own["accesses"] == before["accesses"]
    assert await whats(stage, OTHER) == [("office", "account-read"), ("office", "grant-exemption")]
    [merged] = own["merged_accounts"]
    for name in ("account", "movements", "arrangements"):
        assert merged[name] == before[name] != []
    assert (own["account"]["account_id"], own["movements"]) == ("gua_2", [])
