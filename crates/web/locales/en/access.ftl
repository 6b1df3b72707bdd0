# What clients of ODK Central and people are told about accounts, roles and assignments.

refusal-form-not-assigned = This phone or link may not fill the form “{ $form }”.
    .next = Keep what was filled in, and ask whoever leads the work to assign the form.
refusal-member-without-key = { $name } has not chosen a password yet, so no key can be given to them.
    .next = Give the key after they have logged in for the first time.
refusal-roles-apart = The roles “{ $one }” and “{ $two }” cannot be one person's.
    .next = Give the second role to somebody else.
refusal-draft-gone = You tried to access a draft testing endpoint, but it does not exist anymore or your access is no longer valid.
    .next = Ask whoever prepares the form for its present draft.
refusal-form-id-used = A form with the id “{ $form }” is here.
    .next = Remove that one first, or leave this one removed.
