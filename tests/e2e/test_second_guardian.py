"""Two parents agree in their browsers who sees a child and who pays what, on the whole system; then one ends it."""

from http import HTTPStatus

from playwright.async_api import Browser, Page, expect

from tests.e2e.conftest import CLERK, LiveTown
from tests.e2e.test_people import ARRIVES_MS, seen_after_reloading, sign_in
from tests.support.chromium import NARROW, Window, window
from tests.support.waiting import until_true

HOLDER, SECOND = "giulia.ferrari", "marco.bianchi"
HOLDER_NAME, SECOND_NAME = "Giulia Ferrari", "Marco Bianchi"


async def test_two_parents_share_a_child_until_one_ends_it(browser: Browser, live: LiveTown) -> None:
    pupil_id = (await live.enrolled(HOLDER))["pupil"]["pupil_id"]
    async with window(browser, live.gateway) as mother, window(browser, live.gateway, size=NARROW) as father:
        await sign_in(mother, HOLDER)
        await name(mother, live, percent="40")
        await sign_in(father, SECOND)
        await accept(father)
        await until_true(lambda: sees_the_days(live, pupil_id), "days of the child for the other parent")
        await look_at_the_child(father)

        await mother.page.reload()
        await expect(mother.page.get_by_text("il 40\xa0% dei costi")).to_be_visible()
        await end(mother.page, SECOND_NAME)
        await father.page.goto("/portale/figli")
        await expect(father.page.get_by_text(f"con {HOLDER_NAME}")).to_have_count(0)
        assert [*mother.complaints, *father.complaints] == []
        answer = await father.page.goto(f"/portale/figli/{pupil_id}")
        assert answer is not None
        assert answer.status == HTTPStatus.NOT_FOUND
        await until_true(lambda: is_refused_the_days(live, pupil_id), "refusal once it is over")


async def test_shares_are_proposed_accepted_and_ended_by_the_office(browser: Browser, live: LiveTown) -> None:
    pupil_id = (await live.enrolled(HOLDER, child=1))["pupil"]["pupil_id"]
    holder, second = await live.person(HOLDER), await live.person(SECOND)
    enrollment, code = "/api/enrollment/v1", live.citizens[SECOND]["fiscal_code"]
    body = {"fiscal_code": code, "second_percent": 50}
    named = await holder.api("POST", f"{enrollment}/pupils/{pupil_id}/second-guardian", body=body)
    await second.api("POST", f"{enrollment}/second-guardians/{named['second_guardian_id']}/accept")
    page_of_both = f"/portale/figli/{pupil_id}/altro-genitore"
    async with window(browser, live.gateway) as mother, window(browser, live.gateway) as father:
        await sign_in(father, SECOND)
        await father.page.goto(page_of_both)
        await father.page.get_by_label("Quanto pagheresti tu, in percentuale", exact=True).fill("35")
        await father.page.get_by_role("button", name="Invia la proposta").click()
        await expect(father.page.get_by_role("heading", name="La tua proposta")).to_be_visible()

        await sign_in(mother, HOLDER)
        await mother.page.get_by_role("link", name="leggi e rispondi").click()
        await mother.page.get_by_text("Accetta la proposta", exact=True).click()
        await mother.page.get_by_role("button", name="Conferma: accetto le quote").click()
        await expect(mother.page.get_by_text("il 35\xa0% dei costi")).to_be_visible()
        assert await mother.barriers() == []
        await end_by_the_office(mother, live, pupil_id)
        await father.page.goto(page_of_both)
        await expect(father.page.get_by_role("heading", name="Prima")).to_be_visible()
        assert [*mother.complaints, *father.complaints] == []


async def name(mother: Window, live: LiveTown, *, percent: str) -> None:
    page = mother.page
    await page.goto("/portale/figli")
    await page.get_by_role("link", name="Altro genitore").first.click()
    await page.get_by_label("Codice fiscale").fill(live.citizens[SECOND]["fiscal_code"])
    await page.get_by_label("Quanto paga, in percentuale", exact=True).fill(percent)
    await page.get_by_role("button", name="Indica l'altro genitore").click()
    await expect(page.get_by_role("heading", name="In attesa di risposta")).to_be_visible()
    await expect(page.get_by_text(SECOND_NAME)).to_have_count(0)  # until they accept, it is not hers to know
    assert await mother.barriers() == []


async def accept(father: Window) -> None:
    page = father.page
    asked = f"{HOLDER_NAME} ti ha indicato come altro genitore di Luca: pagheresti il 40\xa0% dei costi."
    await seen_after_reloading(page, asked)  # who signs in for the first time is told to enrollment by an event
    await page.locator("summary", has_text="Accetta: altro genitore di Luca").click()
    assert await father.barriers() == []
    await page.get_by_role("button", name="Conferma: accetto").click()
    await expect(page.get_by_text("le quote valgono da domani")).to_be_visible()
    assert (await father.barriers(), await father.overflow_pixels()) == ([], 0)


async def look_at_the_child(father: Window) -> None:
    page = father.page
    await page.goto("/portale/figli")
    await expect(page.get_by_text(f"con {HOLDER_NAME}")).to_be_visible()
    await page.get_by_role("link", name="Presenze di Luca").click()
    await expect(page.get_by_text("pasti consumati")).to_be_visible(timeout=ARRIVES_MS)


async def end(page: Page, other: str) -> None:
    await page.get_by_text(f"Non condividere più con {other}").click()
    await page.get_by_role("button", name="Conferma la fine").click()
    await expect(page.get_by_text("da domani i costi non si dividono")).to_be_visible()


async def end_by_the_office(mother: Window, live: LiveTown, pupil_id: str) -> None:
    clerk = mother.page.context.browser
    assert clerk is not None
    async with window(clerk, live.gateway) as office:
        page = office.page
        await sign_in(office, CLERK)
        await page.goto(f"/ufficio/alunni/{pupil_id}")
        await page.locator("summary", has_text=f"Termina: altro genitore, {SECOND_NAME}").click()
        box = page.get_by_role("region", name=SECOND_NAME)
        await box.get_by_label("Motivo della fine").fill("Provvedimento del Tribunale di Cremona")
        await box.get_by_label("Confermo").check()
        assert await office.barriers() == []
        await box.get_by_role("button", name="Conferma e termina").click()
        await expect(page.get_by_text("l'altro genitore non vede l'alunno")).to_be_visible()
        assert office.complaints == []


async def sees_the_days(live: LiveTown, pupil_id: str) -> bool:
    return await _status_of_days(live, pupil_id) == HTTPStatus.OK


async def is_refused_the_days(live: LiveTown, pupil_id: str) -> bool:
    return await _status_of_days(live, pupil_id) in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}


async def _status_of_days(live: LiveTown, pupil_id: str) -> int:
    day = live.today.isoformat()
    second = await live.person(SECOND)
    return (await second.call("GET", f"/api/attendance/v1/pupils/{pupil_id}/days?from={day}&to={day}")).status_code
