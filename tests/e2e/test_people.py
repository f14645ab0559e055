"""Families, clerks and the canteen in real browsers, through the gateway, on the whole system."""

from playwright.async_api import Browser, Page, expect

from tests.e2e.conftest import CLASS, CLERK, PRICE_CENTS, LiveTown
from tests.support.chromium import NARROW, Window, window

# A credit crosses three services and Kafka before a page can show it; the machine may be busy.
ARRIVES_MS = 60_000


async def sign_in(seen: Window, citizen: str, scheme: str = "SPID") -> None:
    """As people do: the button, the provider, the citizen of the simulator, and back."""
    page = seen.page
    await page.goto("/")
    await page.locator(".providers > *").filter(has_text=f"Entra con {scheme}").first.click()
    if scheme == "SPID":  # CIE has one provider, so its button leads there at once
        await page.locator("details[open] li a").first.click()
    await page.locator(f"button[name=citizen][value='{citizen}']").click()
    await expect(page.get_by_role("heading", name="Area personale")).to_be_visible(timeout=ARRIVES_MS)


async def seen_after_reloading(page: Page, text: str) -> None:
    """A page as it will be once events have arrived."""

    async def look() -> None:
        await page.reload()
        await expect(page.get_by_text(text).first).to_be_visible(timeout=1000)

    deadline = ARRIVES_MS // 1000
    for attempt in range(deadline):
        try:
            await look()
        except AssertionError:
            if attempt == deadline - 1:
                raise
        else:
            return


async def test_a_guardian_signs_in_with_spid_and_leaves(browser: Browser, live: LiveTown) -> None:
    async with window(browser, live.gateway) as seen:
        await sign_in(seen, "paolo.rossi")
        assert await seen.barriers() == []
        await seen.page.get_by_text("Paolo Rossi").click()
        await seen.page.get_by_role("button", name="Esci").click()
        await expect(seen.page.get_by_text("Accedi all'area personale")).to_be_visible()

        await seen.page.goto("/portale/pagamenti")
        await expect(seen.page.get_by_role("heading", name="Accedi all'area personale")).to_be_visible()
        assert "next=" in seen.page.url
        assert seen.complaints == []


async def test_a_family_applies_the_office_accepts_and_the_family_sees_it(browser: Browser, live: LiveTown) -> None:
    answers = live.answers("amina.elidrissi")
    async with window(browser, live.gateway) as family, window(browser, live.gateway) as office:
        await sign_in(family, "amina.elidrissi", "CIE")
        page = family.page
        await page.goto(f"/portale/moduli/compila/{live.form_id}")
        await page.get_by_label("Ho letto l'informativa").check()
        await page.get_by_role("button", name="Avanti").last.click()
        for name in ("pupil_given_name", "pupil_family_name", "pupil_fiscal_code", "pupil_birth_date"):
            await page.locator(f"#{name}").fill(str(answers[name]))
        await page.get_by_role("button", name="Avanti").last.click()
        await page.get_by_label("Scuola").select_option(label="Primaria di prova")
        await page.get_by_label("Classe").select_option(CLASS)
        await page.get_by_role("button", name="Avanti").last.click()
        await page.get_by_role("button", name="Invia la domanda").click()
        await expect(page.get_by_text("La domanda è stata inviata")).to_be_visible()

        await sign_in(office, CLERK)
        name = f"{answers['pupil_given_name']} {answers['pupil_family_name']}"
        await office.page.goto("/ufficio/?stato=submitted")
        await office.page.get_by_role("link", name=name).click()
        await office.page.get_by_role("button", name="Prendi in carico").click()
        await expect(office.page.get_by_text("La domanda è in verifica.")).to_be_visible()
        await office.page.get_by_text("Accetta", exact=True).click()
        await office.page.get_by_role("button", name="Conferma l'accettazione").click()
        await expect(office.page.get_by_text("La domanda è stata accettata")).to_be_visible()
        assert await office.barriers() == []

        await page.reload()
        await expect(page.get_by_text("Modulo accettato").first).to_be_visible()
        assert [*family.complaints, *office.complaints] == []


