//! `draw …`: a verifiable draw on files, for every party, without an account.

pub(crate) mod command;

mod acts;
mod check;
pub(crate) mod folders;
mod monitor;
mod table;

use crate::Outcome;
use command::DrawCommand;

pub(crate) fn draw(command: DrawCommand) -> Outcome {
    match command {
        DrawCommand::Key(key) => acts::key(&key),
        DrawCommand::Design(design) => monitor::design(&design),
        DrawCommand::Roster(roster) if roster.countersign => acts::countersign(&roster),
        DrawCommand::Roster(roster) => monitor::roster(&roster),
        DrawCommand::Commit(party) => acts::commit(&party),
        DrawCommand::Announce(announce) if announce.cosign => acts::cosign_announcement(&announce.party),
        DrawCommand::Announce(announce) => monitor::announce(&announce),
        DrawCommand::Reveal(party) => acts::reveal(&party),
        DrawCommand::Beacon(beacon) if beacon.cosign => acts::cosign_dice(&beacon.party),
        DrawCommand::Beacon(beacon) => monitor::beacon(&beacon),
        DrawCommand::Select(select) => monitor::select(&select),
        DrawCommand::Field(field) => monitor::field(&field),
        DrawCommand::Audit(audit) => check::audit(&audit),
        DrawCommand::Close(party) => monitor::close(&party),
        DrawCommand::Void(void) => monitor::void(&void),
        DrawCommand::Verify(verify) => check::verify(&verify),
        DrawCommand::MyLine(line) => check::my_line(&line),
        DrawCommand::Bundle { folder, output } => check::bundle(&folder, &output),
    }
}
