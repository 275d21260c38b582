//! Weeks of schedule in a moment: a clock that stands still, work that is told how to go.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use chrono::DateTime;

use super::job::tests::job;
use super::*;
use crate::config::DeliveryParams;
use crate::data::Zone;
use crate::error::{Error, Result};

/// Seconds since 1970.
fn at(time: &str) -> i64 {
    DateTime::parse_from_rfc3339(time).unwrap().timestamp()
}

/// A project in a folder of its own, and a clock.
struct House {
    _folder: tempfile::TempDir,
    project: Project,
    clock: PausedClock,
    /// Runs as they began: job, scheduled, began.
    begun: RefCell<Vec<(String, i64, i64)>>,
    /// How the next runs of a job go; well where nothing is said.
    plan: RefCell<BTreeMap<String, Vec<Way>>>,
    /// Parcels that were accepted: target, name.
    accepted: RefCell<Vec<(String, String)>>,
    /// How many tries are refused before one is accepted, or what to do instead.
    refuse: RefCell<u32>,
    notes: RefCell<Vec<String>>,
}

/// How a run goes.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Well,
    Badly,
    CalledWrongly,
    /// The process is killed in the middle of it.
    Killed,
    /// The process is told to stop.
    Stopped,
    /// It takes so many seconds.
    Lasts(u64),
}

impl House {
    fn new(jobs: Vec<Job>, now: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().to_owned();
        let project = Project {
            config: root.join("pipeline.toml"),
            state: root.join(".malmoi"),
            database: root.join("news.db"),
            jobs,
            root,
        };
        House {
            _folder: folder,
            project,
            clock: PausedClock::new(at(now), i64::MAX / 2000),
            begun: RefCell::default(),
            plan: RefCell::default(),
            accepted: RefCell::default(),
            refuse: RefCell::default(),
            notes: RefCell::default(),
        }
    }

    /// Somebody looks after the jobs from now until then. Whether that ended well.
    fn awake_until(&self, end: &str) -> Result<()> {
        self.clock.set(self.clock.now(), at(end));
        let stop = AtomicBool::new(false);
        let note = |text: &str| self.notes.borrow_mut().push(text.to_owned());
        let hands =
            Hands { clock: &self.clock, work: self, deliver: self, stop: &stop, note: &note };
        Runner::new(&self.project, hands)?.run()
    }

    /// The same, but it is killed before.
    fn killed_before(&self, end: &str) {
        let killed = catch_unwind(AssertUnwindSafe(|| self.awake_until(end)));
        assert!(killed.is_err(), "nobody was killed");
    }

    /// Nobody is there.
    fn asleep_until(&self, end: &str) {
        self.clock.set(at(end), i64::MAX / 2000);
    }

    fn once(&self) -> Result<Seen> {
        let (stop, note) = (AtomicBool::new(false), |_: &str| {});
        let hands =
            Hands { clock: &self.clock, work: self, deliver: self, stop: &stop, note: &note };
        Runner::new(&self.project, hands)?.once()
    }

    fn now(&self, job: &str) -> Result<JobRun> {
        let (stop, note) = (AtomicBool::new(false), |_: &str| {});
        let hands =
            Hands { clock: &self.clock, work: self, deliver: self, stop: &stop, note: &note };
        Runner::new(&self.project, hands)?.now(self.project.job(job)?)
    }

    fn go(&self, job: &str, ways: &[Way]) {
        self.plan.borrow_mut().insert(job.to_owned(), ways.to_vec());
    }

    /// When runs of `job` were scheduled, as its clocks show it.
    fn scheduled(&self, job: &str) -> Vec<String> {
        let zone = self.project.job(job).unwrap().zone;
        let begun = self.begun.borrow();
        let of = begun.iter().filter(|(name, _, _)| name == job);
        of.map(|(_, time, _)| shown(zone, *time)).collect()
    }

    /// The history of `job` from the first run on: time, outcome, number, missed.
    fn history(&self, job: &str) -> Vec<String> {
        let zone = self.project.job(job).unwrap().zone;
        let history = History::open(&self.project.database).unwrap();
        let mut runs = history.latest_of(job, 10_000).unwrap();
        runs.reverse();
        let line = |run: &JobRun| {
            let missed =
                if run.missed > 0 { format!(" for {}", run.missed) } else { String::new() };
            format!("{} {} {}{missed}", shown(zone, run.scheduled), run.outcome, run.attempt)
        };
        runs.iter().map(line).collect()
    }
}

