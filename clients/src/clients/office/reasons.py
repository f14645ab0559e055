"""What an officer writes and ticks beside a decision; the reason stays in the audit."""

from typing import Final

from clients.design.forms import PostedForm
from clients.design.pages import Message

# The services refuse shorter and longer ones.
SHORTEST: Final = 3
LONGEST: Final = 200


def reason_missing(form: PostedForm, name: str) -> list[Message]:
    """The message beside the field `name`, when what is written there is no reason."""
    if SHORTEST <= len(form.text(name)) <= LONGEST:
        return []
    return [Message(f"Scrivi il motivo, da {SHORTEST} a {LONGEST} caratteri.", name)]


def not_confirmed(form: PostedForm, name: str) -> list[Message]:
    """What there is to say when the tick `name` is missing."""
    return [] if form.text(name) == "yes" else [Message("Spunta la casella per confermare.", name)]
