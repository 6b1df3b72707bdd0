use crate::problem::Problem;
use std::collections::BTreeMap;
use std::path::Path;

/// More than any protocol needs; a folder chosen by mistake is noticed before it fills the memory.
const MOST_FILES: usize = 1_000;
const MOST_BYTES: u64 = 64 << 20;

/// The files of a folder on disk, by path with `/` between its parts. Names that begin with a dot are left out.
///
/// # Errors
/// One problem that says which file could not be read, or that the folder is too large to be a protocol.
pub fn folder_files(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, Vec<Problem>> {
    let mut files = BTreeMap::new();
    let mut left = MOST_BYTES;
    read_into(&mut files, &mut left, folder, "")?;
    Ok(files)
}

fn read_into(
    files: &mut BTreeMap<String, Vec<u8>>,
    left: &mut u64,
    folder: &Path,
    before: &str,
) -> Result<(), Vec<Problem>> {
    let fault = |path: &str, error: std::io::Error| {
        let shown = if path.is_empty() { folder.display().to_string() } else { path.to_owned() };
        vec![Problem::new(&shown, format!("cannot be read: {error}"), "Check the path and its permissions")]
    };
    for entry in std::fs::read_dir(folder).map_err(|error| fault(before, error))? {
        let entry = entry.map_err(|error| fault(before, error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let path = format!("{before}{name}");
        let about = entry.metadata().map_err(|error| fault(&path, error))?;
        if about.is_dir() {
            read_into(files, left, &entry.path(), &format!("{path}/"))?;
        } else if about.is_file() {
            if files.len() == MOST_FILES || about.len() > *left {
                return Err(vec![Problem::new(
                    &path,
                    "the folder is too large to be a protocol",
                    "Choose the folder that holds protocol.toml",
                )]);
            }
            *left -= about.len();
            files.insert(path.clone(), std::fs::read(entry.path()).map_err(|error| fault(&path, error))?);
        }
    }
    Ok(())
}