fn shown(zone: Zone, time: i64) -> String {
    zone.at(time).unwrap().format("%m-%d %H:%M").to_string()
}

impl Work for House {
    fn work(&self, task: &Task<'_>, _stop: &AtomicBool) -> Result<Worked> {
        let name = task.job.name.clone();
        self.begun.borrow_mut().push((name.clone(), task.scheduled, self.clock.now()));
        std::fs::write(task.output.join("report.md"), "# Report\n").unwrap();
        let mut plan = self.plan.borrow_mut();
        let ways = plan.entry(name).or_default();
        let way = if ways.is_empty() { Way::Well } else { ways.remove(0) };
        drop(plan);
        let worked = |outcome, may_repeat| {
            let message = if outcome == Outcome::Done { "" } else { "it broke" }.to_owned();
            Ok(Worked { outcome, message, may_repeat })
        };
        match way {
            Way::Well => worked(Outcome::Done, true),
            Way::Badly => worked(Outcome::Failed, true),
            Way::CalledWrongly => worked(Outcome::Failed, false),
            // The history stays as a dead process leaves it.
            Way::Killed => std::panic::resume_unwind(Box::new("killed")),
            Way::Stopped => Err(Error::interrupted()),
            Way::Lasts(seconds) => {
                self.clock.wait(Duration::from_secs(seconds), &AtomicBool::new(false));
                worked(Outcome::Done, true)
            }
        }
    }
}

impl Deliver for House {
    fn send(&self, delivery: &DeliveryParams, parcel: &Parcel) -> Result<Option<String>> {
        let mut refuse = self.refuse.borrow_mut();
        if *refuse == KILLED {
            *refuse = 0;
            std::panic::resume_unwind(Box::new("killed"));
        }
        if *refuse > 0 {
            *refuse -= 1;
            return Err(Error::io("not now"));
        }
        self.accepted.borrow_mut().push((target(delivery), parcel.name.clone()));
        Ok(None)
    }
}

/// Instead of a number of refusals: the process is killed while it sends.
const KILLED: u32 = u32::MAX;

const WEBHOOK: &str = "deliver = [{ folder = \"r\" }, { webhook = \"https://a.example/hook\" }]";

#[test]
fn every_run_of_a_week_happens_once() {
    let jobs = vec![
        job("daily", "cron = \"0 7 * * *\""),
        job("hourly", "cron = \"@hourly\"\njitter = 600"),
        job("weekdays", "cron = \"30 18 * * MON-FRI\"\nzone = \"Asia/Seoul\""),
    ];
    let house = House::new(jobs, "2026-11-23T00:00:00+01:00");
    house.awake_until("2026-11-30T00:00:00+01:00").unwrap();
    let days: Vec<String> = (23..=29).map(|day| format!("11-{day} 07:00")).collect();
    assert_eq!(house.scheduled("daily"), days);
    let weekdays: Vec<String> = (23..=27).map(|day| format!("11-{day} 18:30")).collect();
    assert_eq!(house.scheduled("weekdays"), weekdays);
    // From 01:00 on: at midnight nobody had seen the jobs.
    let hourly = house.scheduled("hourly");
    let mut distinct = hourly.clone();
    distinct.dedup();
    assert_eq!((hourly.len(), distinct.len()), (7 * 24 - 1, 7 * 24 - 1));
    for (name, scheduled, began) in house.begun.borrow().iter() {
        let job = house.project.job(name).unwrap();
        // To the second, but for jobs that take turns.
        assert!(
            (0..2).contains(&(began - job.begins(*scheduled))),
            "{name} at {scheduled}: {began}"
        );
    }
    assert!(house.history("hourly").iter().all(|line| line.ends_with(" done 1")));
}

#[test]
fn clocks_that_are_put_forward_lose_no_run() {
    let jobs = vec![job("gap", "cron = \"30 2 * * *\""), job("hourly", "cron = \"@hourly\"")];
    let house = House::new(jobs, "2026-03-26T12:00:00+01:00");
    house.awake_until("2026-04-02T12:00:00+02:00").unwrap();
    let expected = ["03-27 02:30", "03-28 02:30", "03-29 03:00", "03-30 02:30", "03-31 02:30"];
    assert_eq!(house.scheduled("gap")[..5], expected);
    assert_eq!(house.scheduled("gap").len(), 7);
    assert_eq!(house.begun.borrow().iter().filter(|run| run.0 == "hourly").count(), 7 * 24 - 2);
}

