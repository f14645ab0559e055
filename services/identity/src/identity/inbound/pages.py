"""The few pages identity shows itself: why a sign-in failed, the way to a provider, a door that is shut."""

from __future__ import annotations

from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from identity.domain.anomaly import Anomaly
from identity.usecases.ports import BrowserMessage

_PAGES: Final = Environment(
    loader=PackageLoader("identity.inbound"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
_UNSHARED: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}


def courtesy_page(anomaly: Anomaly, *, status: int, retry_url: str) -> HTMLResponse:
    """Why the person did not sign in, what to do, and the way to try again."""
    return _page("anomaly.html", status, anomaly=anomaly, retry_url=retry_url)


def carried_by_browser(message: BrowserMessage) -> Response:
    """The way to a provider with a message of ours: a redirect, or a form that sends itself where scripts run."""
    if message.form is None:
        # 302: what browsers and AgID's checker expect; a 307 would repeat a POST.
        return RedirectResponse(message.url, status_code=302, headers=_UNSHARED)
    return _page("provider_form.html", 200, url=message.url, form=message.form)


def signed_out_here(*, status: int, is_sure: bool) -> HTMLResponse:
    """The session here is over; `is_sure` whether the provider was heard, although not all of its sessions ended."""
    return _page("signed_out_here.html", status, is_sure=is_sure)


def closed_door(*, status: int) -> HTMLResponse:
    """Signed in, but this part of the site is for others."""
    return _page("closed_door.html", status)


def _page(name: str, status: int, **values: object) -> HTMLResponse:
    return HTMLResponse(_PAGES.get_template(name).render(**values), status_code=status, headers=_UNSHARED)
