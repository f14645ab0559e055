"""Forms posted by pages: read once, and only when the page they come from was ours and made for this session.

The token is a signed double submit: the browser keeps a random cookie, the page carries HMAC(cookie, session). Who can
plant a cookie does not know the session's id, which never reaches a browser; who knows neither can make no token.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request

COOKIE: Final = "__Host-refettorio-form"
FIELD: Final = "form_token"
_COOKIE_BYTES: Final = 32

MOST_FIELDS: Final = 2_000
"""A tariff by school level, minors and ISEE has some hundreds."""


class FormRefusedError(Exception):
    """The form does not come from a page made for this session: it expired, or somebody else wrote it."""


@dataclass(frozen=True, slots=True)
class FormKey:
    """What ties the forms of one browser to one session."""

    cookie: str
    session: str
    is_new: bool

    @property
    def token(self) -> str:
        return hmac.new(self.cookie.encode(), self.session.encode(), hashlib.sha256).hexdigest()

    def matches(self, token: str) -> bool:
        """Whether the page with this token was made for this browser and session."""
        return hmac.compare_digest(self.token.encode(), token.encode())


def form_key(request: Request, session: str) -> FormKey:
    """The key of this browser; a new one when it has none yet."""
    cookie = request.cookies.get(COOKIE, "")
    if cookie:
        return FormKey(cookie, session, is_new=False)
    return FormKey(secrets.token_urlsafe(_COOKIE_BYTES), session, is_new=True)


@dataclass(frozen=True, slots=True)
class PostedForm:
    """The fields of a form whose token was right."""

    fields: FormData

    def text(self, name: str) -> str:
        """The field, trimmed; empty when absent. Files count as absent: no page of ours sends any."""
        value = self.fields.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field that may be given more than once."""
        return tuple(value for value in self.fields.getlist(name) if isinstance(value, str) and value)


async def read_form(request: Request, key: FormKey) -> PostedForm:
    """The posted form. Raises FormRefusedError when its token is missing or made for another session."""
    fields = await request.form(max_files=0, max_fields=MOST_FIELDS)
    token = fields.get(FIELD, "")
    if not (isinstance(token, str) and key.matches(token)):
        raise FormRefusedError
    return PostedForm(fields)
