//! Threads that answer: each keeps what it needs for that from one question to the next.
//!
//! An index that is replaced keeps its threads until the last question that was put to
//! it is answered; the new one has threads of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tokio::sync::oneshot;

use super::problem::Problem;
use super::queue::Queue;
use crate::pipeline::{Asker, SearchEngine};

/// Questions that may wait for a thread.
const MOST_WAITING: usize = 256;

type Question = Box<dyn for<'a> FnOnce(&mut Asker<'a>) + Send>;
type Task = Box<dyn FnOnce() + Send>;

/// Bytes of documents that all threads of an index remember together.
const MOST_REMEMBERED: usize = 32 << 20;

/// One generation of an index and the threads that ask it.
pub struct Desk {
    questions: Arc<Queue<Question>>,
}

impl Desk {
    /// Starts `threads` threads.
    pub fn open(engine: SearchEngine, threads: usize) -> Self {
        let (engine, questions) = (Arc::new(engine), Arc::new(Queue::new(MOST_WAITING)));
        for _ in 0..threads {
            let (engine, questions) = (Arc::clone(&engine), Arc::clone(&questions));
            let bytes = MOST_REMEMBERED / threads;
            std::thread::spawn(move || answer_all(&engine, &questions, bytes));
        }
        Desk { questions }
    }

    /// Has `work` done by one of the threads.
    ///
    /// # Errors
    /// If too many questions wait, or the work failed on a mistake of ours.
    pub async fn ask<T: Send + 'static>(
        &self,
        work: impl for<'a> FnOnce(&mut Asker<'a>) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let (sender, answer) = oneshot::channel();
        let question: Question = Box::new(move |asker| {
            // Nobody may wait for it any more.
            let _ = sender.send(work(asker));
        });
        self.questions.push(question).map_err(|_| Problem::busy())?;
        answer.await.map_err(|_| Problem::failed())
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.questions.close();
    }
}

fn answer_all(engine: &SearchEngine, questions: &Queue<Question>, bytes: usize) {
    let mut asker = engine.asker().remembering(bytes);
    while let Some(question) = questions.next() {
        if catch_unwind(AssertUnwindSafe(|| question(&mut asker))).is_err() {
            tracing::error!("a question failed on a mistake of malmoi");
            asker = engine.asker().remembering(bytes);
        }
    }
}

/// Threads for what asks no index.
pub struct Crew(Arc<Queue<Task>>);

impl Crew {
    /// Starts `threads` threads.
    pub fn start(threads: usize) -> Self {
        let tasks: Arc<Queue<Task>> = Arc::new(Queue::new(MOST_WAITING));
        for _ in 0..threads {
            let tasks = Arc::clone(&tasks);
            std::thread::spawn(move || {
                while let Some(task) = tasks.next() {
                    if catch_unwind(AssertUnwindSafe(task)).is_err() {
                        tracing::error!("a task failed on a mistake of malmoi");
                    }
                }
            });
        }
        Crew(tasks)
    }

    /// Has `work` done by one of the threads.
    ///
    /// # Errors
    /// If too many tasks wait, or the work failed on a mistake of ours.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let (sender, done) = oneshot::channel();
        let task: Task = Box::new(move || {
            // Nobody may wait for it any more.
            let _ = sender.send(work());
        });
        self.0.push(task).map_err(|_| Problem::busy())?;
        done.await.map_err(|_| Problem::failed())
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.0.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_that_fails_takes_no_thread_with_it() {
        let crew = Crew::start(1);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let failed = crew.run(|| panic!("on purpose")).await;
            assert_eq!(failed.map(|()| 0).unwrap_err().status.as_u16(), 500);
            assert_eq!(crew.run(|| 7).await.unwrap(), 7);
        });
    }
}
