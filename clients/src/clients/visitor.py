"""Who is looking at a page, with what a route needs to answer them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from clients.design.forms import FormKey, PostedForm, form_key, read_form
from clients.design.pages import NO_TROUBLE, ActingShown, Pages, Signed, Trouble
from clients.news import News
from clients.services.directory import Directory, Services
from clients.services.identity import ActingFor, Me
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

    async def page(
        self, template: str, *, trouble: Trouble = NO_TROUBLE, status: int | None = None, **context: object
    ) -> HTMLResponse:
        """The page with their name in the header. Its status says whether there is `trouble`, unless it is given."""
        signed = await self._signed()
        told = status or (HTTPStatus.UNPROCESSABLE_ENTITY if trouble.messages else HTTPStatus.OK)
        today = self.site.today()
        return self.site.pages.page(template, signed=signed, status=told, today=today, trouble=trouble, **context)

    def file(self, made: Download, name: str) -> Response:
        """A file a service made, to keep under `name`; theirs alone like a page."""
        headers = self.site.pages.headers() | {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(made.content, media_type=made.media_type, headers=headers)

    async def _signed(self) -> Signed:
        """Who acts for another is known by the token. Names are an ornament: no page is withheld for them."""
        try:
            me = await self.services.identity.me()
        except ServiceProblem:
            me = Me(id=self.caller.subject)
        by = self.caller.acting
        if by is None:
            return Signed(me.full_name, self.caller.roles, self.key, acting_is_over=self.caller.acting_is_over)
        told = me.acting or ActingFor(capacity=by.capacity)
        shown = ActingShown(for_name=me.full_name, last_day=told.last_day, until=told.until)
        return Signed(told.name, self.caller.roles, self.key, acting=shown, scopes=self.caller.scopes)


@dataclass(frozen=True, slots=True)
class Submission:
    """A form posted by its visitor, checked: the only way into a route that changes something."""

    visitor: Visitor
    form: PostedForm


def visitor_with(*roles: str, acting: str | None = None) -> Callable[..., Awaitable[Visitor]]:
    """Dependency: the person signed in, with one of `roles`; or who acts for them, with the scope `acting`."""

    async def visitor(
        request: Request, caller: Annotated[Caller, Depends(caller_with(*roles, acting=acting))]
    ) -> Visitor:
        site = site_of(request)
        # Made while acting for one person, a form counts for no other.
        key = form_key(request, f"{caller.session} {caller.subject}")
        return Visitor(caller, site, site.directory.for_token(caller.token), key)

    return visitor


def submission_with(*roles: str, acting: str | None = None) -> Callable[..., Awaitable[Submission]]:
    """Dependency: their form. FormRefusedError when the page it comes from was not made for this session."""

    async def submission(
        request: Request, visitor: Annotated[Visitor, Depends(visitor_with(*roles, acting=acting))]
    ) -> Submission:
        return Submission(visitor, await read_form(request, visitor.key))

    submission.checks_form_token = True  # type: ignore[attr-defined] # read by the test that walks every route
    return submission


def see(address: str) -> RedirectResponse:
    """After a form, a page to look at: reloading it sends nothing again."""
    return RedirectResponse(address, status_code=SEE_OTHER, headers={"Cache-Control": "no-store"})


Guardian = Annotated[Visitor, Depends(visitor_with("guardian"))]
GuardianForm = Annotated[Submission, Depends(submission_with("guardian"))]
Family = Annotated[Visitor, Depends(visitor_with("guardian", acting="see"))]
FamilyForm = Annotated[Submission, Depends(submission_with("guardian", acting="see"))]
Payer = Annotated[Visitor, Depends(visitor_with("guardian", acting="pay"))]
PayerForm = Annotated[Submission, Depends(submission_with("guardian", acting="pay"))]
Reader = Annotated[Visitor, Depends(visitor_with("guardian", acting="messages"))]
AtCounter = Annotated[Visitor, Depends(visitor_with("guardian", acting="counter"))]
AtCounterForm = Annotated[Submission, Depends(submission_with("guardian", acting="counter"))]
Clerk = Annotated[Visitor, Depends(visitor_with("office", "administrator"))]
ClerkForm = Annotated[Submission, Depends(submission_with("office", "administrator"))]
OfficeForm = Annotated[Submission, Depends(submission_with("office"))]
Auditor = Annotated[Visitor, Depends(visitor_with("auditor"))]
AuditorForm = Annotated[Submission, Depends(submission_with("auditor"))]
Administrator = Annotated[Visitor, Depends(visitor_with("administrator"))]
AdministratorForm = Annotated[Submission, Depends(submission_with("administrator"))]
