"""The office enters lines of transport and changes them."""

from tests.support.browserless import Browser
from tests.support.services_double import LINES, ServicesDouble

PAGE = "/ufficio/linee"


async def test_lines_are_shown_with_the_schools_they_serve(clerk: Browser) -> None:
    page = (await clerk.see(PAGE)).text
    assert "Linea verde" in page
    assert '<td data-label="Scuole">Primaria Don Milani</td>' in page
    assert PAGE in (await clerk.see("/ufficio/alunni")).text


async def test_a_line_is_entered(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(PAGE)
    response = await clerk.post(PAGE, line_id="blu", name="Linea blu", schools=["primaria", "infanzia"])
    assert response.headers["location"] == f"{PAGE}?esito=registrata"
    [sent] = services.sent("PUT", f"{LINES}/blu")
    assert sent.body == {"name": "Linea blu", "school_ids": ["primaria", "infanzia"]}


async def test_a_line_is_changed_from_the_list_and_never_by_mistake(clerk: Browser, services: ServicesDouble) -> None:
    opened = (await clerk.see(f"{PAGE}?linea=verde")).text
    assert "Modifica la linea verde" in opened
    assert 'name="line_id"' not in opened
    await clerk.see(PAGE)
    mistaken = await clerk.post(PAGE, line_id="verde", name="Linea blu", schools="primaria")
    assert (mistaken.status_code, 'href="#line_id"' in mistaken.text) == (422, True)
    assert services.sent("PUT", f"{LINES}/verde") == []
    await clerk.post(PAGE, changing="verde", name="Linea del bosco", schools="primaria")
    assert services.sent("PUT", f"{LINES}/verde")[0].body["name"] == "Linea del bosco"


async def test_a_form_that_lacks_something_keeps_what_was_typed(clerk: Browser, services: ServicesDouble) -> None:
    await clerk.see(PAGE)
    answer = await clerk.post(PAGE, line_id="../blu", name="")
    for field in ("line_id", "name", "schools"):
        assert f'href="#{field}"' in answer.text
    assert 'value="../blu"' in answer.text
    assert services.sent("PUT", f"{LINES}/blu") == []
