//! Threads that read, each in a transaction that sees one state of the database.

use std::io::{self, Write};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use crate::ids::Ids;
use crate::link::Link;
use crate::writer::guarded;
use crate::{Fault, Tx};

/// Bytes in a chunk of a stream, and chunks waiting for a slow client: together the memory of one export.
const CHUNK: usize = 64 * 1024;
const WAITING: usize = 4;
/// A client that takes nothing for so long has gone; its transaction must not hold old pages for ever.
const PATIENCE: Duration = Duration::from_secs(60);

/// A piece of reading in the queue; the error is why the database could not be asked.
pub(crate) type Reading = Box<dyn FnOnce(Result<&mut Tx<'_>, Fault>) + Send>;

/// Takes readings from the queue that all reader threads share, until its senders are gone.
pub(crate) fn run(mut link: Link, ids: &Ids, queue: &Mutex<Receiver<Reading>>) {
    loop {
        let next = queue.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).recv();
        let Ok(reading) = next else {
            return;
        };
        in_transaction(&mut link, ids, reading);
        link.reset();
    }
}

/// Begins a transaction for one reading. It has nothing to commit: the caller resets or drops the link.
pub(crate) fn in_transaction(link: &mut Link, ids: &Ids, reading: Reading) {
    match link.begin() {
        Ok(connection) => reading(Ok(&mut Tx::new(connection, ids))),
        Err(fault) => reading(Err(fault)),
    }
}

/// Where a long answer is written to: any [`Write`]r's wrapper (CSV, ZIP, JSON) may sit on it.
pub struct Outlet {
    buffer: Vec<u8>,
    chunks: mpsc::Sender<Result<Vec<u8>, Fault>>,
}

/// The chunks of a long answer as they come. An error is the last item: then the answer is incomplete, and the
/// connection to the client should be cut rather than closed in order.
pub type Chunks = mpsc::Receiver<Result<Vec<u8>, Fault>>;

pub(crate) fn outlet() -> (Outlet, Chunks) {
    let (chunks, receiver) = mpsc::channel(WAITING);
    (Outlet { buffer: Vec::with_capacity(CHUNK), chunks }, receiver)
}

impl Outlet {
    /// Runs the work that fills the stream and ends the stream properly.
    pub(crate) fn fill(mut self, work: impl FnOnce(&mut Outlet) -> Result<(), Fault>) {
        let result = guarded(|| {
            work(&mut self)?;
            self.flush().map_err(|error| Fault::disk("sending a long answer", &error))
        });
        if let Err(fault) = result {
            let _ = self.send(Err(fault));
        }
    }

    fn send(&self, chunk: Result<Vec<u8>, Fault>) -> io::Result<()> {
        let start = Instant::now();
        let mut chunk = chunk;
        loop {
            chunk = match self.chunks.try_send(chunk) {
                Ok(()) => return Ok(()),
                Err(TrySendError::Closed(_)) => return Err(io::ErrorKind::BrokenPipe.into()),
                Err(TrySendError::Full(_)) if start.elapsed() > PATIENCE => {
                    return Err(io::ErrorKind::TimedOut.into());
                }
                Err(TrySendError::Full(chunk)) => chunk,
            };
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let chunk = std::mem::replace(&mut self.buffer, Vec::with_capacity(CHUNK));
        self.send(Ok(chunk))
    }
}

/// Reader threads share one queue.
pub(crate) type Queue = Arc<Mutex<Receiver<Reading>>>;
