//! Many workers, one order: blocks are worked on side by side and written in turn.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

use crate::error::Result;

/// Blocks under way for each worker; the ceiling on memory for input of any length.
const BLOCKS_PER_WORKER: usize = 4;

/// Reads blocks with `next`, works on them with one `worker` a thread, and
/// gives the results to `write` in the order of the input.
///
/// # Errors
/// The first error of `next` or `write`; blocks read before it are finished.
pub(super) fn ordered<I: Send, O: Send, W>(
    mut next: impl FnMut() -> Result<Option<I>> + Send,
    worker: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, I) -> O + Sync,
    mut write: impl FnMut(O) -> Result<()>,
) -> Result<()> {
    let workers = rayon::current_num_threads().max(1);
    let places = workers * BLOCKS_PER_WORKER;
    let (tickets, free) = sync_channel::<()>(places);
    (0..places).for_each(|_| tickets.send(()).expect("the channel has room for all tickets"));
    let (to_work, blocks) = sync_channel::<(usize, I)>(places);
    let (to_write, results) = sync_channel::<(usize, O)>(places);
    let blocks = Mutex::new(blocks);
    std::thread::scope(|scope| {
        let reading = scope.spawn(move || feed(&mut next, &free, &to_work));
        for _ in 0..workers {
            let (to_write, blocks, worker, work) = (to_write.clone(), &blocks, &worker, &work);
            scope.spawn(move || serve(blocks, &to_write, worker(), work));
        }
        drop(to_write);
        let written = drain(&results, &tickets, &mut write);
        // Whoever still waits to hand something over is let go.
        drop((results, tickets));
        let read = reading.join().expect("reading never panics");
        written.and(read)
    })
}

fn feed<I>(
    next: &mut impl FnMut() -> Result<Option<I>>,
    free: &Receiver<()>,
    to_work: &SyncSender<(usize, I)>,
) -> Result<()> {
    for number in 0.. {
        if free.recv().is_err() {
            break;
        }
        let Some(block) = next()? else { break };
        if to_work.send((number, block)).is_err() {
            break;
        }
    }
    Ok(())
}

fn serve<I, O, W>(
    blocks: &Mutex<Receiver<(usize, I)>>,
    to_write: &SyncSender<(usize, O)>,
    mut worker: W,
    work: impl Fn(&mut W, I) -> O,
) {
    loop {
        let next = blocks.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((number, block)) = next else { break };
        if to_write.send((number, work(&mut worker, block))).is_err() {
            break;
        }
    }
}

fn drain<O>(
    results: &Receiver<(usize, O)>,
    tickets: &SyncSender<()>,
    write: &mut impl FnMut(O) -> Result<()>,
) -> Result<()> {
    let mut early = BTreeMap::new();
    let mut due = 0;
    for (number, result) in results.iter() {
        early.insert(number, result);
        while let Some(result) = early.remove(&due) {
            write(result)?;
            due += 1;
            // The reader may be gone already.
            let _ = tickets.send(());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn results_keep_the_order_of_the_input() {
        let mut numbers = 0..1000u64;
        let mut written = Vec::new();
        ordered(
            || Ok(numbers.next()),
            || (),
            |(), number| {
                if number % 7 == 0 {
                    std::thread::sleep(std::time::Duration::from_micros(300));
                }
                number * 2
            },
            |number| {
                written.push(number);
                Ok(())
            },
        )
        .unwrap();
        assert_eq!(written, (0..1000).map(|number| number * 2).collect::<Vec<_>>());
    }

    #[test]
    fn errors_of_both_ends_come_out() {
        let read =
            ordered(|| Err::<Option<u8>, _>(Error::data("read")), || (), |(), n| n, |_| Ok(()));
        assert_eq!(read.unwrap_err().to_string(), "read");
        let written = ordered(|| Ok(Some(1u8)), || (), |(), n| n, |_| Err(Error::io("full")));
        assert_eq!(written.unwrap_err().to_string(), "full");
    }
}
