//! Where texts come from and go to: files or standard input and output.

use std::fs::File;
use std::io::{BufWriter, Cursor, Read, Write};
use std::path::Path;

use malmoi::data::Skipped;
use malmoi::files::OutputFile;
use malmoi::{Error, Result};

use super::output::closed;

/// A file or standard input, and what messages call it; gzip is unpacked.
///
/// # Errors
/// If the file cannot be read.
pub fn open(path: Option<&Path>) -> Result<(Box<dyn Read + Send>, String)> {
    let Some(path) = path else {
        return Ok((Box::new(std::io::stdin()), "standard input".to_owned()));
    };
    let failed = |error| Error::file("cannot read", path, error);
    let mut file = File::open(path).map_err(failed)?;
    let mut magic = Vec::new();
    (&mut file).take(2).read_to_end(&mut magic).map_err(failed)?;
    let is_gzip = magic == [0x1f, 0x8b];
    let whole = Cursor::new(magic).chain(file);
    let input: Box<dyn Read + Send> = match is_gzip {
        true => Box::new(flate2::read::MultiGzDecoder::new(whole)),
        false => Box::new(whole),
    };
    Ok((input, path.display().to_string()))
}

/// Lets `write` fill a file, whole or not at all, or standard output; a file
/// whose name ends with `.gz` is packed.
///
/// # Errors
/// Those of `write`, or the file cannot be made.
pub fn write<T>(path: Option<&Path>, write: impl FnOnce(&mut dyn Write) -> Result<T>) -> Result<T> {
    let Some(path) = path else {
        let mut stdout = BufWriter::with_capacity(1 << 18, Unlocked);
        return write(&mut stdout).map_err(closed);
    };
    let mut file = OutputFile::create(path)?;
    let written = write(&mut file)?;
    file.commit()?;
    Ok(written)
}

/// Fails if rows were left out; all others are done by then. `done` says what
/// happened to them.
///
/// # Errors
/// The rows that could not be used.
pub fn report(count: u64, skipped: &Skipped, done: &str) -> Result<()> {
    if skipped.count == 0 {
        return Ok(());
    }
    Err(Error::data(format!("{} of {count} rows could not be {done}", skipped.count))
        .at(skipped.examples.join("\n      "))
        .hinted(format!("all other rows were {done}; mend these and run the command again")))
}

/// Standard output, so that a block is written at once.
struct Unlocked;

impl Write for Unlocked {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        std::io::stdout().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        std::io::stdout().flush()
    }
}
