"""The tablet's shell: a page, its manifest, its service worker, and the clock it sets itself by."""

import json
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from clients.visitor import Site, site_of
from refettorio_chassis.auth import open_to_all

router = APIRouter(prefix="/tablet", dependencies=[Depends(open_to_all)], include_in_schema=False)
TheSite = Annotated[Site, Depends(site_of)]

SHELL = "/tablet/"
# What the page loads; the service worker keeps all of it, so that the page opens without network.
PARTS = (
    "tablet/",
    "design/css/fonts.css",
    "design/vendor/idb/index.js",
    "design/vendor/bootstrap-italia/fonts/titillium-web-v10-latin-ext_latin-regular.woff2",
    "design/vendor/bootstrap-italia/fonts/titillium-web-v10-latin-ext_latin-600.woff2",
    "design/vendor/bootstrap-italia/fonts/titillium-web-v10-latin-ext_latin-700.woff2",
)
WORKER = "tablet/worker.js"


@router.get("")
async def shell_without_slash() -> RedirectResponse:
    """The worker's scope ends with a slash: the page must be inside it."""
    return RedirectResponse(SHELL)


@router.get("/")
async def shell(site: TheSite) -> HTMLResponse:
    """The page; everything else on it is the work of its modules."""
    return site.pages.page("tablet/shell.html")


@router.get("/manifest.webmanifest")
async def manifest(site: TheSite) -> Response:
    """What makes the page installable."""
    icon = {"src": site.pages.assets.url("tablet/icons/icon.svg"), "sizes": "any", "type": "image/svg+xml"}
    body = {
        "id": SHELL,
        "name": f"Presenze mensa - {site.pages.municipality.name}",
        "short_name": "Presenze",
        "lang": "it",
        "start_url": SHELL,
        "scope": SHELL,
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0059b3",
        "icons": [icon | {"purpose": "any"}, icon | {"purpose": "maskable"}],
    }
    return Response(json.dumps(body), media_type="application/manifest+json", headers={"Cache-Control": "no-cache"})


@router.get("/worker.js")
async def worker(site: TheSite) -> Response:
    """The service worker with the list of what it keeps: another list is another worker, and browsers update it."""
    assets = site.pages.assets
    kept = [SHELL, "/tablet/manifest.webmanifest", *(url for part in PARTS for url in assets.under(part))]
    head = f"self.SHELL = {json.dumps({'version': assets.fingerprint, 'addresses': kept})};\n"
    content = head.encode() + assets.files[WORKER].content
    headers = {"Cache-Control": "no-cache", "Content-Security-Policy": "default-src 'self'"}
    return Response(content, media_type="text/javascript; charset=utf-8", headers=headers)


@router.get("/clock")
async def clock(site: TheSite) -> JSONResponse:
    """The municipality's time: tells a tablet that the network is really there, and what day it is."""
    body = {"now": site.clock.now().isoformat(), "day": site.today().isoformat()}
    return JSONResponse(body, headers={"Cache-Control": "no-store"})