#[test]
fn clocks_that_are_put_back_repeat_no_run() {
    let jobs = vec![job("twice", "cron = \"30 2 * * *\""), job("hourly", "cron = \"@hourly\"")];
    let house = House::new(jobs, "2026-10-22T12:00:00+02:00");
    house.awake_until("2026-10-29T12:00:00+01:00").unwrap();
    let days: Vec<String> = (23..=29).map(|day| format!("10-{day} 02:30")).collect();
    assert_eq!(house.scheduled("twice"), days);
    let first = house
        .begun
        .borrow()
        .iter()
        .find(|run| run.1 >= at("2026-10-25T00:00:00Z") && run.0 == "twice")
        .unwrap()
        .1;
    assert_eq!(first, at("2026-10-25T02:30:00+02:00"));
    // The hour that comes twice is two hours; the last of all is not begun any more.
    assert_eq!(house.begun.borrow().iter().filter(|run| run.0 == "hourly").count(), 7 * 24);
}

#[test]
fn an_outage_of_two_days_is_caught_up_by_one_run() {
    let jobs = vec![
        job("daily", "cron = \"0 7 * * *\""),
        job("fresh", "cron = \"0 7 * * *\"\ncatch_up = false"),
    ];
    let house = House::new(jobs, "2026-11-23T00:00:00+01:00");
    house.awake_until("2026-11-23T12:00:00+01:00").unwrap();
    house.asleep_until("2026-11-25T12:00:00+01:00");
    house.awake_until("2026-11-27T00:00:00+01:00").unwrap();
    let expected = ["11-23 07:00 done 1", "11-25 07:00 done 1 for 1", "11-26 07:00 done 1"];
    assert_eq!(house.history("daily"), expected);
    let expected = ["11-23 07:00 done 1", "11-25 07:00 missed 1 for 2", "11-26 07:00 done 1"];
    assert_eq!(house.history("fresh"), expected);
    assert_eq!(house.scheduled("fresh"), ["11-23 07:00", "11-26 07:00"]);
}

#[test]
fn a_run_that_was_killed_is_run_once_more() {
    let house = House::new(vec![job("daily", "cron = \"0 7 * * *\"")], "2026-11-23T00:00:00+01:00");
    house.go("daily", &[Way::Killed]);
    house.killed_before("2026-11-24T00:00:00+01:00");
    house.awake_until("2026-11-25T00:00:00+01:00").unwrap();
    let expected = ["11-23 07:00 interrupted 1", "11-23 07:00 done 2", "11-24 07:00 done 1"];
    assert_eq!(house.history("daily"), expected);
    // One that kills whoever runs it is left alone until its next time.
    house.go("daily", &[Way::Killed, Way::Killed]);
    house.killed_before("2026-11-26T00:00:00+01:00");
    house.killed_before("2026-11-26T00:00:00+01:00");
    house.awake_until("2026-11-27T00:00:00+01:00").unwrap();
    let expected = ["11-25 07:00 interrupted 1", "11-25 07:00 interrupted 2", "11-26 07:00 done 1"];
    assert_eq!(house.history("daily")[3..], expected);
}

#[test]
fn a_run_that_was_stopped_is_run_again_by_the_next_runner() {
    let house = House::new(vec![job("daily", "cron = \"0 7 * * *\"")], "2026-11-23T00:00:00+01:00");
    house.go("daily", &[Way::Stopped]);
    let error = house.awake_until("2026-11-24T00:00:00+01:00").unwrap_err();
    assert_eq!(error.exit_code(), 130);
    house.awake_until("2026-11-24T00:00:00+01:00").unwrap();
    assert_eq!(house.history("daily"), ["11-23 07:00 interrupted 1", "11-23 07:00 done 2"]);
}

