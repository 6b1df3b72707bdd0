//! Attachments: sealed bytes, kept under the SHA-256 of what is on the disk.
//!
//! `files/ab/cdef…` holds a kept file, `files/incoming/` one that is still being received. A file moves from one to
//! the other just before the commit of the record that names it, so a crash leaves at worst a file that no record
//! names ([`Files::sweep`] removes it), never a record whose file is missing.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use crate::ids::Ids;
use crate::{Fault, Store};

const INCOMING: &str = "incoming";

/// The name of a kept file: the SHA-256 of its (sealed) bytes, in 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileName(String);

impl FileName {
    /// The 64 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl FromStr for FileName {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() == 64 && text.bytes().all(digit) {
            Ok(FileName(text.to_owned()))
        } else {
            Err(Fault::internal("a file name must be 64 hexadecimal digits in lower case"))
        }
    }
}

/// The folder of attachments.
pub struct Files {
    root: PathBuf,
    ids: Arc<Ids>,
}

impl Files {
    /// Makes the folders and removes what an interrupted server left half received.
    pub(crate) fn open(root: PathBuf, ids: Arc<Ids>) -> Result<Self, Fault> {
        let incoming = root.join(INCOMING);
        let prepare = || {
            fs::create_dir_all(&incoming)?;
            for entry in fs::read_dir(&incoming)? {
                let path = entry?.path();
                // Another process may be receiving into this folder: it holds a lock on its files.
                let Ok(file) = File::open(&path) else { continue };
                if file.try_lock().is_ok() {
                    fs::remove_file(&path)?;
                }
            }
            sync_folder(&root)
        };
        prepare().map_err(|error| Fault::disk(&format!("preparing {}", incoming.display()), &error))?;
        Ok(Files { root, ids })
    }

    /// Opens a kept file for reading.
    ///
    /// # Errors
    /// [`Fault::Damaged`] when it is not there, [`Fault::Unavailable`] when the disk refuses.
    pub fn open_file(&self, name: &FileName) -> Result<File, Fault> {
        File::open(self.path(name)).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Fault::Damaged { what: format!("the file {name} is missing") },
            _ => Fault::disk(&format!("opening the file {name}"), &error),
        })
    }

    /// Removes a file whose record has been erased; call it after that commit. The bytes are not overwritten
    /// first: SSDs and journaling file systems write elsewhere anyway. What makes them unreadable is that the key
    /// they were sealed with is gone.
    ///
    /// # Errors
    /// [`Fault::Unavailable`] when the disk refuses. A file that is not there is no error.
    pub fn remove(&self, name: &FileName) -> Result<(), Fault> {
        let path = self.path(name);
        let remove = || {
            fs::remove_file(&path)?;
            path.parent().map_or(Ok(()), sync_folder)
        };
        match remove() {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(Fault::disk(&format!("removing the file {name}"), &error))
            }
            _ => Ok(()),
        }
    }

    /// Removes kept files that no record names, and returns how many. Files younger than an hour stay: their
    /// records may be on the way.
    ///
    /// # Errors
    /// Those of `is_named`, and [`Fault::Unavailable`] when the disk refuses.
    pub fn sweep(&self, mut is_named: impl FnMut(&FileName) -> Result<bool, Fault>) -> Result<u64, Fault> {
        let young = SystemTime::now().checked_sub(Duration::from_secs(3600));
        let mut removed = 0;
        self.each(|name, path| {
            let modified = fs::metadata(path)?.modified()?;
            if young.is_some_and(|young| modified < young) && !is_named(name)? {
                self.remove(name)?;
                removed += 1;
            }
            Ok(())
        })?;
        Ok(removed)
    }

    /// Every kept file with its path.
    pub(crate) fn each(
        &self,
        mut each: impl FnMut(&FileName, &Path) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        for folder in fs::read_dir(&self.root)? {
            let folder = folder?;
            let start = folder.file_name().to_string_lossy().into_owned();
            if start.len() != 2 {
                continue;
            }
            for entry in fs::read_dir(folder.path())? {
                let entry = entry?;
                let rest = entry.file_name().to_string_lossy().into_owned();
                if let Ok(name) = format!("{start}{rest}").parse() {
                    each(&name, &entry.path())?;
                }
            }
        }
        Ok(())
    }

    fn path(&self, name: &FileName) -> PathBuf {
        place(&self.root, name)
    }
}

