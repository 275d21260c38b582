//! The program from outside: arguments, what the user reads, exit codes.

mod completions;
mod config;
mod damage;
mod dictionary;
mod doctor;
mod downloads;
mod edges;
mod embed;
mod flow;
mod frame;
mod init;
mod korean;
mod labelling;
mod learn_network;
mod learn_regression;
mod news;
mod reduce;
mod report;
mod reviews;
mod run_search;
mod schedule;
mod search_more;
mod searching;
#[cfg(all(feature = "serve", unix))]
mod serving;
mod survival;
mod tools;
mod tour;

#[path = "../fault_server/mod.rs"]
#[expect(dead_code, reason = "only some of what it can do is needed here")]
mod fault_server;
#[cfg(feature = "mail")]
#[path = "../mail_sink/mod.rs"]
mod mail_sink;

use std::path::Path;

use assert_cmd::Command;
use tempfile::TempDir;

const SETTINGS: &str = r#"version = 1
default = "mine"

[pipeline.mine.source]
kind = "tsv"
path = "reviews.tsv"
"#;

/// The program in `folder`, without what the developer's shell has set.
fn malmoi(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_malmoi"));
    let ours = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with("MALMOI_");
    for (name, _) in std::env::vars_os().filter(|(name, _)| ours(name)) {
        command.env_remove(name);
    }
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command.current_dir(folder).args(arguments);
    command
}

/// A folder with a pipeline.toml, where no search goes above.
fn project(more: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    std::fs::create_dir(folder.path().join(".git")).expect("it is writable");
    let settings = format!("{SETTINGS}{more}\n");
    std::fs::write(folder.path().join("pipeline.toml"), settings).expect("it is writable");
    std::fs::write(folder.path().join("reviews.tsv"), "").expect("it is writable");
    folder
}

/// Runs the program: exit code, standard output, standard error.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    outcome(malmoi(folder, arguments))
}

fn outcome(mut command: Command) -> (i32, String, String) {
    let output = command.output().expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
    (output.status.code().expect("no signal"), text(output.stdout), text(output.stderr))
}
