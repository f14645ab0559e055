"""Traces that rest in a database between the fact and the message about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import propagate, trace
from opentelemetry.trace import SpanKind

from notify.usecases.ports import Parcel

tracer = trace.get_tracer(__name__)


def current_traceparent() -> str | None:
    """The W3C place of the current span, where there is one."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier.get("traceparent")


@contextmanager
def sending(parcel: Parcel) -> Iterator[trace.Span]:
    """A span in the trace of what caused the message. It says which message and how, never to whom."""
    context = propagate.extract({"traceparent": parcel.traceparent}) if parcel.traceparent else None
    with tracer.start_as_current_span(
        f"send {parcel.template} by {parcel.channel}",
        context=context,
        kind=SpanKind.CLIENT,
        attributes={"notify.channel": parcel.channel, "notify.template": parcel.template},
    ) as span:
        yield span