async def test_a_tap_on_the_tablet_is_a_meal_on_the_familys_statement(browser: Browser, live: LiveTown) -> None:
    application = await live.enrolled("nicolo.deluca")
    pupil_id = application["pupil"]["pupil_id"]
    async with (
        window(browser, live.gateway) as office,
        window(browser, live.gateway, size=NARROW) as tablet,
        window(browser, live.gateway) as family,
    ):
        await sign_in(office, CLERK)
        await open_class_on_tablet(office.page, tablet.page, pupil_id)
        await tablet.page.locator(f"[data-pupil='{pupil_id}']").get_by_role("button", name="Presente").click()
        await expect(tablet.page.locator("[data-count=present]")).not_to_have_text("0")

        await sign_in(family, "nicolo.deluca")
        await family.page.goto("/portale/pagamenti/meals")
        await seen_after_reloading(family.page, "Pasto del")
        await family.page.get_by_text("Perché ho pagato?").first.click()
        await expect(family.page.get_by_text("D.G.C. 42 di prova").first).to_be_visible()
        await expect(family.page.get_by_text(f"-{PRICE_CENTS // 100},{PRICE_CENTS % 100}").first).to_be_visible()
        await family.page.goto("/portale/figli")
        await family.page.get_by_role("link", name="Presenze di").first.click()
        await expect(family.page.get_by_text("1 pasti consumati")).to_be_visible()
        assert await family.barriers() == []
        assert [*office.complaints, *tablet.complaints, *family.complaints] == []


async def open_class_on_tablet(office: Page, tablet: Page, pupil_id: str) -> None:
    """The office makes a code, the tablet takes it, the class is opened once its roster has arrived."""
    await office.goto("/ufficio/tablet")
    await office.get_by_label("Nome").fill("Mensa di prova")
    await office.get_by_label("1A", exact=True).check()
    await office.get_by_role("button", name="Crea il codice di abbinamento").click()
    code = await office.locator("[data-pairing-code]").inner_text()
    await tablet.goto("/tablet/")
    await tablet.get_by_label("Codice di abbinamento").fill(code)
    await tablet.get_by_role("button", name="Abbina").click()
    await open_by_operator(office, tablet)
    await expect(tablet.get_by_role("heading", name="Scegli la classe")).to_be_visible()
    await tablet.goto(f"/tablet/#/classe/{CLASS}")
    row = tablet.locator(f"[data-pupil='{pupil_id}']")
    # The page asks again by itself every fifteen seconds.
    await expect(row).to_be_visible(timeout=ARRIVES_MS)


async def open_by_operator(office: Page, tablet: Page) -> None:
    """The office gives the cook a code; with it she chooses a PIN on the tablet, which opens."""
    await office.goto("/ufficio/tablet/operatori")
    await office.locator("summary", has_text="Nuovo codice").click()
    await office.get_by_role("button", name="Crea il codice", exact=True).click()
    code = await office.locator("[data-operator-code]").inner_text()
    await tablet.get_by_role("button", name="Teresa C.").click()
    await tablet.get_by_label("Codice dell'ufficio").fill(code)
    await tablet.get_by_label("Codice operatore", exact=True).fill("274951")
    await tablet.get_by_label("Ripeti il codice operatore").fill("274951")
    await tablet.get_by_role("button", name="Scegli e apri").click()


async def test_marks_made_without_network_arrive_when_it_is_back(browser: Browser, live: LiveTown) -> None:
    application = await live.enrolled("karim.benali")
    pupil_id = application["pupil"]["pupil_id"]
    async with window(browser, live.gateway) as office, window(browser, live.gateway, size=NARROW) as tablet:
        await sign_in(office, CLERK)
        page = tablet.page
        await open_class_on_tablet(office.page, page, pupil_id)
        await page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        await page.context.set_offline(offline=True)
        await page.locator(f"[data-pupil='{pupil_id}']").get_by_role("button", name="Presente").click()
        await page.reload()
        await expect(page.locator("#queue")).to_have_text("1 presenza da inviare")
        await page.context.set_offline(offline=False)
        await expect(page.locator("#queue")).to_have_text("Tutto inviato", timeout=ARRIVES_MS)

        day = live.today.isoformat()
        await office.page.goto(f"/ufficio/presenze?classe={CLASS}&giorno={day}")
        child = live.answers("karim.benali")
        row = office.page.get_by_role("row", name=f"{child['pupil_family_name']} {child['pupil_given_name']}")
        await expect(row).to_contain_text("Presente")


