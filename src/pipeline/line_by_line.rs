//! Work on a stream of lines: side by side, in order, in bounded memory.
//!
//! A line that cannot be used is named and left out, and all others go on.

use std::io::{Read, Write};

use super::blocks::{Block, Blocks, written};
use super::ordered::ordered;
use super::watch::Watch;
use crate::data::Skipped;
use crate::error::Result;

/// What came of a line: bytes were added to the output, or why not. What the user
/// should know of the line goes with it.
pub(super) type Worked = std::result::Result<Option<&'static str>, String>;

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
        |worker, block| one_block(&block, blank, watch, |line, out| work(worker, line, out)),
        |done: Done| {
            // A block that was left in the middle goes nowhere.
            watch.check()?;
            count += done.lines;
            for (line, reason) in &done.bad {
                skipped.add(&format!("{name}, line {line}"), reason);
            }
            for (line, remark) in &done.remarks {
                watch.note(&format!("{name}, line {line}: {remark}"));
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
    remarks: Vec<(u64, &'static str)>,
}

fn one_block(
    block: &Block,
    blank: Blank,
    watch: &dyn Watch,
    mut work: impl FnMut(&[u8], &mut Vec<u8>) -> Worked,
) -> Done {
    let bytes = Vec::with_capacity(block.bytes.len() * 9 / 8);
    let mut done = Done { bytes, lines: 0, bad: Vec::new(), remarks: Vec::new() };
    if let Some(problem) = block.problem() {
        return Done { lines: 1, bad: vec![problem], ..done };
    }
    for (number, line) in block.lines() {
        if blank == Blank::IsNone && line.trim_ascii().is_empty() {
            continue;
        }
        if watch.check().is_err() {
            break;
        }
        let whole = done.bytes.len();
        done.lines += 1;
        match work(line, &mut done.bytes) {
            Ok(remark) => done.remarks.extend(remark.map(|remark| (number, remark))),
            Err(reason) => {
                // Half a result is none.
                done.bytes.truncate(whole);
                done.bad.push((number, reason));
            }
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

    use super::*;

    #[derive(Default)]
    struct Listening {
        notes: Mutex<Vec<String>>,
        stop: AtomicBool,
    }

    impl Watch for Listening {
        fn note(&self, message: &str) {
            self.notes.lock().unwrap().push(message.to_owned());
        }

        fn stop(&self) -> &AtomicBool {
            &self.stop
        }
    }

    /// Copies lines; `odd` ones are remarked upon, and at `stop` the user stops.
    fn check(input: &str) -> (Result<u64>, String, Vec<String>) {
        let (watch, mut out) = (Listening::default(), Vec::new());
        let work = |(): &mut (), line: &[u8], out: &mut Vec<u8>| {
            out.extend_from_slice(line);
            watch.stop.store(line == b"stop", Relaxed);
            Ok((line == b"odd").then_some("this is odd"))
        };
        let done =
            line_by_line("in", input.as_bytes(), &mut out, &watch, Blank::IsText, || (), work);
        let notes = watch.notes.into_inner().unwrap();
        (done.map(|(count, _)| count), String::from_utf8(out).unwrap(), notes)
    }

    #[test]
    fn remarks_come_in_order_with_their_lines() {
        let (count, out, notes) = check("a\nodd\nb\nodd\n");
        assert_eq!((count.unwrap(), out.as_str()), (4, "aoddbodd"));
        assert_eq!(notes, ["in, line 2: this is odd", "in, line 4: this is odd"]);
    }

    #[test]
    fn a_stop_is_heard_between_lines() {
        let (count, out, _) = check("a\nstop\nb\n");
        assert_eq!((count.unwrap_err().exit_code(), out.as_str()), (130, ""));
    }
}
