//! One thread that writes, and many that wait for one fsync.
//!
//! The writer takes everything that queued up while the last commit reached the disk, runs each piece of work in a
//! savepoint of one transaction, commits once, and only then answers. Work that fails takes back only itself; when
//! the commit fails, nobody is told that anything was stored.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::files::{PendingFile, keep};
use crate::ids::Ids;
use crate::link::Link;
use crate::{Fault, Tx};

/// Most pieces of work that share one commit: a bound on how long the first of them waits.
const BATCH: usize = 256;

/// Runs before each commit in which something succeeded.
pub(crate) type AfterBatch = Box<dyn Fn(&mut Tx<'_>) -> Result<(), Fault> + Send>;

/// A piece of work in the queue, whatever it returns.
pub(crate) trait Job: Send {
    /// Runs in a savepoint of its own and says whether it succeeded. An error means that the transaction is lost.
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<bool, Fault>;
    /// The files that must be on the disk before the commit, when the work succeeded.
    fn files(&mut self) -> &mut Vec<PendingFile>;
    /// Tells the result, or why there is none.
    fn answer(self: Box<Self>, committed: Result<(), Fault>);
}

/// Work with its result and the one who waits for it.
pub(crate) struct Work<F, T, E> {
    work: Option<F>,
    result: Option<Result<T, E>>,
    files: Vec<PendingFile>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Work<F, T, E> {
    pub(crate) fn new(work: F, files: Vec<PendingFile>, reply: oneshot::Sender<Result<T, E>>) -> Self {
        Work { work: Some(work), result: None, files, reply }
    }
}

impl<F, T, E> Job for Work<F, T, E>
where
    F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<Fault> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<bool, Fault> {
        let Some(work) = self.work.take() else {
            return Ok(false);
        };
        let mut cause = None;
        let result = tx.attempt(|tx| {
            let result = guarded(|| work(tx));
            cause = tx.failure().cloned();
            result
        });
        if tx.lost() {
            let cause =
                cause.map_or_else(|| "the transaction was lost".to_owned(), |fault| fault.cause().to_owned());
            return Err(Fault::Unavailable { what: cause });
        }
        // The savepoint is closed either way; a fault left behind here means that closing it failed.
        if let Some(fault) = tx.take_failure() {
            return Err(fault);
        }
        let succeeded = result.is_ok();
        self.result = Some(result);
        Ok(succeeded)
    }

    fn files(&mut self) -> &mut Vec<PendingFile> {
        &mut self.files
    }

    fn answer(self: Box<Self>, committed: Result<(), Fault>) {
        let result = match (committed, self.result) {
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(Fault::internal("the work was not run").into()),
            (Err(fault), _) => Err(fault.into()),
        };
        // Whoever asked may have hung up; the work is done all the same.
        let _ = self.reply.send(result);
    }
}

/// Runs `work`; a panic in it becomes a fault, and its message goes to the panic hook as always.
pub(crate) fn guarded<T, E: From<Fault>>(work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(Fault::internal("the work panicked; see the log").into()))
}

pub(crate) struct Writer {
    pub(crate) link: Link,
    pub(crate) ids: Arc<Ids>,
    pub(crate) queue: Receiver<Box<dyn Job>>,
    pub(crate) after_batch: Arc<Mutex<Option<AfterBatch>>>,
    /// Something was erased, and the database may still keep an old copy for its own use.
    pub(crate) to_forget: bool,
}

impl Writer {
    /// Works until all senders of the queue are gone.
    pub(crate) fn run(mut self) {
        while let Some(first) = self.next() {
            let mut batch = vec![first];
            while batch.len() < BATCH
                && let Ok(job) = self.queue.try_recv()
            {
                batch.push(job);
            }
            let committed = self.carry_out(&mut batch);
            if let Err(fault) = &committed {
                tracing::error!(%fault, work = batch.len(), "a batch was not stored");
                self.link.reset();
            }
            for job in batch {
                job.answer(committed.clone());
            }
        }
    }

    /// The next work; meanwhile, while an erasure is not complete, tries to complete it.
    fn next(&mut self) -> Option<Box<dyn Job>> {
        while self.to_forget {
            match self.queue.recv_timeout(Duration::from_secs(1)) {
                Ok(job) => return Some(job),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => self.to_forget = !self.link.forget(),
            }
        }
        self.queue.recv().ok()
    }

    fn carry_out(&mut self, batch: &mut [Box<dyn Job>]) -> Result<(), Fault> {
        let connection = self.link.begin().map_err(passing)?;
        let mut tx = Tx::new(connection, &self.ids);
        let mut files = Vec::new();
        let mut succeeded = false;
        for job in batch {
            if job.run(&mut tx).map_err(passing)? {
                succeeded = true;
                files.append(job.files());
            }
        }
        if !succeeded {
            return tx.connection().batch("ROLLBACK");
        }
        if let Some(hook) = self.after_batch.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).as_ref()
        {
            // In a savepoint too: a statement that failed unnoticed in it would turn PostgreSQL's COMMIT into a silent
            // ROLLBACK; ending the savepoint finds it.
            tx.attempt(|tx| guarded(|| hook(tx))).map_err(passing)?;
        }
        let kept = keep(files)?;
        self.to_forget |= tx.has_erased();
        let committed = tx.connection().batch("COMMIT").map_err(passing);
        // A commit whose answer was lost may have happened: then a file too many is better than one too few.
        kept.forever();
        if committed.is_ok() && self.to_forget {
            self.to_forget = !self.link.forget();
        }
        committed
    }
}

/// Whatever the reason was, to those who wait it means: nothing was stored, send it again.
fn passing(fault: Fault) -> Fault {
    match fault {
        Fault::Unavailable { .. } => fault,
        other => Fault::unavailable(other.cause()),
    }
}
