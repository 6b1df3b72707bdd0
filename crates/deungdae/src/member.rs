//! `init` and `member add`: accounts made on the command line.

use std::io::BufRead;
use std::process::ExitCode;

use desk::NewMember;
use zeroize::Zeroizing;

use crate::command::{Init, MemberAdd};
use crate::data::{self, Configuration};
use crate::{Outcome, Trouble};

fn password(from_stdin: bool) -> Result<Zeroizing<String>, Trouble> {
    if !from_stdin {
        return Err(Trouble::new(
            "no password was given: add --password-stdin and send the password on standard input, so that it does not \
             stand in the history of your shell",
        ));
    }
    let mut line = Zeroizing::new(String::new());
    std::io::stdin().lock().read_line(&mut line)?;
    let password = line.trim_end_matches(['\n', '\r']);
    if password.is_empty() {
        return Err(Trouble::new("standard input is empty: send the password as its first line"));
    }
    Ok(Zeroizing::new(password.to_owned()))
}

/// Makes a data directory and its first administrator.
pub(crate) fn init(init: &Init) -> Outcome {
    let password = password(init.password_stdin)?;
    data::make_folder(&init.data)?;
    let configuration = Configuration::read(&init.data)?;
    let database = init.database.clone().or(configuration.database.clone());
    let options = configuration.options();
    let (data, email, name) = (init.data.clone(), init.email.clone(), init.name.clone());
    data::runtime()?.block_on(async move {
        let desk = data::open_desk(&data, database, options).await?;
        if desk.has_members().await? {
            return Err(Trouble::new(format!(
                "{} is an installation already; add people with `deungdae member add`",
                data.display()
            )));
        }
        let new =
            NewMember { email: &email, name: &name, password: &password, administrator: true, language: "" };
        desk.add_member(new).await?;
        println!("{} is ready, {email} is its administrator.", data.display());
        println!("Next: deungdae serve --data {}", data.display());
        Ok(ExitCode::SUCCESS)
    })
}

/// Adds a member; works while the server runs.
pub(crate) fn add(add: &MemberAdd) -> Outcome {
    let password = password(add.password_stdin)?;
    let configuration = existing(&add.data)?;
    let database = add.database.clone().or(configuration.database.clone());
    let options = configuration.options();
    let (data, email, name, admin) = (add.data.clone(), add.email.clone(), add.name.clone(), add.admin);
    data::runtime()?.block_on(async move {
        let desk = data::open_desk(&data, database, options).await?;
        let new =
            NewMember { email: &email, name: &name, password: &password, administrator: admin, language: "" };
        let id = desk.add_member(new).await?;
        println!("{email} is member {id}.");
        Ok(ExitCode::SUCCESS)
    })
}

/// The configuration of a data directory that must be there.
pub(crate) fn existing(data: &std::path::Path) -> Result<Configuration, Trouble> {
    if !data.is_dir() {
        return Err(Trouble::new(format!(
            "there is no data directory {}; make one with `deungdae init --data {}`",
            data.display(),
            data.display()
        )));
    }
    Configuration::read(data)
}
