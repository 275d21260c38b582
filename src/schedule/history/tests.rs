use super::*;
use crate::news::store::NewsStore;
use crate::schedule::job::tests::job;

fn begun(job: &str, scheduled: i64, attempt: u32) -> Begun<'_> {
    Begun { job, scheduled, attempt, missed: 0, is_manual: false, started: scheduled }
}

#[test]
fn the_database_is_still_one_of_news() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("news.db");
    let mut history = History::open(&path).unwrap();
    history.begin(&begun("a", 100, 1)).unwrap().unwrap();
    drop(history);
    assert!(NewsStore::open_existing(&path).unwrap().verify().unwrap().is_empty());
    assert_eq!(History::open(&path).unwrap().latest(10).unwrap().len(), 1);
}

#[test]
fn a_newer_layout_and_other_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("news.db");
    drop(History::open(&path).unwrap());
    let plain = Connection::open(&path).unwrap();
    plain.execute("UPDATE schedule_layout SET version = 2", []).unwrap();
    drop(plain);
    let error = History::open(&path).unwrap_err();
    assert!(error.to_string().contains("newer malmoi"), "{error}");
    let other = folder.path().join("other.db");
    std::fs::write(&other, "no database ".repeat(100)).unwrap();
    assert!(History::open(&other).unwrap_err().hint().is_some());
}

#[test]
fn a_time_has_one_run_of_a_number() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("news.db");
    let (mut one, mut other) = (History::open(&path).unwrap(), History::open(&path).unwrap());
    assert!(one.begin(&begun("a", 100, 1)).unwrap().is_some());
    assert!(other.begin(&begun("a", 100, 1)).unwrap().is_none());
    assert!(other.begin(&begun("a", 100, 2)).unwrap().is_some());
    assert!(other.begin(&begun("b", 100, 1)).unwrap().is_some());
}

#[test]
fn old_runs_are_forgotten_and_settled_times_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut history = History::open(&folder.path().join("news.db")).unwrap();
    let hourly = job("a", "cron = \"@hourly\"");
    assert_eq!(history.past(&hourly, 0).unwrap().settled, 0);
    let end = |targets| Ended { outcome: Some(Outcome::Done), targets, ..Ended::default() };
    history.connection.pragma_update(None, "synchronous", "off").unwrap();
    for time in 1..=1010 {
        let id = history.begin(&begun("a", time, 1)).unwrap().unwrap();
        let targets = if time == 3 { vec![(0, "folder r".to_owned())] } else { Vec::new() };
        history.end(id, &end(targets)).unwrap();
    }
    history.prune("a").unwrap();
    let runs = history.latest_of("a", 2000).unwrap();
    // What waits to be delivered is kept.
    assert_eq!((runs.len(), runs[1000].scheduled), (1001, 3));
    assert_eq!(history.past(&hourly, 5000).unwrap().settled, 1010);
    assert_eq!(history.open_deliveries("a").unwrap(), [(3, 0)]);
    assert!(history.run(1).is_err());
}

#[test]
fn outcomes_have_their_names() {
    for outcome in ["running", "done", "failed", "timed-out", "interrupted", "missed"] {
        assert_eq!(Outcome::named(outcome).to_string(), outcome);
        assert_eq!(serde_json::to_value(Outcome::named(outcome)).unwrap(), outcome);
    }
    for state in ["waiting", "sending", "done", "failed", "unsure"] {
        assert_eq!(DeliveryState::named(state).to_string(), state);
        assert_eq!(serde_json::to_value(DeliveryState::named(state)).unwrap(), state);
    }
}
