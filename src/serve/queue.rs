//! Work that waits for a thread: a bounded queue.
//!
//! Searches and explanations are work for a core. They are done by a few threads of
//! their own, so that the one that reads and writes connections is never held up, and
//! what does not fit into the queue is refused at once.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};

/// Jobs in the order in which they came.
pub struct Queue<J> {
    waiting: Mutex<Waiting<J>>,
    changed: Condvar,
    most: usize,
}

struct Waiting<J> {
    jobs: VecDeque<J>,
    is_closed: bool,
}

/// No job is taken: as many as may wait do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

impl<J> Queue<J> {
    /// A queue in which at most `most` jobs wait.
    pub fn new(most: usize) -> Self {
        let waiting = Waiting { jobs: VecDeque::new(), is_closed: false };
        Queue { waiting: Mutex::new(waiting), changed: Condvar::new(), most }
    }

    /// Adds a job.
    ///
    /// # Errors
    /// If the queue is full or closed.
    pub fn push(&self, job: J) -> Result<(), Full> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.is_closed || waiting.jobs.len() >= self.most {
            return Err(Full);
        }
        waiting.jobs.push_back(job);
        drop(waiting);
        self.changed.notify_one();
        Ok(())
    }

    /// The next job, once there is one; `None` when the queue is closed and empty.
    pub fn next(&self) -> Option<J> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let is_idle = |waiting: &mut Waiting<J>| waiting.jobs.is_empty() && !waiting.is_closed;
        let waiting = self.changed.wait_while(waiting, is_idle);
        waiting.unwrap_or_else(PoisonError::into_inner).jobs.pop_front()
    }

    /// Takes no more jobs; those that wait are still done.
    pub fn close(&self) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).is_closed = true;
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_refused() {
        let queue = Queue::new(2);
        assert_eq!((queue.push(1), queue.push(2), queue.push(3)), (Ok(()), Ok(()), Err(Full)));
        assert_eq!(queue.next(), Some(1));
        assert_eq!(queue.push(4), Ok(()));
        queue.close();
        assert_eq!(queue.push(5), Err(Full));
        assert_eq!([queue.next(), queue.next(), queue.next()], [Some(2), Some(4), None]);
    }

    #[test]
    fn who_waits_is_woken() {
        let queue = Queue::new(1);
        std::thread::scope(|scope| {
            let taken = scope.spawn(|| queue.next());
            queue.push(7).unwrap();
            assert_eq!(taken.join().unwrap(), Some(7));
            let ended = scope.spawn(|| queue.next());
            queue.close();
            assert_eq!(ended.join().unwrap(), None);
        });
    }
}
