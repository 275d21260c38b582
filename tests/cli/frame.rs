use std::io::Read;
use std::process::{Command, Stdio};

use crate::{malmoi, outcome, project, run};

#[test]
fn help_tells_the_exit_codes() {
    let folder = project("");
    let (code, stdout, _) = run(folder.path(), &["--help"]);
    assert_eq!(code, 0);
    assert!(stdout.contains("130  interrupted"), "{stdout}");
}

#[test]
fn what_every_command_takes_stands_apart() {
    let (_, stdout, _) = run(project("").path(), &["predict", "--help"]);
    let (own, global) = stdout.split_once("\nGlobal options:\n").expect("a heading of its own");
    assert!(own.contains("--text-column") && !own.contains("--log-format"), "{stdout}");
    assert!(global.contains("--log-format"), "{stdout}");
}

#[test]
fn wrong_arguments_end_with_2() {
    let folder = project("");
    let all: [&[&str]; 4] =
        [&[], &["cofnig"], &["-q", "-v", "doctor"], &["--threads", "0", "doctor"]];
    for arguments in all {
        let (code, stdout, stderr) = run(folder.path(), arguments);
        assert_eq!((code, stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(!stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn colours_go_where_they_are_wanted() {
    let folder = project("[pipeline.mine.vectorize]\nmax_df = 1.5");
    let has_colour = |flags: &[&str], no_color: bool| {
        let mut command = malmoi(folder.path(), &["config", "check"]);
        command.args(flags);
        if no_color {
            command.env("NO_COLOR", "1");
        } else {
            // What a terminal would be, a pipe can only be told to be.
            command.env("CLICOLOR_FORCE", "1");
        }
        outcome(command).2.contains('\u{1b}')
    };
    assert!(has_colour(&[], false));
    assert!(!has_colour(&[], true));
    assert!(has_colour(&["--color", "always"], true));
    assert!(!has_colour(&["--color", "never"], false));
    assert!(!run(folder.path(), &["config", "check"]).2.contains('\u{1b}'));
}

/// `malmoi config schema | head -c 0`
#[test]
fn a_reader_that_leaves_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_malmoi"))
        .args(["config", "schema"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(0), ""));
}

#[test]
fn wrong_log_levels_are_refused() {
    let folder = project("");
    let mut command = malmoi(folder.path(), &["config", "check"]);
    command.env("MALMOI_LOG", "loud");
    let (code, _, stderr) = outcome(command);
    assert_eq!(code, 2);
    insta::assert_snapshot!(stderr, @r#"
    error: `loud` is no level of logs
      --> environment variable MALMOI_LOG
    hint: use error, warn, info, debug or trace
    "#);
}

#[test]
fn logs_are_lines_of_json_on_request() {
    let folder = project("");
    let log = |flags: &[&str]| run(folder.path(), &[&["config", "check"], flags].concat()).2;
    assert_eq!(log(&["--log-format", "json"]), "");
    let line: serde_json::Value =
        serde_json::from_str(&log(&["-v", "--log-format", "json"])).unwrap();
    assert_eq!(line["fields"]["message"], "reading the settings");
    assert!(log(&["-v"]).starts_with(" INFO reading the settings"), "{}", log(&["-v"]));
}
