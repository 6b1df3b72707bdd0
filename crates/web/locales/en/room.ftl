# Names of the rooms.

room-today = Today
room-findings = Findings
room-submissions = Submissions
room-registries = Registries
room-people = People
room-forms = Forms
room-devices = Phones
room-record = Record
room-settings = Settings
room-ledger = Ledger
room-account = My account
room-accounts = Accounts
