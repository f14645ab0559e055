"""The trace of a payment: from the Nodo's message, over the receipt at rest, to the credit and what it leads to."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from opentelemetry import propagate, trace

tracer = trace.get_tracer(__name__)


def current_traceparent() -> str | None:
    """Where we are in the trace, as it travels (W3C trace context)."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier.get("traceparent")


def span_continuing(traceparent: str | None, name: str) -> AbstractContextManager[Any]:
    """A span in the trace that led here; in a new one when none did."""
    context = propagate.extract({"traceparent": traceparent}) if traceparent else None
    return tracer.start_as_current_span(name, context=context)
