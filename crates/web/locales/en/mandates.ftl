# Beginning a mandate, and its settings.

mandate-new-title = New mandate
mandate-next = Next
mandate-protocol = Protocol
mandate-protocol-hint = It brings forms, registries, roles and compartments. It cannot be exchanged later.
mandate-protocol-missing = Choose the protocol that the mandate follows.
mandate-protocol-what = What it is for
mandate-name = Name of the mandate
mandate-name-hint = It stands on phones too. No names of people, no place that must stay secret.
mandate-name-missing = The name is missing. Write one.
mandate-description = What it is for
mandate-people-what = Say who works in it and in which role. Each compartment needs somebody who holds its key from the beginning, or what is sealed there could never be opened.
mandate-role-of = Role of { $name }
mandate-no-role = No role
mandate-unheld = Nobody would hold the key of: { $compartments }. Give somebody a role that holds it; the table above says which.
mandate-check = Check
mandate-check-title = Check and begin
mandate-check-what = The keys are made when you begin, one pair for each compartment, and sealed to these people. You yourself get no key unless you are named here.
mandate-begin = Begin the mandate
mandate-change = Change something
done-mandate-begun = The mandate has begun. Its keys are made and given.

compartments = Compartments
compartment = Compartment
compartment-protects = What it protects
compartment-roles = Roles that hold it
compartment-held-by = Held by
compartment-nobody = nobody yet
compartment-one-holder = one person only, no shares
compartment-shares = Shares on paper
compartment-devices = Phones
compartment-devices-holds = Tokens of phones, so that a QR code can be shown again
compartment-phones = { $count ->
        [one] one phone
       *[other] { $count } phones
    }

settings-version = Version
settings-begun = Begun
settings-archive = Archive
settings-archived = The work is finished: archive the mandate
settings-archived-hint = Nothing is erased, keys stay as they are. It stands below the others, phones and browsers begin no new forms, and no new member is invited to it. What phones still hold is taken in.
settings-archived-since = archived since { $day }
settings-submit = Save
done-settings = Saved.

refusal-protocol-unknown = This server has no protocol “{ $protocol }”.
    .next = Choose one of the protocols that the server lists.
refusal-role-unknown = The protocol has no role “{ $role }”.
    .next = Choose one of its roles.
refusal-compartment-unheld = A compartment would be held by nobody.
    .next = Give somebody a role that holds its key.
