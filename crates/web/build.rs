//! Lists `locales/<language>/*.ftl`, so that a room adds its sentences by adding a file.
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=locales");
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join("locales");
    let mut list = String::from("&[\n");
    for language in ["en", "ko", "ja"] {
        let mut files: Vec<_> = fs::read_dir(root.join(language))?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()?;
        files.retain(|path| path.extension().is_some_and(|extension| extension == "ftl"));
        files.sort();
        for path in files {
            let _ = writeln!(
                list,
                "({language:?}, {:?}, include_str!({path:?})),",
                path.file_name().unwrap_or_default()
            );
        }
    }
    list.push(']');
    fs::write(Path::new(&env::var("OUT_DIR").map_err(io::Error::other)?).join("locales.rs"), list)
}
