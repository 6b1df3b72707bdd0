//! The store as the rest of the house sees it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use crate::backup::{Backup, backup};
use crate::files::{Files, PendingFile, sync_folder};
use crate::ids::Ids;
use crate::link::{Link, Role, Target};
use crate::reader::{self, Chunks, Outlet, Reading};
use crate::writer::{AfterBatch, Job, Work, Writer, guarded};
use crate::{Engine, Fault, Tx, migrate};

/// Connections for short reads; each has its own thread.
const READERS: usize = 4;
/// Long answers at a time; each has its own thread and connection.
const STREAMS: usize = 8;

/// Where the store is and what it needs from outside.
#[derive(Clone)]
pub struct StoreOptions {
    /// The data directory; it is made when it is missing.
    pub data: PathBuf,
    /// A `postgres://` URL; without it the database is `deungdae.db` in the data directory.
    pub database: Option<String>,
    /// The clock: milliseconds since 1970.
    pub now: fn() -> i64,
    /// A number drawn at random at each start (14 bits are used). It keeps the ids of several servers, or of a
    /// server and the command line beside it, apart.
    pub server: u16,
}

/// All that is stored. Clones share one store; the last one to be dropped waits for the work in the queue.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    // Senders first: dropped before the threads are waited for.
    writes: Option<mpsc::Sender<Box<dyn Job>>>,
    reads: Option<mpsc::Sender<Reading>>,
    threads: Vec<JoinHandle<()>>,
    after_batch: Arc<Mutex<Option<AfterBatch>>>,
    files: Files,
    ids: Arc<Ids>,
    target: Target,
    file: PathBuf,
    streams: Arc<AtomicUsize>,
}

impl Store {
    /// Opens the store, making or migrating what is there.
    ///
    /// # Errors
    /// [`Fault::Unusable`] when the operator has to do something first, [`Fault::Unavailable`] when the database
    /// or the disk does not answer.
    pub fn open(options: StoreOptions) -> Result<Store, Fault> {
        let ids = Arc::new(Ids::new(options.now, options.server));
        make_folder(&options.data)?;
        let file = options.data.join("deungdae.db");
        let target = Target::choose(options.database.as_deref(), file.clone())?;
        let files = Files::open(options.data.join("files"), ids.clone())?;
        let after_batch = Arc::new(Mutex::new(None));
        let mut threads = Vec::with_capacity(READERS + 1);

        let (writes, queue) = mpsc::channel();
        let writer = Writer {
            link: Link::new(target.clone(), Role::Write),
            ids: ids.clone(),
            queue,
            after_batch: after_batch.clone(),
            to_forget: false,
        };
        // The connection to PostgreSQL drives itself by blocking, which is not allowed on a thread of the async
        // runtime that may be calling us: so it is opened, used and closed on the writer's thread.
        let (opened, wait) = mpsc::channel();
        let (start, beginning) = (target.clone(), ids.clone());
        threads.push(spawn("store-writer", move || {
            let ready = guarded(|| migrate::bring_up_to_date(&mut *start.connect(Role::Write)?, &beginning));
            let run = ready.is_ok();
            let _ = opened.send(ready);
            if run {
                writer.run();
            }
        })?);
        wait.recv().unwrap_or_else(|_| Err(Fault::internal("the writer did not start")))?;

        let (reads, queue) = mpsc::channel();
        let queue: reader::Queue = Arc::new(Mutex::new(queue));
        for _ in 0..READERS {
            let (link, ids, queue) = (Link::new(target.clone(), Role::Read), ids.clone(), queue.clone());
            threads.push(spawn("store-reader", move || reader::run(link, &ids, &queue))?);
        }
        let (writes, reads, streams) = (Some(writes), Some(reads), Arc::default());
        let inner = Inner { writes, reads, threads, after_batch, files, ids, target, file, streams };
        Ok(Store { inner: Arc::new(inner) })
    }