async def test_a_card_payment_is_credited_by_its_receipt(browser: Browser, live: LiveTown) -> None:
    await live.enrolled("laura.pellegrini")
    async with window(browser, live.gateway) as seen:
        page = seen.page
        await sign_in(seen, "laura.pellegrini")
        await page.goto("/portale/pagamenti/meals/ricarica")
        await page.get_by_label("Importo in euro").fill("37,50")
        await page.get_by_role("button", name="Paga con carta").click()
        await page.get_by_role("button", name="Paga").first.click()
        await expect(page.get_by_role("heading", name="Pagamento")).to_be_visible(timeout=ARRIVES_MS)
        assert page.url.startswith(f"{live.gateway}/portale/pagamenti/meals/esito")

        await seen_after_reloading(page, "Pagamento ricevuto")
        await page.goto("/portale/pagamenti/meals")
        await expect(page.get_by_text("37,50\xa0€").first).to_be_visible()
        assert seen.complaints == []


async def test_a_notice_comes_with_its_letter(browser: Browser, live: LiveTown) -> None:
    await live.enrolled("stefano.mori")
    async with window(browser, live.gateway) as seen:
        page = seen.page
        await sign_in(seen, "stefano.mori")
        await page.goto("/portale/pagamenti/meals/ricarica")
        await page.get_by_label("Importo in euro").fill("20")
        await page.get_by_role("button", name="Genera avviso di pagamento").click()
        await expect(page.get_by_text("Avviso di pagamento generato.")).to_be_visible()
        async with page.expect_download() as downloading:
            await page.get_by_role("link", name="Scarica l'avviso").click()
        letter = await (await downloading.value).path()

        assert letter.read_bytes().startswith(b"%PDF-")
        assert await seen.barriers() == []


async def test_a_communication_of_the_office_reaches_the_portal(browser: Browser, live: LiveTown) -> None:
    await live.enrolled("silvia.brambilla")
    async with window(browser, live.gateway) as office, window(browser, live.gateway) as family:
        await sign_in(family, "silvia.brambilla")
        await sign_in(office, CLERK)
        await office.page.goto("/ufficio/comunicazioni")
        await office.page.get_by_label("Destinatari").select_option(f"class:{CLASS}")
        await office.page.get_by_label("Titolo").fill("Menù di ottobre")
        await office.page.get_by_label("Testo").fill("Il menù nuovo vale da lunedì.")
        publish = office.page.get_by_role("button", name="Pubblica")
        await expect(publish).to_be_enabled()
        await publish.click()
        await expect(office.page.get_by_text("La comunicazione è stata pubblicata.")).to_be_visible(timeout=ARRIVES_MS)

        await family.page.goto("/portale/comunicazioni")
        await seen_after_reloading(family.page, "Il menù nuovo vale da lunedì.")
        assert await family.barriers() == []


async def test_the_office_is_closed_to_families(browser: Browser, live: LiveTown) -> None:
    async with window(browser, live.gateway) as seen:
        await sign_in(seen, "irene.costa")
        answer = await seen.page.goto("/ufficio/")

        assert answer is not None
        assert answer.status == 403
        await expect(seen.page.get_by_text("riservata al personale del Comune")).to_be_visible()


async def test_a_form_posted_by_another_site_is_refused(browser: Browser, live: LiveTown) -> None:
    async with window(browser, live.gateway) as seen:
        await sign_in(seen, "andrea.longhi")
        answer = await seen.page.request.post(
            "/portale/pagamenti/meals/ricarica",
            form={"amount": "10", "action": "notice"},
            headers={"origin": "https://altro.example", "sec-fetch-site": "cross-site"},
            max_redirects=0,
        )

        assert answer.status == 403
