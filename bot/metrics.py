"""What each process tells a monitor: counts and times, never a word, an id or an address. The doorway to Prometheus.

Each process has a registry of its own and, if a port is set, an address of its own (`METRICS_HOST`, loopback by
default), never the public one. Labels take only values that the code itself knows; anything else is counted as "other".
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from time import perf_counter
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from bot.settings import Settings

PREFIX = "vagvisaren"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 10)
STAGES = ("store", "answer", "conclude", "whole")
DECISIONS = ("answer", "clarify", "fallback", "degraded", "off", "thread", "contact")
KINDS = ("emergency", "suicide_risk")
OTHER = "other"


def create_registry() -> CollectorRegistry:
    """An empty registry that tells of the process itself: memory, processor time, files."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    return registry


@dataclass(frozen=True)
class Metrics:
    """The metrics of one process; a process that has no use for one of them leaves it empty."""

    registry: CollectorRegistry = field(default_factory=create_registry)
    stages: Histogram = field(init=False)
    decisions: Counter = field(init=False)
    urgent: Counter = field(init=False)
    refused: Counter = field(init=False)
    requests: Histogram = field(init=False)
    actions: Histogram = field(init=False)
    model: Info = field(init=False)
    model_refused: Gauge = field(init=False)

    def __post_init__(self) -> None:
        """Make each metric in the registry."""
        made = {
            "stages": self._histogram("stage_seconds", "The way of a message, by stage", ["stage"]),
            "decisions": self._counter("decisions", "Answers, by what was decided", ["decision"]),
            "urgent": self._counter("urgent", "Messages in which the rules heard danger", ["kind"]),
            "refused": self._counter("refused", "Calls that were refused, by status", ["status"]),
            "requests": self._histogram("console_seconds", "Pages of the staff console", ["route", "status"]),
            "actions": self._histogram("action_seconds", "Custom actions", ["action"]),
            "model": Info(f"{PREFIX}_model", "The trained model that answers", registry=self.registry),
            "model_refused": Gauge(
                f"{PREFIX}_model_refused", "1 while the model in use is refused here", registry=self.registry
            ),
        }
        for name, metric in made.items():
            object.__setattr__(self, name, metric)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time one stage of a message, also one that fails."""
        began = perf_counter()
        try:
            yield
        finally:
            self.stages.labels(_known(name, STAGES)).observe(perf_counter() - began)

    def decided(self, decision: object) -> None:
        """One answer was given."""
        self.decisions.labels(_known(decision, DECISIONS)).inc()

    def heard_danger(self, kind: object) -> None:
        """The rules heard danger in a message."""
        self.urgent.labels(_known(kind, KINDS)).inc()

    def _histogram(self, name: str, text: str, labels: list[str]) -> Histogram:
        return Histogram(f"{PREFIX}_{name}", text, labels, buckets=SECONDS, registry=self.registry)

    def _counter(self, name: str, text: str, labels: list[str]) -> Counter:
        return Counter(f"{PREFIX}_{name}", text, labels, registry=self.registry)


class Gauges(Collector):
    """Gauges that are read anew each time a monitor asks: `read` gives name → value; None is left out.

    When reading fails the answer holds only `vagvisaren_readable 0`: an old value would look like a good one.
    """

    def __init__(self, texts: dict[str, str], read: Callable[[], dict[str, float | None]]) -> None:
        """`texts`: name → what it tells."""
        self._texts, self._read = texts, read

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Called by the registry."""
        try:
            values = self._read()
        except Exception:  # whatever is wrong with the database, the monitor has to hear of it
            values = {}
        readable = float(bool(values))
        yield GaugeMetricFamily(f"{PREFIX}_readable", "Whether the database could be read", readable)
        for name, value in values.items():
            if value is not None:
                yield GaugeMetricFamily(f"{PREFIX}_{name}", self._texts[name], value)

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Without this the registry would read the database at the start."""
        return iter(())


def tell(settings: Settings, role: str, metrics: Metrics) -> tuple[WSGIServer, Thread] | None:
    """Open this process's address for the monitor, if its port is set; None when it is not."""
    port = int(getattr(settings, f"{role}_metrics_port"))
    Gauge(f"{PREFIX}_up", "1 while the process runs", ["role"], registry=metrics.registry).labels(role).set(1)
    return start_http_server(port, settings.metrics_host, metrics.registry) if port else None


def _known(value: object, known: Collection[str]) -> str:
    return value if isinstance(value, str) and value in known else OTHER
