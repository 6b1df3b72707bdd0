//! A copy of everything, taken while the server runs.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::files::{Files, place, sync_folder};
use crate::link::{Role, Target};
use crate::{Fault, Value};

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// The copied database. None on PostgreSQL, whose own `pg_dump` must be run, before this, for the database.
    pub database: Option<PathBuf>,
    /// Number of attachments.
    pub files: u64,
    /// Bytes of the database and all attachments.
    pub bytes: u64,
}

/// Copies the database first and the files after it: a file is written before its record and never changed, so every
/// file that a copied record names is still there, unless it was erased meanwhile.
pub(crate) fn backup(
    target: &Target,
    database: &Path,
    files: &Files,
    folder: &Path,
) -> Result<Backup, Fault> {
    let unusable = |what: String| Fault::Unusable { what };
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(unusable(format!("{} is not empty; name a new folder for the backup", folder.display())));
    }
    let copied_files = folder.join("files");
    fs::create_dir_all(copied_files.join("incoming"))?;
    let mut done = Backup { database: None, files: 0, bytes: 0 };
    if let Target::Sqlite(_) = target {
        let copy = folder.join(database.file_name().unwrap_or_default());
        let text = copy.to_str().ok_or_else(|| unusable("the backup's path must be UTF-8".to_owned()))?;
        // A vacuumed copy also leaves out the empty space where deleted rows were.
        target.connect(Role::Write)?.execute("VACUUM INTO $1", &[Value::from(text)])?;
        let file = File::open(&copy)?;
        file.sync_all()?;
        done.bytes += file.metadata()?.len();
        done.database = Some(copy);
    }
    files.each(|name, path| {
        match copy(path, &place(&copied_files, name)) {
            Ok(bytes) => {
                done.files += 1;
                done.bytes += bytes;
                Ok(())
            }
            // Erased meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound && !path.exists() => Ok(()),
            Err(error) => Err(Fault::disk(&format!("copying the file {name}"), &error)),
        }
    })?;
    for entry in fs::read_dir(&copied_files)? {
        sync_folder(&entry?.path())?;
    }
    sync_folder(&copied_files)?;
    sync_folder(folder)?;
    Ok(done)
}

fn copy(from: &Path, to: &Path) -> io::Result<u64> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    let bytes = fs::copy(from, to)?;
    File::open(to)?.sync_all()?;
    Ok(bytes)
}
