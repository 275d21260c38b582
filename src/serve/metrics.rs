//! What the program did, as Prometheus reads it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::stock::Stock;

/// Upper ends of the steps of latencies, in seconds.
const STEPS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Requests, counted.
#[derive(Default)]
pub struct Metrics {
    routes: Mutex<BTreeMap<String, Route>>,
    /// Requests that are worked on.
    in_flight: AtomicU64,
    /// Connections that were refused as too many were open.
    refused: AtomicU64,
}

/// One route.
#[derive(Default)]
struct Route {
    by_status: BTreeMap<u16, u64>,
    /// Requests that took no longer than each step, and all.
    steps: [u64; STEPS.len() + 1],
    seconds: f64,
}

/// Counts a request as worked on until it is dropped.
pub struct InFlight<'a>(&'a Metrics);

impl Metrics {
    /// A request begins.
    pub fn begin(&self) -> InFlight<'_> {
        self.in_flight.fetch_add(1, Relaxed);
        InFlight(self)
    }

    /// A request to `route` (as it is written down, never as it was asked for) is answered.
    pub fn answered(&self, route: &str, status: u16, took: Duration) {
        let mut routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        if !routes.contains_key(route) {
            routes.insert(route.to_owned(), Route::default());
        }
        let Some(one) = routes.get_mut(route) else { return };
        let seconds = took.as_secs_f64();
        *one.by_status.entry(status).or_default() += 1;
        let first = STEPS.partition_point(|end| *end < seconds);
        one.steps[first..].iter_mut().for_each(|count| *count += 1);
        one.seconds += seconds;
    }

    /// A connection is refused.
    pub fn refused(&self) {
        self.refused.fetch_add(1, Relaxed);
    }

    /// All of them, in the text form that Prometheus reads.
    pub fn text(&self, stock: &Stock) -> String {
        let mut text = String::new();
        self.requests(&mut text);
        let in_flight = self.in_flight.load(Relaxed);
        head(&mut text, "malmoi_requests_in_flight", "gauge", "Requests that are worked on.");
        let _ = writeln!(text, "malmoi_requests_in_flight {in_flight}");
        let help = "Connections that were refused as too many were open.";
        head(&mut text, "malmoi_connections_refused_total", "counter", help);
        let _ = writeln!(text, "malmoi_connections_refused_total {}", self.refused.load(Relaxed));
        artifacts(&mut text, stock);
        text
    }

    fn requests(&self, text: &mut String) {
        let routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        head(text, "malmoi_requests_total", "counter", "Answered requests by route and status.");
        for (route, one) in &*routes {
            for (status, count) in &one.by_status {
                let labels = format!("route=\"{}\",status=\"{status}\"", escaped(route));
                let _ = writeln!(text, "malmoi_requests_total{{{labels}}} {count}");
            }
        }
        let help = "Time from the head of a request to its answer.";
        head(text, "malmoi_request_seconds", "histogram", help);
        for (route, one) in &*routes {
            let route = escaped(route);
            let ends = STEPS.iter().map(ToString::to_string).chain(["+Inf".to_owned()]);
            for (end, count) in ends.zip(one.steps) {
                let labels = format!("route=\"{route}\",le=\"{end}\"");
                let _ = writeln!(text, "malmoi_request_seconds_bucket{{{labels}}} {count}");
            }
            let all = one.steps[STEPS.len()];
            let seconds = one.seconds;
            let _ = writeln!(text, "malmoi_request_seconds_sum{{route=\"{route}\"}} {seconds}");
            let _ = writeln!(text, "malmoi_request_seconds_count{{route=\"{route}\"}} {all}");
        }
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Relaxed);
    }
}

fn artifacts(text: &mut String, stock: &Stock) {
    let indexes: Vec<_> = stock.searched().collect();
    head(text, "malmoi_index_generation", "gauge", "Commits of the index that is searched.");
    for (entry, index) in &indexes {
        let name = escaped(&entry.pipeline.name);
        let generation = index.generation;
        let _ = writeln!(text, "malmoi_index_generation{{pipeline=\"{name}\"}} {generation}");
    }
    head(text, "malmoi_index_documents", "gauge", "Documents that can be found.");
    for (entry, index) in &indexes {
        let name = escaped(&entry.pipeline.name);
        let documents = index.documents;
        let _ = writeln!(text, "malmoi_index_documents{{pipeline=\"{name}\"}} {documents}");
    }
    for Artifact { metric, kind, help, value } in ARTIFACTS {
        head(text, metric, kind, help);
        for entry in stock.entries() {
            let name = escaped(&entry.pipeline.name);
            let (index, model) = (&entry.index, &entry.model);
            let index = value(index.is_bad(), index.counts());
            let model = value(model.is_bad(), model.counts());
            for (what, value) in [("index", index), ("model", model)] {
                let labels = format!("pipeline=\"{name}\",kind=\"{what}\"");
                let _ = writeln!(text, "{metric}{{{labels}}} {value}");
            }
        }
    }
}

/// What is told of each index and model.
struct Artifact {
    metric: &'static str,
    kind: &'static str,
    help: &'static str,
    /// Of whether the newest is damaged, and how often one was opened and could not be.
    value: fn(bool, (u64, u64)) -> u64,
}

const ARTIFACTS: [Artifact; 3] = [
    Artifact {
        metric: "malmoi_artifact_opened_total",
        kind: "counter",
        help: "Indexes and models that were opened.",
        value: |_, counts| counts.0,
    },
    Artifact {
        metric: "malmoi_artifact_failed_total",
        kind: "counter",
        help: "Indexes and models that could not be opened.",
        value: |_, counts| counts.1,
    },
    Artifact {
        metric: "malmoi_artifact_stale",
        kind: "gauge",
        help: "1 where the newest one cannot be opened and the one before is used.",
        value: |is_bad, _| u64::from(is_bad),
    },
];

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_route_status_and_time() {
        let metrics = Metrics::default();
        for (status, milliseconds) in [(200, 2), (200, 30), (503, 20_000)] {
            metrics.answered("/a\"b", status, Duration::from_millis(milliseconds));
        }
        let mut text = String::new();
        metrics.requests(&mut text);
        for line in [
            "malmoi_requests_total{route=\"/a\\\"b\",status=\"200\"} 2",
            "malmoi_request_seconds_bucket{route=\"/a\\\"b\",le=\"0.0025\"} 1",
            "malmoi_request_seconds_bucket{route=\"/a\\\"b\",le=\"10\"} 2",
            "malmoi_request_seconds_bucket{route=\"/a\\\"b\",le=\"+Inf\"} 3",
            "malmoi_request_seconds_count{route=\"/a\\\"b\"} 3",
        ] {
            assert!(text.lines().any(|one| one == line), "{line}\n{text}");
        }
    }

    #[test]
    fn what_is_worked_on_ends_with_its_guard() {
        let metrics = Metrics::default();
        let first = metrics.begin();
        assert_eq!(metrics.in_flight.load(Relaxed), 1);
        drop(first);
        assert_eq!(metrics.in_flight.load(Relaxed), 0);
    }
}
