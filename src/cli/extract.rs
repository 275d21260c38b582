//! `malmoi extract ARCHIVE`: unpack an archive that may be hostile.

use std::path::PathBuf;
use std::sync::atomic::AtomicU64;

use malmoi::pipeline::Watch;
use malmoi::source::{Limits, extract};
use malmoi::{Error, Result};

use super::Context;
use super::progress::Progress;

/// What and where to.
#[derive(clap::Args)]
pub struct Arguments {
    /// A `.tar` or `.tar.gz`
    archive: PathBuf,
    /// The folder to make; it appears when everything is unpacked
    #[arg(long, value_name = "DIR")]
    output: PathBuf,
    /// Replace all that the folder holds
    #[arg(long)]
    force: bool,
}

/// Unpacks the archive.
///
/// # Errors
/// A damaged or hostile archive, a folder that holds something, or an interrupt.
pub fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let Arguments { archive, output, force } = arguments;
    let size = std::fs::metadata(archive)
        .map_err(|error| Error::file("cannot open", archive, error))?
        .len();
    let progress = Progress::start(context.is_quiet())?;
    progress.stage("extract");
    let done = AtomicU64::new(0);
    progress.follow(&done, size, || {
        extract(archive, output, &Limits::streamed(), *force, progress.stop(), &done)
    })?;
    progress.finish();
    context.output().note(&format!("unpacked {} into {}\n", archive.display(), output.display()))
}
