"""Paying in instalments, as pages ask for it: how much, in how many months, from which day."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date

from clients.design.formats import cents_from, day_from
from clients.design.forms import PostedForm
from clients.design.pages import NO_TROUBLE, Message, Trouble, trouble_from
from clients.services.instalments import Instalment, Plan, PlanRequest
from clients.services.transport import Refusal

# The account is one for all services of a holder; it is topped up for meals, the service every family has.
SERVICE = "meals"
MONTHS = 12
LAST_DAY_EVERYWHERE = 28
LEAST_PARTS = 2


@dataclass(frozen=True, slots=True)
class Typed:
    """What is in the form; `schedule` once it can be understood, with what is wrong otherwise."""

    plan_id: str
    amount: str = ""
    parts: str = ""
    first: str = ""
    whole: bool = True
    schedule: tuple[Instalment, ...] = ()
    messages: list[Message] = field(default_factory=list)

    @property
    def key(self) -> str:
        """What was looked at: when it changes there is something else to look at first."""
        return "|".join((self.amount, self.parts, self.first, str(self.whole)))

    @property
    def request(self) -> PlanRequest:
        """To be sent to the ledger."""
        return PlanRequest(plan_id=self.plan_id, service=SERVICE, instalments=self.schedule, with_whole=self.whole)


def new_plan_id() -> str:
    """Kept while the form comes back: sent twice, it is one plan."""
    return f"pla-{secrets.token_hex(12)}"


def empty_form() -> Typed:
    """Nothing typed yet."""
    return Typed(new_plan_id())


def read_form(form: PostedForm, *, today: date, most_parts: int) -> Typed:
    """What somebody typed, and the schedule it makes."""
    amount, parts, first = form.text("amount"), form.text("parts"), form.text("first")
    cents, number, day = cents_from(amount), parts_from(parts, LEAST_PARTS, most_parts), day_from(first)
    messages = []
    if not cents:
        messages.append(Message("Scrivi l'importo in euro, per esempio 120 oppure 97,50.", "amount"))
    elif number and cents < number:
        messages.append(Message("Ogni rata deve essere di almeno un centesimo.", "amount"))
    if not number:
        messages.append(Message(f"Scrivi il numero di rate, da {LEAST_PARTS} a {most_parts}.", "parts"))
    if day is None or day < today:
        messages.append(Message("Scrivi una data valida, da oggi in poi.", "first"))
    return Typed(
        form.text("plan_id") or new_plan_id(),
        amount=amount,
        parts=parts,
        first=first,
        whole=form.text("whole") == "yes",
        schedule=() if messages or not (cents and number and day) else monthly(cents, number, day),
        messages=messages,
    )


async def issued(typed: Typed, form: PostedForm, ask: Callable[[PlanRequest], Awaitable[Plan]]) -> Plan | Trouble:
    """First the instalments are shown; what was looked at, and nothing else, is issued.

    What the form says otherwise: nothing is wrong with it while it is to be looked at.
    """
    if typed.messages:
        return Trouble(typed.messages)
    if form.text("action") != "issue" or form.text("seen") != typed.key:
        return NO_TROUBLE
    try:
        return await ask(typed.request)
    except Refusal as problem:
        return trouble_from(problem, {"amount_cents": "amount", "due_date": "first", "instalments": "parts"})


def monthly(cents: int, parts: int, first: date) -> tuple[Instalment, ...]:
    """`parts` instalments a month apart; cents that do not divide fall on the first ones.

    After the 28th the day of the month is the 28th, which every month has.
    """
    each, left = divmod(cents, parts)
    start = first.year * MONTHS + first.month - 1
    days = [
        first if number == 0 else date(month // MONTHS, month % MONTHS + 1, min(first.day, LAST_DAY_EVERYWHERE))
        for number, month in enumerate(range(start, start + parts))
    ]
    return tuple(Instalment(due_date=day, amount_cents=each + (number < left)) for number, day in enumerate(days))


def parts_from(text: str, least: int, most: int) -> int | None:
    """A number of instalments; None when it is none, or not between the two."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 and least <= int(text) <= most else None
