"""Who is looking at a page, with what a route needs to answer them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from clients.design.forms import FormKey, PostedForm, form_key, read_form
from clients.design.pages import Pages, Signed
from clients.news import News
from clients.services.directory import Directory, Services
from clients.services.transport import Download, ServiceProblem
from refettorio_chassis.auth import Caller, caller_with
from refettorio_chassis.clock import Clock, rome_day

SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class Site:
    """What all routes share; made in `wiring`, kept in `app.state.site`."""

    pages: Pages
    directory: Directory
    clock: Clock
    news: News
    public_url: str

    def today(self) -> date:
        """The day on the municipality's calendar."""
        return rome_day(self.clock.now())


def site_of(request: Request) -> Site:
    """The site of this process."""
    site: Site = request.app.state.site
    return site


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person signed in, and the services as they may see them."""

    caller: Caller
    site: Site
    services: Services
    key: FormKey

    async def page(self, template: str, *, status: int = 200, **context: object) -> HTMLResponse:
        """The page with their name in the header."""
        signed = Signed(await self._name(), self.caller.roles, self.key)
        return self.site.pages.page(template, signed=signed, status=status, today=self.site.today(), **context)

    def file(self, made: Download, name: str) -> Response:
        """A file a service made, to keep under `name`; theirs alone like a page."""
        headers = self.site.pages.headers() | {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(made.content, media_type=made.media_type, headers=headers)

    async def _name(self) -> str:
        try:
            return (await self.services.identity.me()).full_name
        except ServiceProblem:
            # The name is an ornament: a page whose own data are there is not withheld for it.
            return ""


@dataclass(frozen=True, slots=True)
class Submission:
    """A form posted by its visitor, checked: the only way into a route that changes something."""

    visitor: Visitor
    form: PostedForm


def visitor_with(*roles: str) -> Callable[..., Awaitable[Visitor]]:
    """Dependency: the person signed in, with one of `roles`."""

    async def visitor(request: Request, caller: Annotated[Caller, Depends(caller_with(*roles))]) -> Visitor:
        site = site_of(request)
        return Visitor(caller, site, site.directory.for_token(caller.token), form_key(request, caller.session))

    return visitor


def submission_with(*roles: str) -> Callable[..., Awaitable[Submission]]:
    """Dependency: their form. FormRefusedError when the page it comes from was not made for this session."""

    async def submission(request: Request, visitor: Annotated[Visitor, Depends(visitor_with(*roles))]) -> Submission:
        return Submission(visitor, await read_form(request, visitor.key))

    submission.checks_form_token = True  # type: ignore[attr-defined] # read by the test that walks every route
    return submission


def see(address: str) -> RedirectResponse:
    """After a form, a page to look at: reloading it sends nothing again."""
    return RedirectResponse(address, status_code=SEE_OTHER, headers={"Cache-Control": "no-store"})


Guardian = Annotated[Visitor, Depends(visitor_with("guardian"))]
GuardianForm = Annotated[Submission, Depends(submission_with("guardian"))]
Clerk = Annotated[Visitor, Depends(visitor_with("office", "administrator"))]
ClerkForm = Annotated[Submission, Depends(submission_with("office", "administrator"))]
Administrator = Annotated[Visitor, Depends(visitor_with("administrator"))]
AdministratorForm = Annotated[Submission, Depends(submission_with("administrator"))]
