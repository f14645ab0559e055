"""Where spans go: the embedded Zipkin, or any OTLP collector that the environment names."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

OTLP_HTTP_PORT = 4318


@dataclass(frozen=True, slots=True, kw_only=True)
class Collector:
    """A receiver of spans. `otlp_endpoint` is None for Zipkin."""

    host: str
    port: int
    otlp_endpoint: str | None = None

    @classmethod
    def chosen(cls, environment: Mapping[str, str], *, host: str, port: int) -> "Collector":
        """`OTEL_EXPORTER_OTLP_ENDPOINT` where set, else the Zipkin at `host` and `port`."""
        endpoint = environment.get("OTEL_EXPORTER_OTLP_ENDPOINT", "").rstrip("/")
        if not endpoint:
            return cls(host=host, port=port)
        parts = urlsplit(endpoint)
        return cls(host=parts.hostname or host, port=parts.port or OTLP_HTTP_PORT, otlp_endpoint=endpoint)

    def environment_of(self, service: str) -> dict[str, str]:
        """OpenTelemetry's own variables for a Python process."""
        named = {"OTEL_SERVICE_NAME": service}
        if self.otlp_endpoint:
            return named | {"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_ENDPOINT": self.otlp_endpoint}
        return named | {
            "OTEL_TRACES_EXPORTER": "zipkin_json",
            "OTEL_EXPORTER_ZIPKIN_ENDPOINT": f"http://{self.host}:{self.port}/api/v2/spans",
        }

    def envoy_provider(self) -> dict[str, object]:
        """The `tracing.provider` of the gateway's configuration."""
        if self.otlp_endpoint:
            traces = {"http_uri": {"uri": f"{self.otlp_endpoint}/v1/traces", "cluster": "traces", "timeout": "2s"}}
            return {
                "name": "envoy.tracers.opentelemetry",
                "typed_config": _config("OpenTelemetryConfig") | {"http_service": traces, "service_name": "gateway"},
            }
        return {
            "name": "envoy.tracers.zipkin",
            "typed_config": _config("ZipkinConfig")
            | {
                "collector_cluster": "traces",
                "collector_endpoint": "/api/v2/spans",
                "collector_endpoint_version": "HTTP_JSON",
                "trace_id_128bit": True,
                "shared_span_context": False,
                # The services speak W3C traceparent; Envoy's Zipkin tracer alone would speak B3 only.
                "trace_context_option": "USE_B3_WITH_W3C_PROPAGATION",
            },
        }


def _config(name: str) -> dict[str, object]:
    return {"@type": f"type.googleapis.com/envoy.config.trace.v3.{name}"}
