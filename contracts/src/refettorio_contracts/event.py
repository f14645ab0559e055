"""What every event is: an immutable fact, tolerant of fields it does not know yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

if TYPE_CHECKING:
    from refettorio_contracts.topics import Topic

Identifier = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]*$")]
"""An opaque identifier: never a name, a fiscal code or a contact."""

Cents = Annotated[int, Field(description="Integer cents of euro; the currency is fixed by the contract")]
PositiveCents = Annotated[int, Field(gt=0, description="Integer cents of euro, above zero")]
NoticeNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{18}$")]
"""pagoPA notice number, 18 digits (`numero avviso`); the IUV is its last 17."""

SchoolYear = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}/[0-9]{2}$")]
"""School year as families write it: `2025/26`."""

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=40)]
"""A word of ours, for machines: readers must tolerate words they do not know."""

Service = Annotated[Code, Field(description="`meals` or `transport`; readers must tolerate others")]


class Event(BaseModel):
    """A past fact. Frozen, tolerant: a field it does not know is ignored, so the producer may add optional ones."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    TYPE: ClassVar[str]
    TOPIC: ClassVar[Topic]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Enter each event in the catalogue of its topic, so that none can be forgotten."""
        super().__pydantic_init_subclass__(**kwargs)
        if "TYPE" in cls.__dict__:
            cls.TOPIC.events[cls.TYPE] = cls

    @property
    def subject(self) -> str:
        """The thing the event is about; `sequence` in the envelope counts its versions."""
        raise NotImplementedError

    @property
    def partition_key(self) -> str:
        """Whose events must stay in order; it is the key of the Kafka record."""
        raise NotImplementedError