/// `ab/cdef…` under `root`.
pub(crate) fn place(root: &Path, name: &FileName) -> PathBuf {
    let (start, rest) = name.0.split_at(2.min(name.0.len()));
    root.join(start).join(rest)
}

/// Makes a folder's entries durable.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    // The parent of a relative name is the empty path.
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    File::open(path)?.sync_all()
}

/// Receives one file. Dropped before [`FileWriter::finish`], it leaves nothing behind.
pub struct FileWriter {
    // Some until finished.
    pending: Option<PendingFile>,
    digest: Sha256,
}

impl FileWriter {
    /// Starts a file in the store's folder.
    ///
    /// # Errors
    /// [`Fault::Unavailable`] when the disk refuses.
    pub fn new(store: &Store) -> Result<Self, Fault> {
        let files = store.files();
        let temporary = files.root.join(INCOMING).join(files.ids.next().to_string());
        let create = || {
            let file = File::create_new(&temporary)?;
            file.lock()?;
            Ok(file)
        };
        let file = create().map_err(|error| Fault::disk("starting a file", &error))?;
        let root = files.root.clone();
        let pending =
            PendingFile { name: FileName(String::new()), length: 0, file, temporary, root, moved: false };
        Ok(FileWriter { pending: Some(pending), digest: Sha256::new() })
    }

    /// Ends the file and waits until its bytes are on the disk: some milliseconds, so call it where blocking is
    /// allowed. The file is kept when it is given to [`Store::write_with`] and that work succeeds.
    ///
    /// # Errors
    /// [`Fault::Unavailable`] when the disk refuses.
    pub fn finish(mut self) -> Result<PendingFile, Fault> {
        let Some(mut pending) = self.pending.take() else {
            return Err(Fault::internal("the file was finished before"));
        };
        pending.file.sync_data().map_err(|error| Fault::disk("writing a file", &error))?;
        pending.name = FileName(hex::encode(self.digest.finalize_reset()));
        Ok(pending)
    }
}

impl Write for FileWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(pending) = &mut self.pending else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let written = pending.file.write(bytes)?;
        self.digest.update(bytes.get(..written).unwrap_or_default());
        pending.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file that is complete and on the disk, but not yet named by any record. Dropped, it is removed.
pub struct PendingFile {
    name: FileName,
    length: u64,
    // Open, and so locked, until the file is kept or removed.
    file: File,
    temporary: PathBuf,
    root: PathBuf,
    moved: bool,
}

impl PendingFile {
    /// The name to store in the record.
    #[must_use]
    pub fn name(&self) -> &FileName {
        &self.name
    }

    /// The number of (sealed) bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }
}

impl Drop for PendingFile {
    fn drop(&mut self) {
        if !self.moved {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// Files moved to their names, but for a commit that has not happened yet. Dropped, they are removed.
pub(crate) struct Kept {
    paths: Vec<PathBuf>,
}

/// Moves the files of a batch to their names and makes that durable, each folder once.
pub(crate) fn keep(files: Vec<PendingFile>) -> Result<Kept, Fault> {
    let mut kept = Kept { paths: Vec::with_capacity(files.len()) };
    let mut folders = BTreeSet::new();
    let moving = || {
        for mut file in files {
            let path = place(&file.root, &file.name);
            let Some(folder) = path.parent() else { continue };
            if !folder.exists() {
                fs::create_dir_all(folder)?;
                folders.insert(file.root.clone());
            }
            folders.insert(folder.to_owned());
            // The same bytes are there already, for another record: not ours to take back.
            if path.exists() {
                continue;
            }
            fs::rename(&file.temporary, &path)?;
            file.moved = true;
            kept.paths.push(path);
        }
        folders.iter().try_for_each(|folder| sync_folder(folder))
    };
    moving().map_err(|error: io::Error| Fault::disk("keeping files", &error))?;
    Ok(kept)
}

impl Kept {
    /// The records that name them are (or may be) committed.
    pub(crate) fn forever(mut self) {
        self.paths.clear();
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        for path in &self.paths {
            let _ = fs::remove_file(path);
        }
    }
}
