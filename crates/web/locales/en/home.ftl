# Today: what waits for a member, in every mandate and in one.

home-new-mandate = Begin a mandate
home-no-mandate = You do not work in any mandate yet. Whoever leads one can give you a role in it.
home-no-mandate-administrator = There is no mandate yet. A mandate puts a protocol to work: its forms, registries and people.
home-no-role = without a role
home-role-and-count = { $role } · { $count ->
        [0] no submission yet
        [one] one submission
       *[other] { $count } submissions
    }
home-archived = Archived
home-no-recovery-code = You have no recovery code. If you lose your password, what is sealed to you stays closed for ever.
home-make-recovery-code = Make one
home-no-second-factor = Your password alone opens this account. Add a second factor.
home-add-second-factor = Add one
home-locked = Your keys are locked: sealed values show as bars.
today-nothing-waits = Nothing waits for you here.
today-review = Review: { $form }
today-review-count = { $count ->
        [one] one submission
       *[other] { $count } submissions
    }
today-conflicts = Conflicts: { $registry }
today-conflicts-count = { $count ->
        [one] one entry
       *[other] { $count } entries
    }
today-draft = Draft: { $form }
today-draft-waits = not published
today-silent = Not heard from: { $phone }
today-last-seen = last seen { $day }
today-never-seen = never seen
today-waits = What waits for you
today-fill = Fill a form
today-begin = How to begin
begin-form = Publish a form
begin-form-how = Upload an XLSForm, look at it, and publish it.
begin-phone = Add a phone
begin-phone-how = Scan the QR code with ODK Collect. The phone can send, but it can never read what was sent.
begin-send = Send the first submission
begin-send-how = Fill a form on the phone or in this browser. It appears here the moment it arrives.
today-latest = Latest submissions
today-received = Received
today-form = Form
today-from = From
today-state = State
today-method = How this work is done
