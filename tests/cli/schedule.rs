//! The schedule as a user sees it: runs that are due, killed, stopped, asked for, and what
//! becomes of their files.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::fault_server::{FaultServer, answer};
use crate::reviews::{files, trained_on_reviews};
use crate::{malmoi, outcome, run};

/// Cleans `pages.jsonl` into the folder of the run.
const CLEAN: &str = "clean --input pages.jsonl --output '{output}/report 1.html'";

/// A project with this schedule.
fn scheduled(schedule: &str) -> TempDir {
    let folder = trained_on_reviews();
    std::fs::write(folder.path().join("pages.jsonl"), "{\"text\":\"<p>one\"}\n").unwrap();
    let path = folder.path().join("pipeline.toml");
    let settings = std::fs::read_to_string(&path).unwrap() + schedule;
    std::fs::write(path, settings).unwrap();
    folder
}

fn job(command: &str, more: &str) -> TempDir {
    scheduled(&format!("[schedule.job.a]\ncron = \"@hourly\"\nrun = [\"{command}\"]\n{more}\n"))
}

/// Makes the job look as if it was seen a day ago for the last time.
fn a_day_passes(folder: &Path) {
    let (code, _, stderr) = run(folder, &["schedule", "run", "--once"]);
    assert_eq!(code, 0, "{stderr}");
    let database = rusqlite::Connection::open(folder.join("news.db")).unwrap();
    let changed = database.execute("UPDATE schedule_jobs SET settled = settled - 86400", []);
    assert_eq!(changed.unwrap(), 1);
}

fn history(folder: &Path) -> Vec<Value> {
    let (code, stdout, stderr) = run(folder, &["schedule", "history", "--json"]);
    assert_eq!(code, 0, "{stderr}");
    let mut runs: Vec<Value> = serde_json::from_str(&stdout).unwrap();
    runs.reverse();
    runs
}

/// `done 1`: outcome and number of each run, the first one first.
fn outcomes(folder: &Path) -> Vec<String> {
    let line = |run: &Value| format!("{} {}", run["outcome"].as_str().unwrap(), run["attempt"]);
    history(folder).iter().map(line).collect()
}

#[test]
fn jobs_are_listed_with_their_times() {
    let folder = job(CLEAN, "zone = \"Europe/Berlin\"\ndeliver = [{ folder = \"reports\" }]");
    let (code, stdout, _) = run(folder.path(), &["schedule", "list", "--next", "2"]);
    assert_eq!(code, 0);
    for part in
        ["a\n", ":00 Europe/Berlin", "last   never", "run    malmoi clean", "to     folder reports"]
    {
        assert!(stdout.contains(part), "{stdout}");
    }
    assert_eq!(stdout.matches("  next").count(), 2);
    assert!(!folder.path().join("news.db").exists(), "who looks writes nothing");
    let (_, stdout, _) = run(folder.path(), &["schedule", "list", "--json"]);
    let jobs: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((&jobs[0]["job"], &jobs[0]["zone"]), (&"a".into(), &"Europe/Berlin".into()));
    assert!(jobs[0]["next"][0].as_str().unwrap().contains(":00:00+0"), "{stdout}");
}

