"""What an officer writes and ticks beside a decision; the reason stays in the audit."""

from typing import Final

from clients.design.forms import PostedForm
from clients.design.pages import Message

# Characters; the services refuse shorter and longer ones.
LIMITS: Final = (3, 200)


def reason_missing(form: PostedForm, name: str, *, beside: str = "") -> list[Message]:
    """The message for the field `name`, when what is written there is no reason; `beside` is its id, if another."""
    shortest, longest = LIMITS
    if shortest <= len(form.text(name)) <= longest:
        return []
    return [Message(f"Scrivi il motivo, da {shortest} a {longest} caratteri.", beside or name)]


def not_confirmed(form: PostedForm, name: str, what: str = "", *, beside: str = "") -> list[Message]:
    """What there is to say when the tick `name`, which confirms `what`, is missing; `beside` as above."""
    if form.text(name) == "yes":
        return []
    return [Message(f"Spunta la casella per confermare {what}".rstrip() + ".", beside or name)]
