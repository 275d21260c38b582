//! Work on a stream of lines: side by side, in order, in bounded memory.
//!
//! A line that cannot be used is named and left out, and all others go on.

use std::io::{Read, Write};

use super::blocks::{Block, Blocks, written};
use super::ordered::ordered;
use super::watch::Watch;
use crate::data::Skipped;
use crate::error::Result;

/// What came of a line: bytes were added to the output, or why not.
pub(super) type Worked = std::result::Result<(), String>;

/// Which lines of a stream are texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blank {
    /// A blank one too.
    IsText,
    /// Blank ones are passed over.
    IsNone,
}

/// Calls `work` with a worker, each line of `input`, which messages call `name`,
/// and the bytes to add its result to; gives how many texts there were and what
/// was left out.
///
/// # Errors
/// If reading or writing fails, or the user stops.
pub(super) fn line_by_line<W>(
    name: &str,
    input: impl Read + Send,
    mut output: impl Write,
    watch: &dyn Watch,
    blank: Blank,
    worker: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, &[u8], &mut Vec<u8>) -> Worked + Sync,
) -> Result<(u64, Skipped)> {
    let mut blocks = Blocks::new(input, name);
    let mut skipped = Skipped::default();
    let mut count = 0;
    ordered(
        || {
            watch.check()?;
            blocks.next()
        },
        worker,
        |worker, block| one_block(&block, blank, |line, out| work(worker, line, out)),
        |done: Done| {
            count += done.lines;
            for (line, reason) in &done.bad {
                skipped.add(&format!("{name}, line {line}"), reason);
            }
            watch.advance(count, None);
            output.write_all(&done.bytes).map_err(|error| written(error, "the result"))
        },
    )?;
    output.flush().map_err(|error| written(error, "the result"))?;
    Ok((count, skipped))
}

struct Done {
    bytes: Vec<u8>,
    lines: u64,
    bad: Vec<(u64, String)>,
}

fn one_block(
    block: &Block,
    blank: Blank,
    mut work: impl FnMut(&[u8], &mut Vec<u8>) -> Worked,
) -> Done {
    let mut done =
        Done { bytes: Vec::with_capacity(block.bytes.len() * 9 / 8), lines: 0, bad: Vec::new() };
    if let Some(problem) = block.problem() {
        return Done { lines: 1, bad: vec![problem], ..done };
    }
    for (number, line) in block.lines() {
        if blank == Blank::IsNone && line.trim_ascii().is_empty() {
            continue;
        }
        let whole = done.bytes.len();
        done.lines += 1;
        if let Err(reason) = work(line, &mut done.bytes) {
            // Half a result is none.
            done.bytes.truncate(whole);
            done.bad.push((number, reason));
        }
    }
    done
}