#[test]
fn failures_are_repeated_and_then_told() {
    let settings = format!("cron = \"0 7 * * *\"\nretries = 2\n{WEBHOOK}");
    let house = House::new(vec![job("daily", &settings)], "2026-11-23T00:00:00+01:00");
    house.go("daily", &[Way::Badly, Way::Well]);
    house.awake_until("2026-11-24T00:00:00+01:00").unwrap();
    assert_eq!(house.history("daily"), ["11-23 07:00 failed 1", "11-23 07:00 done 2"]);
    assert_eq!(house.accepted.borrow().len(), 2);
    house.go("daily", &[Way::Badly, Way::Badly, Way::Badly]);
    house.awake_until("2026-11-25T00:00:00+01:00").unwrap();
    assert_eq!(house.history("daily").len(), 5);
    let begun: Vec<i64> = house.begun.borrow()[2..].iter().map(|run| run.2).collect();
    assert_eq!((begun[1] - begun[0], begun[2] - begun[1]), (60, 120));
    // A failure has no files, so the folder gets nothing; the webhook hears of it once.
    assert_eq!(house.accepted.borrow()[2..].len(), 1);
    assert!(house.accepted.borrow()[2].0.starts_with("webhook"));
    house.go("daily", &[Way::CalledWrongly]);
    house.awake_until("2026-11-26T00:00:00+01:00").unwrap();
    assert_eq!(house.history("daily").len(), 6);
    assert_eq!(house.accepted.borrow().len(), 4);
}

#[test]
fn a_long_run_delays_others_and_loses_none() {
    let jobs = vec![
        job("long", "cron = \"0 7 * * *\""),
        job("often", "cron = \"*/10 * * * *\"\ncatch_up = false"),
    ];
    let house = House::new(jobs, "2026-11-23T06:55:00+01:00");
    house.go("long", &[Way::Lasts(25 * 60)]);
    house.awake_until("2026-11-23T08:00:00+01:00").unwrap();
    let expected = ["11-23 07:20 done 1 for 2", "11-23 07:30 done 1"];
    assert_eq!(house.history("often")[..2], expected);
}

#[test]
fn other_times_make_nothing_due_that_is_past() {
    let mut house = House::new(vec![job("a", "cron = \"0 7 * * *\"")], "2026-11-23T06:00:00+01:00");
    house.awake_until("2026-11-23T12:00:00+01:00").unwrap();
    house.project.jobs = vec![job("a", "cron = \"0 10 * * *\"")];
    house.awake_until("2026-11-24T12:00:00+01:00").unwrap();
    assert_eq!(house.scheduled("a"), ["11-23 07:00", "11-24 10:00"]);
    // A clock that went years wrong, and was set right.
    house.asleep_until("2039-01-01T12:00:00+01:00");
    house.once().unwrap();
    house.asleep_until("2026-11-25T09:00:00+01:00");
    house.awake_until("2026-11-25T12:00:00+01:00").unwrap();
    assert_eq!(house.scheduled("a").last().unwrap(), "11-25 10:00");
}

#[test]
fn a_timer_runs_what_is_due_and_no_more() {
    let house = House::new(vec![job("a", "cron = \"0 7 * * *\"")], "2026-11-23T06:59:00+01:00");
    for minute in 0..10 {
        house.asleep_until(&format!("2026-11-23T07:0{minute}:00+01:00"));
        if minute == 0 {
            house.asleep_until("2026-11-23T06:59:30+01:00");
        }
        assert!(house.once().unwrap().busy.is_empty());
    }
    assert_eq!(house.scheduled("a"), ["11-23 07:00"]);
    // Who holds the job's lock is at it.
    let lock = house.project.state.join("schedule/a/lock");
    let held = crate::files::FileLock::try_take(&lock, "other").unwrap().unwrap();
    house.asleep_until("2026-11-24T07:00:00+01:00");
    assert_eq!(house.once().unwrap().busy, ["a"]);
    let error = house.now("a").unwrap_err();
    assert!(error.to_string().contains("runs already: process"), "{error}");
    drop(held);
    assert!(house.once().unwrap().busy.is_empty());
    assert_eq!(house.scheduled("a").len(), 2);
    house.go("a", &[Way::Badly]);
    house.asleep_until("2026-11-25T07:00:00+01:00");
    assert_eq!(house.once().unwrap().failed, [("a".to_owned(), "it broke".to_owned())]);
}

