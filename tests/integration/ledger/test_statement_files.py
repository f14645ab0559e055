"""Files over HTTP on the real store; names come with accepted applications."""

from ledger.domain.creditor import Holder
from ledger.outbound.pupil_names import PupilNameStore
from ledger.usecases.charge_meals import charge_meals
from ledger.usecases.know_holder import know_holder
from refettorio_chassis.transaction import Transaction
from tests.support.ledger_scenarios import meal, priced
from tests.support.ledger_stage import Stage

API = "/api/ledger/v1"


async def test_a_holder_takes_home_their_own_and_the_office_any(stage: Stage) -> None:
    await priced(stage)
    await stage.run(know_holder, Holder(account_id="gua_1", fiscal_code="SPSMRA80A01F205X", full_name="Maria Esposito"))
    await stage.run(charge_meals, [meal(1)])

    async def name(transaction: Transaction) -> None:
        await PupilNameStore(transaction).keep_name("pup_1", given_name="Anna", family_name="Esposito")

    await stage.wiring.base.transactions.run(name, name="name")
    async with stage.client("gua_1", "guardian") as family, stage.client("stf_1", "office") as clerk:
        sheet = await family.get(f"{API}/account/statement.csv")
        assert sheet.headers["content-type"].startswith("text/csv")
        assert "Anna Esposito;-5,10;-5,10" in sheet.text
        assert (await clerk.get(f"{API}/accounts/gua_1/statement.csv")).text == sheet.text
        for path in ("account/statement.pdf?from=2025-10-01", "account/certificates/2025.pdf?pupil_id=pup_1"):
            printed = await family.get(f"{API}/{path}")
            assert (printed.status_code, printed.content[:5]) == (200, b"%PDF-")
        assert (await clerk.get(f"{API}/accounts/gua_1/certificates/2025.pdf")).content[:5] == b"%PDF-"
        assert (await clerk.get(f"{API}/accounts/gua_none/statement.pdf")).status_code == 404
        assert (await family.get(f"{API}/accounts/gua_2/statement.csv")).status_code == 403
