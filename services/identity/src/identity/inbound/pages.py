"""The few pages identity shows itself: why a sign-in failed, the form that leads to a provider, a door that is shut."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from identity.domain.anomaly import Anomaly

_PAGES: Final = Environment(
    loader=PackageLoader("identity.inbound"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
_UNSHARED: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}


def courtesy_page(anomaly: Anomaly, *, status: int, retry_url: str) -> HTMLResponse:
    """Why the person did not sign in, what to do, and the way to try again."""
    return _page("anomaly.html", status, anomaly=anomaly, retry_url=retry_url)


def provider_form(url: str, form: Mapping[str, str]) -> HTMLResponse:
    """The way to a provider that takes requests by POST alone."""
    return _page("provider_form.html", 200, url=url, form=form)


def closed_door(*, status: int) -> HTMLResponse:
    """Signed in, but this part of the site is for others."""
    return _page("closed_door.html", status)


def _page(name: str, status: int, **values: object) -> HTMLResponse:
    return HTMLResponse(_PAGES.get_template(name).render(**values), status_code=status, headers=_UNSHARED)