    /// Which database this is.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self.inner.target {
            Target::Sqlite(_) => Engine::Sqlite,
            Target::Postgres(_) => Engine::Postgres,
        }
    }

    /// The folder of attachments.
    #[must_use]
    pub fn files(&self) -> &Files {
        &self.inner.files
    }

    /// Milliseconds since 1970, from the clock the store was opened with.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.inner.ids.now()
    }

    /// A new id; see [`Tx::new_id`].
    #[must_use]
    pub fn new_id(&self) -> i64 {
        self.inner.ids.next()
    }

    /// Sets what is done once before each commit in which any work succeeded, for example to sign a checkpoint of
    /// the ledger. When it fails, nothing of the batch is stored. It must not hold this store, or the store would
    /// never be closed.
    pub fn after_batch(&self, hook: impl Fn(&mut Tx<'_>) -> Result<(), Fault> + Send + 'static) {
        let mut place = self.inner.after_batch.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        *place = Some(Box::new(hook));
    }

    /// Queues `work` for the next commit. It is queued when this is called, not when the future is first polled,
    /// and runs even if the future is dropped. `Ok` means that it is on the disk.
    ///
    /// # Errors
    /// The error of `work`, which then has changed nothing; [`Fault::Unavailable`] when the commit failed.
    #[must_use = "whether the work was stored is only known from the answer"]
    pub fn write<T, E, F>(&self, work: F) -> impl Future<Output = Result<T, E>> + Send + use<T, E, F>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        self.write_with(Vec::new(), work)
    }

    /// Like [`Store::write`], keeping `files` when the work succeeds and removing them when it does not.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[must_use = "whether the work was stored is only known from the answer"]
    pub fn write_with<T, E, F>(
        &self,
        files: Vec<PendingFile>,
        work: F,
    ) -> impl Future<Output = Result<T, E>> + Send + use<T, E, F>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        let answer = self.queue_write(files, work);
        async { answer.await.unwrap_or_else(|_| Err(stopped().into())) }
    }

    /// Like [`Store::write`], for callers outside an async runtime.
    ///
    /// # Errors
    /// As [`Store::write`].
    ///
    /// # Panics
    /// When called on a thread of an async runtime.
    pub fn write_blocking<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        self.queue_write(Vec::new(), work).blocking_recv().unwrap_or_else(|_| Err(stopped().into()))
    }

    /// Runs `work` on a thread of the reader pool, in a transaction that sees one state of the database and can
    /// change nothing. For short answers; long ones belong to [`Store::stream`].
    ///
    /// # Errors
    /// The error of `work`; [`Fault::Unavailable`] when the database does not answer.
    pub fn read<T, E, F>(&self, work: F) -> impl Future<Output = Result<T, E>> + Send + use<T, E, F>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        let answer = self.queue_read(work);
        async { answer.await.unwrap_or_else(|_| Err(stopped().into())) }
    }

    /// Like [`Store::read`], for callers outside an async runtime.
    ///
    /// # Errors
    /// As [`Store::read`].
    ///
    /// # Panics
    /// When called on a thread of an async runtime.
    pub fn read_blocking<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        self.queue_read(work).blocking_recv().unwrap_or_else(|_| Err(stopped().into()))
    }

    /// A long answer: `work` runs on a thread and a connection of its own and writes into the outlet; the chunks
    /// come out at the pace of whoever takes them, in constant memory. Dropping the receiver ends the work.
    ///
    /// # Errors
    /// [`Fault::Unavailable`] when too many long answers are under way. Later faults come as the last chunk.
    pub fn stream(
        &self,
        work: impl FnOnce(&mut Tx<'_>, &mut Outlet) -> Result<(), Fault> + Send + 'static,
    ) -> Result<Chunks, Fault> {
        let place = Place::take(&self.inner.streams)?;
        let (outlet, chunks) = reader::outlet();
        let mut link = Link::new(self.inner.target.clone(), Role::Read);
        let ids = self.inner.ids.clone();
        spawn("store-stream", move || {
            let reading: Reading = Box::new(|tx| outlet.fill(|outlet| work(tx?, outlet)));
            // The connection is dropped, not reset: after an early end that would first fetch all remaining rows.
            reader::in_transaction(&mut link, &ids, reading);
            drop(link);
            drop(place);
        })?;
        Ok(chunks)
    }

    /// Copies the database and all files into a new folder while the server runs. It blocks for as long as that
    /// takes. A folder copied so serves as it is.
    ///
    /// # Errors
    /// [`Fault::Unusable`] when the folder is not empty, [`Fault::Unavailable`] when a disk refuses.
    pub fn backup_to(&self, folder: &Path) -> Result<Backup, Fault> {
        backup(&self.inner.target, &self.inner.file, &self.inner.files, folder)
    }

    fn queue_write<T, E, F>(&self, files: Vec<PendingFile>, work: F) -> oneshot::Receiver<Result<T, E>>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        if let Some(queue) = &self.inner.writes {
            // Should the writer be gone, the answer's sender is dropped with the work, and that is the answer.
            let _ = queue.send(Box::new(Work::new(work, files, reply)));
        }
        answer
    }

    fn queue_read<T, E, F>(&self, work: F) -> oneshot::Receiver<Result<T, E>>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        if let Some(queue) = &self.inner.reads {
            let _ = queue.send(Box::new(|tx| {
                let _ = reply.send(guarded(|| work(tx?)));
            }));
        }
        answer
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.writes = None;
        self.reads = None;
        for thread in self.threads.drain(..) {
            // The last clone may have been held by work on one of these threads.
            if thread.thread().id() != thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}

/// One of the places for long answers.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(streams: &Arc<AtomicUsize>) -> Result<Self, Fault> {
        let place = Place(streams.clone());
        if streams.fetch_add(1, Ordering::Relaxed) >= STREAMS {
            return Err(Fault::unavailable(format!("{STREAMS} exports are under way; wait for one to end")));
        }
        Ok(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn stopped() -> Fault {
    Fault::unavailable("the server is stopping")
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, Fault> {
    let thread = thread::Builder::new().name(name.to_owned()).spawn(work);
    thread.map_err(|error| Fault::disk("starting a thread", &error))
}

/// A data directory that we make is for the server's account only.
fn make_folder(path: &Path) -> Result<(), Fault> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let made = builder.create(path).and_then(|()| path.parent().map_or(Ok(()), sync_folder));
    made.map_err(|error| Fault::disk(&format!("making {}", path.display()), &error))
}