#[test]
fn who_asks_for_a_run_changes_no_time() {
    let house = House::new(vec![job("a", "cron = \"0 7 * * *\"")], "2026-11-23T06:59:00+01:00");
    let run = house.now("a").unwrap();
    assert!(run.is_manual && run.outcome == Outcome::Done && run.files == ["report.md"]);
    house.go("a", &[Way::Badly]);
    assert_eq!(house.now("a").unwrap().outcome, Outcome::Failed);
    house.awake_until("2026-11-23T08:00:00+01:00").unwrap();
    assert_eq!(house.scheduled("a").last().unwrap(), "11-23 07:00");
    assert_eq!(house.begun.borrow().len(), 3);
    assert!(house.now("b").unwrap_err().hint().unwrap().contains("`a`"));
}

#[test]
fn deliveries_are_tried_again_and_never_sent_twice() {
    let settings = format!("cron = \"0 7 * * *\"\n{WEBHOOK}");
    let house = House::new(vec![job("a", &settings)], "2026-11-23T06:00:00+01:00");
    // Two refusals are over at once; five take a minute.
    for (refusals, day) in [(2, 23), (5, 24)] {
        house.refuse.replace(refusals);
        house.awake_until(&format!("2026-11-{day}T12:00:00+01:00")).unwrap();
        let accepted = house.accepted.take();
        let name = format!("a-2026-11-{day}T0700");
        let expected = [("folder r", &name), ("webhook https://a.example/hook", &name)];
        let expected: Vec<(String, String)> =
            expected.map(|(target, name)| (target.to_owned(), name.clone())).to_vec();
        let mut sorted = accepted.clone();
        sorted.sort();
        assert_eq!(sorted, expected, "{refusals}");
    }
    // Refused for ever: given up, and told.
    house.refuse.replace(1_000_000);
    house.awake_until("2026-11-26T06:00:00+01:00").unwrap();
    let history = History::open(&house.project.database).unwrap();
    let last = history.latest(1).unwrap().remove(0);
    assert!(last.deliveries.iter().all(|one| one.state == DeliveryState::Failed), "{last:?}");
    assert!(last.deliveries.iter().all(|one| one.message == "not now" && one.tries == 45));
    assert!(house.notes.borrow().iter().any(|note| note.contains("not delivered to folder r")));
}

#[test]
fn a_delivery_that_was_killed_is_told_to_be_unsure() {
    let settings = format!("cron = \"0 7 * * *\"\n{WEBHOOK}");
    let house = House::new(vec![job("a", &settings)], "2026-11-23T06:00:00+01:00");
    house.refuse.replace(KILLED);
    house.killed_before("2026-11-23T12:00:00+01:00");
    // A folder takes it again, and the other delivery was not on its way.
    house.awake_until("2026-11-23T12:00:00+01:00").unwrap();
    assert_eq!(house.accepted.borrow().len(), 2);
    assert_eq!(house.begun.borrow().len(), 1);
    // A webhook may have heard it already.
    let only = "cron = \"0 7 * * *\"\ndeliver = [{ webhook = \"https://a.example/hook\" }]";
    let house = House::new(vec![job("a", only)], "2026-11-23T06:00:00+01:00");
    house.refuse.replace(KILLED);
    house.killed_before("2026-11-23T12:00:00+01:00");
    house.awake_until("2026-11-23T12:00:00+01:00").unwrap();
    assert!(house.accepted.borrow().is_empty());
    let last = History::open(&house.project.database).unwrap().latest(1).unwrap().remove(0);
    assert_eq!((last.outcome, last.deliveries[0].state), (Outcome::Done, DeliveryState::Unsure));
    assert!(last.deliveries[0].message.contains("it may have arrived"));
}

#[test]
fn a_stopped_runner_ends_well() {
    let house = House::new(vec![job("a", "cron = \"0 7 * * *\"")], "2026-11-23T06:00:00+01:00");
    let stop = AtomicBool::new(true);
    let hands =
        Hands { clock: &house.clock, work: &house, deliver: &house, stop: &stop, note: &|_| {} };
    Runner::new(&house.project, hands).unwrap().run().unwrap();
    assert!(stop.load(Relaxed) && house.begun.borrow().is_empty());
}

#[test]
fn only_the_last_run_keeps_its_folder() {
    let house = House::new(vec![job("a", "cron = \"@hourly\"")], "2026-11-23T06:00:00+01:00");
    house.awake_until("2026-11-23T12:00:00+01:00").unwrap();
    let folder = house.project.state.join("schedule/a");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["5", "lock"]);
}
