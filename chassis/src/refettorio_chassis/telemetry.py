"""Traces, metrics and logs of a process. None of them carries a name, a fiscal code or a contact."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from types import TracebackType
from typing import Any, Final

import structlog
from opentelemetry import trace
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Span, SpanKind

from refettorio_chassis.redacting import told

EXPORT_EVERY_MS: Final = 1000
MAX_FRAMES: Final = 30
ErrorInfo = tuple[type[BaseException], BaseException, TracebackType | None]
QUIET_LOGGERS: Final = ("aiokafka", "faststream", "pymongo", "httpx", "httpx2", "httpcore", "urllib3", "uvicorn.access")


def start_telemetry(service: str) -> None:
    """Set up logs and traces of this process, once, before anything else is made."""
    _configure_logs(service)
    exporter = _exporter()
    if exporter is None:
        return
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: service}))
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=EXPORT_EVERY_MS))
    trace.set_tracer_provider(provider)
    _instrument_clients()


def stop_telemetry() -> None:
    """Send what is left."""
    provider = trace.get_tracer_provider()
    if isinstance(provider, TracerProvider):
        provider.shutdown()


def _exporter() -> SpanExporter | None:
    """By OTEL_TRACES_EXPORTER: `zipkin_json` (local dashboard), `otlp` (any collector) or nothing."""
    match os.environ.get("OTEL_TRACES_EXPORTER", "none"):
        case "zipkin_json":
            return _zipkin_exporter()
        case "otlp":
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

            return OTLPSpanExporter()
        case _:
            return None


def _zipkin_exporter() -> SpanExporter:
    from opentelemetry.exporter.zipkin.json import ZipkinExporter  # noqa: PLC0415 - only where it is chosen
    from opentelemetry.exporter.zipkin.json.v2 import JsonV2Encoder  # noqa: PLC0415

    class WithRemoteEndpoint(JsonV2Encoder):
        """Names the other side of a call, so that the dashboard's map shows Kafka and MongoDB."""

        def _encode_span(self, span: Span, encoded_local_endpoint: Any) -> dict[str, Any]:
            encoded: dict[str, Any] = super()._encode_span(span, encoded_local_endpoint)
            remote = _remote_name(span)
            return encoded | {"remoteEndpoint": {"serviceName": remote}} if remote else encoded

    exporter = ZipkinExporter()
    exporter.encoder = WithRemoteEndpoint()  # type: ignore[assignment]  # annotated by its first assignment upstream
    return exporter


def _remote_name(span: Any) -> str | None:
    attributes = span.attributes or {}
    if span.kind in {SpanKind.PRODUCER, SpanKind.CONSUMER}:
        return f"kafka:{attributes.get('messaging.destination.name', '')}"
    if span.kind is SpanKind.CLIENT and "db.system" in attributes:
        return str(attributes["db.system"])
    return None


def _instrument_clients() -> None:
    """Spans for calls out: HTTP, and MongoDB by command name only (a statement could hold personal data)."""
    from opentelemetry.instrumentation.httpx import HTTPX2ClientInstrumentor  # noqa: PLC0415
    from opentelemetry.instrumentation.pymongo import PymongoInstrumentor  # noqa: PLC0415

    HTTPX2ClientInstrumentor().instrument()
    if os.environ.get("REFETTORIO_TRACE_MONGODB") == "1":
        PymongoInstrumentor().instrument(capture_statement=False)


def tracebacks(exc_info: ErrorInfo) -> list[dict[str, Any]]:
    """The stack of an error for a log line: where it happened, never the values of variables."""
    error: BaseException | None = exc_info[1]
    stack = exc_info[2]
    chain: list[dict[str, Any]] = []
    while error is not None:
        frames = [
            {"file": frame.filename, "line": frame.lineno, "function": frame.name}
            for frame in traceback.extract_tb(stack)[-MAX_FRAMES:]
        ]
        chain.append({"error": told(error), "frames": frames})
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        stack = error.__traceback__ if error is not None else None
    return chain


def _configure_logs(service: str) -> None:
    """One JSON object per line on standard output, with the trace it belongs to."""

    def add_trace(_logger: Any, _name: str, line: dict[str, Any]) -> dict[str, Any]:
        context = trace.get_current_span().get_span_context()
        if context.is_valid:
            line["trace_id"] = f"{context.trace_id:032x}"
        return line | {"service": service}

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        add_trace,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.ExceptionRenderer(tracebacks),
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=os.environ.get("REFETTORIO_LOG_LEVEL", "INFO"), force=True)
    for name in QUIET_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
