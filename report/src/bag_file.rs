//! A release as it lies on a disk: its folder, or the ZIP that a server hands out.

use std::fs;
use std::io::{Cursor, Read as _};
use std::path::Path;

use bag::{Files, Found, MOST_BYTES, MOST_FILES, most_bytes};

use crate::Trouble;

/// Reads a bag from its folder or its ZIP; whether it holds is another question.
pub fn read(path: &Path) -> Result<Files, Trouble> {
    let refused = |why: String| Trouble::Unreadable(format!("{}: {why}", path.display()));
    if path.is_dir() {
        return deungdae_verify::read_folder(path).map_err(|error| refused(error.to_string()));
    }
    if !path.is_file() {
        return Err(refused("there is nothing here; give the folder of a release, or its ZIP".into()));
    }
    let length = fs::metadata(path).map_err(|error| refused(error.to_string()))?.len();
    if length > MOST_BYTES {
        return Err(refused(format!("is larger than a release can be ({MOST_BYTES} bytes)")));
    }
    let bytes = fs::read(path).map_err(|error| refused(error.to_string()))?;
    unzip(bytes).map_err(|why| refused(format!("{why}; give the folder of a release, or its ZIP")))
}

/// The files of a ZIP. All lie in one folder, whose name is left out.
fn unzip(bytes: Vec<u8>) -> Result<Files, String> {
    let wrong = |error: zip::result::ZipError| format!("is no ZIP that can be read ({error})");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(wrong)?;
    if archive.len() > MOST_FILES {
        return Err(format!("has more than {MOST_FILES} files"));
    }
    let (mut files, mut left) = (Files::default(), MOST_BYTES);
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(wrong)?;
        if file.is_dir() {
            continue;
        }
        let name = file.name().map_err(wrong)?.into_owned();
        let path = name.split_once('/').map_or(name.as_str(), |(_, path)| path).to_owned();
        let most = most_bytes(&path).min(left);
        let mut content = Vec::new();
        let found = if file.is_symlink() {
            Found::Link
        } else {
            match file.take(most + 1).read_to_end(&mut content) {
                Err(error) => Found::Unreadable(error.to_string()),
                Ok(_) if content.len() as u64 > most => Found::TooLarge(content.len() as u64),
                Ok(_) => {
                    left -= content.len() as u64;
                    Found::File(content)
                }
            }
        };
        if files.0.insert(path.clone(), found).is_some() {
            return Err(format!("has the file {path} twice"));
        }
    }
    Ok(files)
}
