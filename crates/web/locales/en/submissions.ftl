# Submissions: lists, one submission, review, erasing.

submissions-by-form = Submissions by form
submissions-no-form = There is no published form yet, so nothing can come in. Publish a form first.
submissions-to-forms = Go to the forms
submissions-form = Form
submissions-count = Submissions
submissions-to-review = To review
submissions-last = Last received
submissions-received = Received
submissions-state = Review
submissions-sender = From
submissions-empty = Nothing has come in for this form yet. Submissions appear here as soon as a phone or a browser sends one.
submissions-empty-collect = Nothing has come in for this form yet. Fill it in here in the browser, or add a phone and send one with ODK Collect.
submissions-locked = Sensitive answers are sealed. Unlock to read those that you hold the key to.
submissions-closed-to-you = Answers shown as bars are sealed to a compartment that you do not hold.
submissions-columns = Choose columns
submissions-map = Map
sender-phone = phone { $number }

filter-any = any
filter-device = Phone
filter-from = Received from
filter-until = Received until
filter-field = Open question
filter-no-field = none
filter-test = Answer
filter-value = Value
filter-needs-number = “At least” and “at most” need a number, such as 12 or 4.5.
test-is = is
test-contains = contains
test-at-least = at least
test-at-most = at most

columns-title = Choose columns
columns-which = Columns of the table and of its export
columns-show = Show these columns
columns-back = Back to the table

map-of-form = { $form }: map
map-no-field = This form asks for no place that you may see.
map-locked = The places are sealed. Unlock to see them.
map-empty = No submission here names a place that you can see.
map-not-all = The map shows the newest { $shown } of { $count } submissions. Filter the list to see others.
map-which = Place
map-show = Show on the map
map-sensitive = These places are sealed. You have them open now.

review-received = received
review-edited = edited
review-has-issues = has issues
review-approved = approved
review-rejected = rejected

submission-title = { $form }, { $received }
submission-received-from = { $received }, from { $sender }
submission-instance = Instance id
submission-identity = Names and other identity
submission-leaf = Ledger
leaf-number = leaf { $number }
submission-answers = Answers
submission-versions = Versions
submission-encrypted = The phone encrypted this submission. It is kept as it came; whoever has the form’s private key can open it.
submission-locked = Sealed answers are shown as bars. Unlock to read those that you hold the key to.
submission-closed-to-you = Sensitive answers are sealed to the compartment “{ $compartment }”, which you do not hold.
submission-identity-open = Identity is open to you on this page and nowhere else. It is logged with your reason: “{ $reason }”.

answer-points = { $count ->
        [one] one point
       *[other] { $count } points
    }
answer-acknowledged = acknowledged
answers-rounds = { $count ->
        [one] once
       *[other] { $count } times
    }
answers-none = None.
answers-by-phone = Filled in by the phone
answers-unknown = Not asked by this version of the form
answers-unanswered = { $count ->
        [one] One question has no answer and is not shown.
       *[other] { $count } questions have no answer and are not shown.
    }
file-not-arrived = not arrived yet
file-unnamed = file

version-number = Version { $number }
versions-in = What version { $number } changed
versions-changes = What changed
versions-count = { $differing ->
        [0] No answer that you can see differs
        [one] One answer differs
       *[other] { $differing } answers differ
    }; { $same ->
        [one] one is the same
       *[other] { $same } are the same
    }.
versions-closed = Answers that are closed to you are not compared.
versions-sealed = Sealed answers that you have open now are among these.

key-heading = Open with the form’s private key
key-private = Private key
key-private-hint = The text between “BEGIN PRIVATE KEY” and “END PRIVATE KEY”, with both lines. It is used once and not kept.
key-reason-hint = Only if you need identity too. Your name, the time and this reason are logged.
key-files = Files
key-files-save = Save answers and files as a ZIP
key-files-hint = Nothing is shown on the page then. Files of identity questions are in it only with a reason.
key-open = Open with this key
signature-matches = Opened with your key. The answers and files are those that the phone signed.
signature-differs = Opened with your key. The answers or files are not those that the phone signed: something was damaged or exchanged.
signature-absent = Opened with your key. The phone signed nothing, so damage cannot be told.
signature-files-missing = Opened with your key. Files are still missing, so the phone’s signature cannot be checked yet.

review-heading = Review
review-notes = Notes and decisions
review-decision = Decision
review-keep = Leave it as it is
review-note = Note
review-note-hint = It is sealed like the sensitive answers of this form.
review-save = Save the review

history-heading = History
history-received = Received
history-edited = Edited: a new version came in
history-reviewed = Reviewed: { $state }
history-noted = Note written
history-opened = Identity opened: “{ $reason }”
history-entity-error = A registry entry could not be written: { $problem }

erase-heading = Erase
erase-this = Erase this submission
erase-what = Erasing destroys the answers and files of this submission for everybody. Use it when a person withdraws consent or the time of keeping is over.
erase-question = Erase the submission to “{ $form }” received { $received }?
erase-verb = Erase this submission
erase-reason = Why is it erased?
erase-reason-hint = Your name, the time and this reason stay in the record. Write nothing here that tells who the person is.
erase-versions = { $count ->
        [one] Its answers are destroyed.
       *[other] The answers of its { $count } versions are destroyed.
    }
erase-files = { $count ->
        [0] It has no files.
        [one] Its file is destroyed.
       *[other] Its { $count } files are destroyed.
    }
erase-entries = Registry entries that it made stay. Erase them in their registry if they must go too.
erase-ledger = The ledger keeps a number that proves something was here, and nothing of what it said.
erase-backups = Copies in backups disappear when the backups do.

done-sent = Sent and received.
done-reviewed = The review is saved.
done-erased = The submission is erased.

refusal-reason = The reason is too short.
    .next = Write in a few words why you need it.
refusal-reason-needed = This file is identity and opens only with a reason.
    .next = Open identity on the submission’s page first.
refusal-closed = This is sealed to a compartment that you do not hold.
    .next = Ask somebody who holds the key, or ask the lead to give it to you.
refusal-review-state = There is no such review state.
    .next = Choose one of the states on the page.
refusal-note-empty = There is neither a decision nor a note.
    .next = Choose a decision or write a note.
refusal-encrypted = This key does not open the submission.
    .next = Check that it is the private key of this form, complete, in PEM.
refusal-not-encrypted = This submission was not encrypted on the phone.
    .next = Open it like any other, without a key.
