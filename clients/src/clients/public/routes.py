"""Home, sign-in, news, documents, privacy, accessibility, and the files for the browser."""

from datetime import date
from random import SystemRandom
from typing import Annotated, Final

from fastapi import APIRouter, Depends, HTTPException, Query
from starlette.responses import HTMLResponse, RedirectResponse, Response

from clients.design.assets import BRIEFLY, FOR_EVER
from clients.services.identity import IdentityProvider
from clients.services.transport import ServiceProblem
from clients.visitor import Site, site_of
from refettorio_chassis.auth import open_to_all

router = APIRouter(dependencies=[Depends(open_to_all)], include_in_schema=False)
TheSite = Annotated[Site, Depends(site_of)]
HOME_AFTER_SIGN_IN = "/portale/"
LEVEL_TOO_LOW = "livello"
NOT_FOUND = 404
PRIVACY_VERSIONS: Final = {1: date(2025, 7, 1), 2: date(2026, 11, 26)}
"""From which day on (Europe/Rome) each is in force, as identity has it; its template never changes once it was."""
SHARED_STYLES = ("design/css/fonts.css", "design/css/site.css")


@router.get("/")
async def home(site: TheSite) -> HTMLResponse:
    """What the service is, how to sign in, the news."""
    providers = await _providers(site)
    return site.pages.page("public/home.html", providers=providers, news=site.news.news, next=HOME_AFTER_SIGN_IN)


@router.get("/accedi")
async def sign_in(
    site: TheSite,
    destination: Annotated[str, Query(alias="next", max_length=500)] = "",
    reason: Annotated[str, Query(alias="motivo", max_length=20)] = "",
) -> HTMLResponse:
    """The choice of SPID or CIE; `next`: where the person wanted to go; `motivo`: why to sign in again."""
    return site.pages.page(
        "public/sign_in.html",
        providers=await _providers(site),
        next=own_address(destination),
        wants_higher_level=reason == LEVEL_TOO_LOW,
    )


@router.get("/notizie")
async def news(site: TheSite) -> HTMLResponse:
    """All news in full."""
    return site.pages.page("public/news.html", news=site.news.news)


@router.get("/documenti")
async def documents(site: TheSite) -> HTMLResponse:
    """Documents to read or download."""
    return site.pages.page("public/documents.html", documents=site.news.documents)


@router.get("/privacy")
async def privacy(site: TheSite) -> HTMLResponse:
    """What happens to personal data."""
    return _privacy_page(site, _privacy_in_force(site.today()))


@router.get("/privacy/{number}")
async def privacy_version(site: TheSite, number: int) -> HTMLResponse:
    """The notice as it stood in one version: what somebody was told stays to be read."""
    if number not in PRIVACY_VERSIONS:
        raise HTTPException(NOT_FOUND)
    return _privacy_page(site, number)


@router.get("/accessibilita")
async def accessibility(site: TheSite) -> HTMLResponse:
    """The statement the law asks for."""
    return site.pages.page("public/accessibility.html")


@router.get("/assets/refettorio.css")
async def shared_style(site: TheSite) -> Response:
    """The look of the site under an address that does not change, for the few pages of other services."""
    urls = (site.pages.assets.url(path) for path in SHARED_STYLES)
    content = "".join(f'@import url("{url}");\n' for url in urls)
    return Response(content, media_type="text/css", headers={"Cache-Control": BRIEFLY})


@router.get("/assets/bootstrap-italia/{path:path}")
async def shared_design_system(path: str, site: TheSite) -> RedirectResponse:
    """Bootstrap Italia under an address that does not change, for the same pages."""
    found = f"design/vendor/bootstrap-italia/{path}"
    if found not in site.pages.assets.files:
        raise HTTPException(NOT_FOUND)
    return RedirectResponse(site.pages.assets.url(found), headers={"Cache-Control": BRIEFLY})


@router.get("/assets/{fingerprint}/{path:path}")
async def asset(fingerprint: str, path: str, site: TheSite) -> Response:
    """A file for the browser. An old fingerprint gets today's file, but only briefly: its page is older than we are."""
    assets = site.pages.assets
    found = assets.files.get(path)
    if found is None:
        raise HTTPException(NOT_FOUND)
    caching = FOR_EVER if fingerprint == assets.fingerprint else BRIEFLY
    headers = {"Cache-Control": caching, "X-Content-Type-Options": "nosniff"}
    return Response(found.content, media_type=found.media_type, headers=headers)


@router.get("/favicon.ico")
async def icon(site: TheSite) -> RedirectResponse:
    """Browsers ask for it by this name, whatever the page says."""
    return RedirectResponse(site.pages.assets.url("design/img/icon.svg"), headers={"Cache-Control": BRIEFLY})


def own_address(destination: str) -> str:
    """An address of this site, or the area's home: sign-in must not become a way to send people elsewhere."""
    is_ours = destination.startswith("/") and not destination.startswith(("//", "/\\"))
    has_no_tricks = is_ours and destination.isprintable() and "\\" not in destination
    return destination if has_no_tricks else HOME_AFTER_SIGN_IN


def _privacy_in_force(today: date) -> int:
    """The version to read today; before the first, the first."""
    return max(
        (number for number, begins in PRIVACY_VERSIONS.items() if begins <= today), default=min(PRIVACY_VERSIONS)
    )


def _privacy_page(site: Site, number: int) -> HTMLResponse:
    """`begins`: the day of a version that is still to come, else None."""
    in_force, begins = _privacy_in_force(site.today()), PRIVACY_VERSIONS[number]
    return site.pages.page(
        f"public/privacy-{number}.html",
        number=number,
        is_latest=number == in_force,
        begins=begins if number > in_force else None,
    )


async def _providers(site: Site) -> tuple[IdentityProvider, ...]:
    """In an order of chance, another at each visit: AgID wants none of them favoured."""
    try:
        found = await site.directory.for_token("").identity.providers()
    except ServiceProblem:
        # The home page has other things to say; its menus explain that signing in is not possible now.
        return ()
    return tuple(SystemRandom().sample(found, len(found)))
