"""A holder sees who of the office read their account, and takes all of it away."""

from ledger.usecases.charge_meals import charge_meals
from tests.integration.ledger.test_http import API, AUDITOR, GUARDIAN, OFFICE, OTHER, call
from tests.integration.ledger.test_rating import DECLARED
from tests.support.ledger_scenarios import meal, priced
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
