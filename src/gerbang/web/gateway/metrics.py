"""Counts and durations of requests, by route and status, in the text form that Prometheus reads. Kept in plain lists: a request costs a microsecond."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from gerbang.web.services import Gauge

BOUNDS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class RequestMetrics(Collector):
    """What the gateway tells after each request. `own` durations have the time of outside systems subtracted. `gauges` are read when asked."""

    def __init__(self, gauges: Mapping[str, Gauge] = MappingProxyType({})) -> None:
        self._gauges = gauges
        self._counts: dict[tuple[str, int], int] = {}
        self._own: dict[str, list[int]] = {}
        self._sums: dict[str, float] = {}
        self._registry = CollectorRegistry()
        self._registry.register(self)
        self._registry.register(ProcessCollector(registry=None))

    def record(self, route: str, status: int, own_s: float) -> None:
        """One request was answered."""
        key = (route, status)
        self._counts[key] = self._counts.get(key, 0) + 1
        buckets = self._own.get(route)
        if buckets is None:
            buckets = self._own[route] = [0] * (len(BOUNDS_S) + 1)
        buckets[bisect_left(BOUNDS_S, own_s)] += 1
        self._sums[route] = self._sums.get(route, 0.0) + own_s

    def collect(self) -> Iterator[Metric]:
        """Prometheus' view, made when it asks."""
        requests = CounterMetricFamily("gerbang_http_requests", "Answered requests.", labels=("route", "status"))
        for (route, status), count in self._counts.items():
            requests.add_metric((route, str(status)), count)
        yield requests
        own = HistogramMetricFamily(
            "gerbang_http_own_seconds", "Time in Gerbang itself, without outside systems.", labels=("route",)
        )
        for route, buckets in self._own.items():
            total, cumulated = 0, []
            for bound, count in zip([*map(str, BOUNDS_S), "+Inf"], buckets, strict=True):
                total += count
                cumulated.append((bound, total))
            own.add_metric((route,), cumulated, self._sums[route])
        yield own

        for name, (what, label, read) in self._gauges.items():
            gauge = GaugeMetricFamily(name, what, labels=(label,))
            for value, number in read().items():
                gauge.add_metric((value,), number)
            yield gauge

    def text(self) -> bytes:
        """The exposition format, version 0.0.4."""
        return generate_latest(self._registry)