#[test]
fn without_a_schedule_the_way_to_one_is_told() {
    let folder = trained_on_reviews();
    for command in ["list", "run", "history"] {
        let (code, _, stderr) = run(folder.path(), &["schedule", command]);
        assert_eq!(code, 2);
        assert!(stderr.contains("there is no schedule") && stderr.contains("docs/schedule.md"));
    }
    let folder = job(CLEAN, "");
    let (code, _, stderr) = run(folder.path(), &["schedule", "run", "--job", "b", "--now"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("there is no job `b`") && stderr.contains("`a`"), "{stderr}");
}

#[test]
fn a_job_that_is_asked_for_delivers_its_files() {
    let folder = job(
        CLEAN,
        "deliver = [{ folder = \"reports\" }, { feed = \"reports/feed.xml\", link = \"https://a.example/\" }]",
    );
    let (code, stdout, stderr) = run(folder.path(), &["schedule", "run", "--job", "a", "--now"]);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(stdout, "a: done\n  folder reports: done\n  feed reports/feed.xml: done\n");
    let reports = files(&folder.path().join("reports"));
    let names: Vec<String> = reports.keys().map(|path| path.display().to_string()).collect();
    assert_eq!(names.len(), 3, "{names:?}");
    assert_eq!(reports[Path::new("a-latest/report 1.html")], b"{\"text\":\"one\"}\n");
    let feed = String::from_utf8(reports[Path::new("feed.xml")].clone()).unwrap();
    assert!(feed.contains("/report%201.html\"/>"), "{feed}");
    let (_, stdout, _) = run(folder.path(), &["schedule", "history"]);
    assert!(stdout.contains("a  done") && stdout.contains("(asked for)"), "{stdout}");
}

#[test]
fn a_job_that_fails_says_why() {
    let folder = job("clean --input none.jsonl", "");
    let arguments = ["schedule", "run", "--job", "a", "--now", "--json"];
    let (code, stdout, stderr) = run(folder.path(), &arguments);
    assert_eq!(code, 1);
    let told: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(told["outcome"], "failed");
    for part in ["`malmoi clean --input none.jsonl` failed", "cannot read `none.jsonl`"] {
        assert!(told["message"].as_str().unwrap().contains(part), "{told}");
        assert!(stderr.contains(part), "{stderr}");
    }
}

#[test]
fn a_timer_hears_of_a_failure_once() {
    let folder = job("clean --input none.jsonl", "");
    a_day_passes(folder.path());
    let (code, stdout, stderr) = run(folder.path(), &["--quiet", "schedule", "run", "--once"]);
    assert_eq!((code, stdout.as_str()), (1, ""));
    assert!(stderr.contains("the job `a` failed: `malmoi clean"), "{stderr}");
    let (code, _, stderr) = run(folder.path(), &["--quiet", "schedule", "run", "--once"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
}

#[test]
fn what_is_due_runs_once_even_if_two_look() {
    let folder = job(CLEAN, "");
    a_day_passes(folder.path());
    let look = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_malmoi"));
        command.current_dir(folder.path()).args(["schedule", "run", "--once"]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let mut both: Vec<Child> = (0..4).map(|_| look()).collect();
    for child in &mut both {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(outcomes(folder.path()), ["done 1"]);
    assert_eq!(history(folder.path())[0]["missed"], 23);
    assert_eq!(run(folder.path(), &["news", "--pipeline", "mine", "verify"]).0, 2);
}

/// A run that waits until the lock of the state folder is free.
fn waiting(more: &str) -> (TempDir, File) {
    let folder = job("run", more);
    a_day_passes(folder.path());
    std::fs::create_dir_all(folder.path().join(".malmoi")).unwrap();
    let mut file = File::create(folder.path().join(".malmoi/lock")).unwrap();
    file.write_all(b"process 1 (malmoi run other)\n").unwrap();
    file.lock().unwrap();
    (folder, file)
}

fn start(folder: &Path, arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_malmoi"));
    command.current_dir(folder).args(["schedule", "run"]).args(arguments);
    command.env_remove("MALMOI_STATE").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Waits for something that is sure to come.
fn until(what: impl Fn() -> bool) {
    let begin = Instant::now();
    while !what() {
        assert!(begin.elapsed() < Duration::from_secs(300), "it never came");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Until the command of the job has begun to wait.
fn until_it_waits(folder: &Path) {
    let log = folder.join(".malmoi/schedule/a/log");
    until(|| std::fs::read_to_string(&log).is_ok_and(|log| log.contains("waiting for process 1")));
}

#[cfg(unix)]
fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").arg(name).arg(child.id().to_string()).status().unwrap();
    assert!(status.success());
}

#[cfg(unix)]
#[test]
fn a_run_that_was_killed_is_run_once_more() {
    let (folder, lock) = waiting("");
    let mut runner = start(folder.path(), &[]);
    until_it_waits(folder.path());
    signal(&runner, "-KILL");
    runner.wait().unwrap();
    assert_eq!(outcomes(folder.path()), ["running 1"]);
    // Its command lives on and holds the job.
    let (code, _, stderr) = run(folder.path(), &["schedule", "run", "--once"]);
    assert_eq!(code, 0);
    assert!(stderr.contains("a: another process is at it"), "{stderr}");
    drop(lock);
    until(|| {
        let (code, _, stderr) = run(folder.path(), &["schedule", "run", "--once"]);
        assert_eq!(code, 0, "{stderr}");
        !stderr.contains("another process is at it")
    });
    assert_eq!(outcomes(folder.path()), ["interrupted 1", "done 2"]);
    run(folder.path(), &["schedule", "run", "--once"]);
    assert_eq!(outcomes(folder.path()).len(), 2);
}

#[cfg(unix)]
#[test]
fn a_runner_that_is_told_to_stop_takes_its_run_along() {
    for name in ["-TERM", "-INT"] {
        let (folder, lock) = waiting("");
        let mut runner = start(folder.path(), &[]);
        until_it_waits(folder.path());
        signal(&runner, name);
        assert_eq!(runner.wait().unwrap().code(), Some(130));
        assert_eq!(outcomes(folder.path()), ["interrupted 1"]);
        drop(lock);
        assert_eq!(run(folder.path(), &["schedule", "run", "--once"]).0, 0);
        assert_eq!(outcomes(folder.path()), ["interrupted 1", "done 2"]);
    }
    // One that waits has nothing to give up.
    let folder = job(CLEAN, "");
    let mut runner = start(folder.path(), &[]);
    until(|| {
        folder.path().join("news.db").exists() && folder.path().join(".malmoi/schedule").exists()
    });
    signal(&runner, "-TERM");
    assert_eq!(runner.wait().unwrap().code(), Some(0));
}

#[cfg(unix)]
#[test]
fn a_run_that_takes_too_long_is_ended() {
    let (folder, _lock) = waiting("timeout = 1");
    let (code, _, stderr) = run(folder.path(), &["schedule", "run", "--job", "a", "--now"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("timed-out") && stderr.contains("was ended after 1 s"), "{stderr}");
}

#[test]
fn a_webhook_that_refuses_twice_hears_it_once() {
    let server = FaultServer::new(|_, before| match before {
        0 => answer("500 Internal Server Error", b"no"),
        1 => answer("429 Too Many Requests", b""),
        _ => answer("200 OK", b"ok"),
    });
    let folder = job(
        CLEAN,
        &format!(
            "deliver = [{{ webhook = \"env:HOOK_OF_TEST\", allow_private = [\"{}\"] }}]",
            server.host()
        ),
    );
    let mut command = malmoi(folder.path(), &["schedule", "run", "--job", "a", "--now", "-vv"]);
    command.env("HOOK_OF_TEST", server.url("/services/T00/hunter2"));
    let (code, stdout, stderr) = outcome(command);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(server.requests(), 3);
    let runs = history(folder.path());
    assert_eq!(
        (&runs[0]["deliveries"][0]["state"], &runs[0]["deliveries"][0]["tries"]),
        (&"done".into(), &3.into())
    );
    // Nobody hears the secret: not who reads along, not the files of the project.
    let told = [stdout, stderr, run(folder.path(), &["schedule", "history"]).1];
    let shown = run(folder.path(), &["config", "show"]).1;
    assert!(told.iter().chain([&shown]).all(|text| !text.contains("hunter2")), "{told:?}");
    for (path, bytes) in files(folder.path()) {
        let found = bytes.windows(7).any(|part| part == b"hunter2");
        assert!(!found, "the secret is in {}", path.display());
    }
}

#[test]
fn a_webhook_that_never_answers_well_leaves_no_secret_behind() {
    let server = FaultServer::new(|request, _| answer("403 Forbidden", request.as_bytes()));
    let folder = job(
        CLEAN,
        &format!(
            "deliver = [{{ webhook = \"file:hook\", allow_private = [\"{}\"] }}]",
            server.host()
        ),
    );
    let secret = folder.path().join("hook");
    std::fs::write(&secret, server.url("/hunter2")).unwrap();
    let (code, stdout, stderr) =
        run(folder.path(), &["schedule", "run", "--job", "a", "--now", "-vv"]);
    // The job is done; its delivery is tried again by whoever looks next.
    assert_eq!((code, stdout.as_str()), (0, "a: done\n  webhook file:hook: waiting\n"));
    assert!(stderr.contains("not yet delivered to webhook file:hook"), "{stderr}");
    std::fs::remove_file(secret).unwrap();
    assert!(!stderr.contains("hunter2"), "{stderr}");
    for (path, bytes) in files(folder.path()) {
        let found = bytes.windows(7).any(|part| part == b"hunter2");
        assert!(!found, "the secret is in {}", path.display());
    }
}

#[cfg(feature = "mail")]
#[test]
fn a_mail_server_that_refuses_twice_gets_one_letter() {
    use crate::mail_sink::{Answer, MailSink};
    let sink = MailSink::new(|before| [Answer::Later, Answer::Close, Answer::Take][before.min(2)]);
    let host = sink.host();
    let folder = job(
        CLEAN,
        &format!(
            "deliver = [{{ mail = {{ to = [\"a@example.org\"], from = \"b@example.org\", \
             server = \"{host}\", tls = \"none\" }}, allow_private = [\"{host}\"] }}]"
        ),
    );
    let (code, stdout, stderr) = run(folder.path(), &["schedule", "run", "--job", "a", "--now"]);
    assert_eq!(
        (code, stdout.as_str()),
        (0, "a: done\n  mail to a@example.org: done\n"),
        "{stderr}"
    );
    assert_eq!((sink.offered(), sink.letters().len()), (3, 1));
    assert!(sink.letters()[0].contains("filename=\"report 1.html\""));
    let (_, _, stderr) = run(folder.path(), &["schedule", "run", "--once"]);
    assert_eq!(sink.offered(), 3, "{stderr}");
}

#[test]
fn secrets_in_the_settings_are_refused_and_not_shown() {
    let folder =
        job(CLEAN, "deliver = [{ webhook = \"https://hooks.slack.com/services/hunter2\" }]");
    for arguments in [&["config", "check"][..], &["config", "show"], &["schedule", "run", "--once"]]
    {
        let (code, stdout, stderr) = run(folder.path(), arguments);
        assert_eq!(code, 2);
        assert!(stderr.contains("`schedule.job.a.deliver.0.webhook` is a secret"), "{stderr}");
        assert!(stderr.contains("pipeline.toml, line ") && stderr.contains("hint: "), "{stderr}");
        assert!(!(stdout + &stderr).contains("hunter2"));
    }
}

#[test]
fn units_are_written_once_and_systemd_likes_them() {
    let folder = job(CLEAN, "");
    let units = folder.path().join("my units");
    let output = units.display().to_string();
    let arguments = ["schedule", "install", "--systemd", "--user", "--output", &output];
    let (code, shown, _) = run(folder.path(), &[&arguments[..], &["--dry-run"]].concat());
    assert_eq!(code, 0);
    assert!(shown.contains("OnCalendar=*-*-* *:*:00") && shown.contains("run --once"), "{shown}");
    assert!(!units.exists());
    let (code, stdout, stderr) = run(folder.path(), &arguments);
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("systemctl --user enable --now malmoi-"), "{stdout}");
    assert!(!stderr.contains("systemd-analyze says"), "{stderr}");
    assert_eq!(files(&units).len(), 2);
    // What is wrong with a unit would be told.
    let broken = Command::new("systemd-analyze").arg("--version").output().is_ok();
    if broken {
        let path = files(&units).into_keys().find(|path| path.extension().unwrap() == "service");
        let path = units.join(path.unwrap());
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace("ExecStart=", "ExecStart=no-path ")).unwrap();
        let verified = Command::new("systemd-analyze").arg("verify").arg(&path).output().unwrap();
        assert!(!verified.status.success());
        std::fs::write(&path, text).unwrap();
    }
    // The same again is no harm; another file in its place is not written over.
    assert_eq!(run(folder.path(), &arguments).0, 0);
    let name = files(&units).into_keys().find(|path| path.extension().unwrap() == "timer").unwrap();
    std::fs::write(units.join(&name), "mine").unwrap();
    let (code, _, stderr) = run(folder.path(), &arguments);
    assert_eq!(code, 1);
    assert!(stderr.contains("is there already") && stderr.contains("--force"), "{stderr}");
    assert_eq!(files(&units)[&name], b"mine");
    assert_eq!(run(folder.path(), &[&arguments[..], &["--force"]].concat()).0, 0);
    assert_ne!(files(&units)[&name], b"mine");
}

#[test]
fn cron_gets_a_line() {
    let folder = job(CLEAN, "");
    let (code, line, _) = run(folder.path(), &["schedule", "install", "--cron"]);
    assert_eq!((code, line.lines().count()), (0, 1));
    assert!(
        line.starts_with("* * * * * cd ") && line.ends_with(" schedule run --once\n"),
        "{line}"
    );
    // It is a line that a shell can run.
    a_day_passes(folder.path());
    let command = line.strip_prefix("* * * * * ").unwrap();
    let status = Command::new("sh").args(["-c", command]).env_clear().status().unwrap();
    assert!(status.success());
    assert_eq!(outcomes(folder.path()), ["done 1"]);
    assert_eq!(run(folder.path(), &["schedule", "install"]).0, 2);
}

#[test]
fn a_feed_replaces_no_other_file() {
    let folder = job(CLEAN, "deliver = [{ feed = \"pipeline.toml\" }]");
    let path = folder.path().join("pipeline.toml");
    let before = std::fs::read_to_string(&path).unwrap();
    let (_, stdout, stderr) = run(folder.path(), &["schedule", "run", "--job", "a", "--now"]);
    assert!((stdout + &stderr).contains("is no feed of malmoi, so it is not replaced"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
}

#[test]
fn a_misspelt_key_shows_no_secret() {
    for delivery in [
        "{ webhook = \"hooks.slack.com/services/T0/B0/sEcReT\" }",
        "{ webhok = \"https://hooks.slack.com/services/T0/B0/sEcReT\" }",
        "{ mail = { to = [\"a@example.org\"], from = \"b@example.org\", server = \"mail.example.org\", passwort = \"sEcReT\" } }",
    ] {
        let folder = job(CLEAN, &format!("deliver = [{delivery}]"));
        let (code, stdout, stderr) = run(folder.path(), &["schedule", "list"]);
        assert_eq!(code, 2, "{stdout}");
        assert!(!(stdout + &stderr).contains("sEcReT"), "{stderr}");
    }
}
