# The ledger.

ledger-says = Each thing that matters here leaves a line in this log: that it happened, when, and a commitment to what it was. Nobody can read from it what it was about, and nobody can change or remove a line unseen.
ledger-state = { $count ->
        [one] one line
       *[other] { $count } lines
    }
ledger-origin = Name of the log
ledger-checkpoint = Checkpoint, signed
ledger-checkpoint-note = Keep a copy elsewhere. With it anybody can later show that no line was changed.
ledger-key = Key of the log
ledger-key-note = Give it to those who verify, by another way than this server.
ledger-leaves = Lines, newest first
ledger-empty = Nothing has happened yet.
ledger-number = Number
ledger-time = When
ledger-commits-to = Commits to
ledger-hash = Leaf hash
ledger-unreadable = written by a newer version
ledger-find = Find a line by number
ledger-find-hint = As the history of a submission or an entry shows it.
ledger-find-verb = Show the line
ledger-verify = Verify the whole log
ledger-verify-says = Everything is computed again from the files alone; nothing is taken on trust but the key.
ledger-verify-copy = Copy the log's files into a folder. They are static files after C2SP tlog-tiles, so any follower of that standard can fetch them. No login is needed.
ledger-verify-run = Run the command below on the folder.
ledger-verify-compare = Compare with the checkpoint that you kept from before.
ledger-verify-command = Command
ledger-verify-files = Where the files begin
ledger-leaf = Line { $number } of the ledger
ledger-leaf-link = ledger line { $number }
ledger-text = The line as it is signed
ledger-text-note = The commitment hides what it was about. Whoever is shown the record with its salt can check that it belongs to this line.
ledger-proof-title = Proof
ledger-proof-says = One file proves offline that this line is in the log (C2SP tlog-proof).
ledger-proof = Download the proof
ledger-back = All lines
ledger-kind-submission = a submission was accepted
ledger-kind-edit = a submission was changed
ledger-kind-entry = a registry entry was made or changed
ledger-kind-opening = an identity was opened
ledger-kind-key = a key was made, given or taken
ledger-kind-member = a member joined, left or changed role
ledger-kind-device = a phone was added or revoked
ledger-kind-form = a form was published
ledger-kind-protocol = a protocol was installed or changed
ledger-kind-erasure = a record was erased
ledger-kind-export = data left the server in a file
ledger-kind-draw = a message of a draw
ledger-kind-finding = a finding was made
ledger-kind-release = something was published or retracted
