# Releases: drafting, signing, publishing, verifying, taking back. The report of a release is written with these too.

release-word = Release
release-title = Release of { $case }
release-none = Nothing was drafted yet.
release-draft = Draft a release
release-draft-again = Draft it again
release-draft-heading = Draft a release
release-draft-says = Figures are computed from the interviews, pass the disclosure audit, and are put into a sealed draft. Nothing is public before two people have signed it.
release-draft-asks = What you write here is published word for word after two people have signed it. Write no name, no badge, no seat, no exact time or place, and no sentence that shows who said it. This takes some seconds.
release-compute = Compute and keep the draft
release-own-title = Title
release-own-title-hint = One line. It does not name the establishment more closely than may be printed.
release-place = Where
release-place-hint = Province or coarser.
release-size = Persons in the frozen frame: { $stratum }
release-size-wrong = This is no whole number. Write figures only.
release-leave-out = Leave out
release-leave-out-hint = Ticked ones are not published; the report says so.
release-finding-of = Finding { $code }, as it is printed ({ $title })
release-finding-hint = The fact and the yardstick in a few sentences. Left empty, the finding is not printed.
release-reply-of = Reply of the employer to { $code }, as it is printed
release-limits = Limits
release-limits-hint = What the figures cannot tell, and what was withheld and why.
release-closed = You hold no key to this draft. Those who compute and sign it can open it.
release-locked = The draft is sealed. Unlock to see it.
release-preview-says = Preview. Nothing of this is public. Marked cells will not be shown; the reason is only for those who sign.
release-other-signs = You signed it first. Now another person reads it and signs.
release-signs = It waits for the signature of: { $roles }.
release-sign-first = Sign first
release-sign-second = Sign and publish
release-sign-question = Sign this release?
release-sign-bytes = You sign these very bytes: figures, texts of findings and replies, and everything that is kept back.
release-sign-first-says = Another person can then publish it.
release-sign-second-says = It is entered in the ledger and becomes public, for everybody and for ever. It can be retracted, but not undone.
release-unsigned = not yet
release-drafted = Drafted by
release-first = First signature
release-second = Second signature
release-files = Files
release-file = File
release-size-of = Size
release-bytes =
    { $count ->
        [one] { $count } byte
       *[other] { $count } bytes
    }
release-waits = Signed, and waiting for witnesses
release-waits-says = The policy of this release asks witnesses to cosign the ledger. Give each of them the head of the ledger; each answers with a line that begins with “—”. A witness who has signed this ledger before needs the whole of it, so that they see how it grew: deungdae export-ledger makes the folder, and deungdae witness cosign takes it.
release-head = Head of the ledger for witnesses
release-cosign-line = What a witness answered
release-cosign-hint = The line that begins with “—”, or the whole checkpoint with it.
release-cosign = Take it in
release-renew-heading = A witness has signed a newer head?
release-renew-says = A witness signs nothing older than what it signed before. Then take the newest head of the ledger; lines under the old one are given up.
release-renew = Take the newest head
release-public-page = Public page
release-retract = Retract it
release-retract-says = A retracted release stays where it is, with a notice and your reason. The ledger says so for ever. Another person has to agree.
release-retract-reason = Reason, for everybody to read
release-retract-hint = What is wrong, who is affected, and what readers should do. Write no name.
release-retract-ask = Ask for the retraction
release-retract-question = Retract this release?
release-retract-verb = Retract this release
release-retract-for-ever = Everybody who verifies it with a newer copy of the ledger is told that it was retracted, and why.
release-retract-again = The visit goes back to the stage in which a corrected release can be published.
release-retraction-asked = { $who } asks for the retraction: { $reason }
release-retracted-says = Retracted on { $moment }: { $reason }

done-release-drafted = The draft is kept. Read it; then two people sign.
done-release-first = Signed. Another person signs next.
done-release-second = Signed and entered in the ledger.
done-release-cosigned = The witness’s line is kept. More are needed.
done-release-public = The release is public.
done-release-renewed = The newest head of the ledger is taken.
done-retraction-asked = The retraction waits for another person.
done-retracted = The release is retracted.

# The report
release-publisher = Published by
release-about = Visit
release-day = Drafted on
release-name = Name
release-licence = Licence
release-month =
    { $month ->
        [1] January { $year }
        [2] February { $year }
        [3] March { $year }
        [4] April { $year }
        [5] May { $year }
        [6] June { $year }
        [7] July { $year }
        [8] August { $year }
        [9] September { $year }
        [10] October { $year }
        [11] November { $year }
       *[12] December { $year }
    }
release-access = Access
release-only-access = Access was refused or the visit was stopped: the access record is published, and nothing else.
release-chosen = How people were chosen, and who answered
release-no-draw = No draw is inside: nothing here shows how the people asked were chosen.
release-draws = Draws inside, void ones too: { $draws }. Whoever verifies the release recomputes them.
release-interviews = Interviews that the figures rest on
release-fewer = fewer than { $fewest }
release-response-first = Response rate of those first drawn (AAPOR RR1)
release-response-all = Response rate with reserves
release-response-filled = Interviews over the number first drawn
release-private = Interviews held in private
release-response-says = Reserves fill the number of interviews; they do not repair non-response: those who could not or would not speak may differ from those who did. Interviews that were not private are no part of the figures.
release-doubtful = In some interviews people had been told what to say, or were afraid of having talked. They are part of the figures. Figures without them are not given, because they would tell what a few people answered.
release-doubtful-both = In some interviews people had been told what to say, or were afraid of having talked. Figures are given with and without them.
release-results = Results
release-results-says = Each person heard stands for their stratum. Lines are 95 % intervals. Counts are respondents, without weights.
release-too-few = Fewer than { $fewest } people could be heard under safe conditions. No table is published about so few.
release-total = All
release-no-answer = No answer
release-yes = Yes
release-no = No
release-band-to = up to { $to } { $unit }
release-band-between = over { $from } to { $to } { $unit }
release-band-over = over { $from } { $unit }
release-undoubted = { $title } (without doubtful interviews)
release-conclusion = { $title }: { $value } % ({ $low }–{ $high } %)
release-mean = { $title }: { $value } { $unit }
release-source = Weighted share of those who answered, with Korn and Graubard’s 95 % interval.
release-source-mean = Weighted, with the 95 % t interval of the design.
release-few-answers = Where n is under { $flag }, read with care.
release-counts = { $title }: counts
release-not-shown = not shown
release-hides-small = not shown: few people
release-hides-zero = not shown: nobody, and sensitive
release-hides-alike = not shown: nearly everybody in a small group
release-hides-dominated = not shown: mostly one employer
release-hides-difference = not shown: it would tell a small difference
release-hides-rare = not shown: somebody alone has this combination
release-hides-other = not shown: it would give away another cell
release-findings = Findings and replies
release-in-time = put right in time
release-late = late
release-running = time limit still runs
release-no-findings = No finding is printed in this release.
release-finding = Finding
release-reply = Reply
release-no-reply = No reply is printed.
release-limits-says = The figures speak of those in the frame on the day it was frozen. Whoever was not on any list could not be drawn.
release-withheld = What was withheld, and why
release-withheld-says = A cell of fewer than { $fewest } people is not shown, nor any from which it could be worked out; for the most sensitive questions the limit is { $strict }. No percentage on fewer than { $percent } answers, no table on fewer than { $table }. No name, no quotation, no exact time or place.
release-hidden =
    { $count ->
        [0] No cell had to be kept back.
        [one] One cell is not shown.
       *[other] { $count } cells are not shown.
    }
release-table-too-few = Table { $table } is not published: too few people answered.
release-coarser = Table { $table } is shown in coarser categories.
release-left-out = Not published: { $title }.
release-not-covered = Not protected against: what readers know from elsewhere about more than one person, and what can be inferred from text.
release-verify = How to verify this
release-verify-says = This report is one file of a release. The whole release can be verified offline with deungdae-verify: that nothing was changed, how people were chosen, and that nobody can be found in its tables.

# Public pages
releases-heading = Releases
releases-caption = What was published, newest first
releases-none = Nothing was published yet.
releases-title = Title
releases-published = Published
releases-state = State
release-in-force = in force
release-retracted = retracted
release-take = Take it with you
release-zip = Download everything (ZIP)
release-alone = The report as a page of its own, for print
release-verify-yourself = Verify it yourself
release-verify-take = Download everything and unpack it on your own computer.
release-verify-program = Get deungdae-verify from where its source is published, not from here. It needs no network.
release-verify-policy = Get the policy with the keys of ledger and witnesses from somebody you trust: an authority, a witness, a newspaper. The one inside is only for reading.
release-verify-run = Run the command. It names the first lie, if there is one.
release-verify-compare = Compare this number with the one that others see.
release-verify-commands = Commands
release-package = Hash of the release
release-leaf = Entry in the ledger
release-policy = The policy as the publisher states it

refusal-fact-by-release = This is put on record by signing or retracting a release.
    .next = Open the release of this case.
refusal-release-closed = The answers or the draft cannot be opened.
    .next = Unlock, and let somebody do it who holds the key of the interviews or signs the release.
refusal-release-figures = The figures cannot be published as they are: { $what }
    .next = Leave out a figure, or correct what is said, and compute again.
refusal-release-stratum = In the stratum “{ $stratum }” { $heard } people were heard, and the frame has fewer.
    .next = Write how many persons of this stratum the frozen frame has.
refusal-release-draw = The draw { $draw } has not ended.
    .next = Close it, or void it with its reason: every draw of a visit is published with it.
refusal-release-frame = The strata have { $written } persons together, and the frames that were drawn from { $framed }.
    .next = Write the sizes of the strata as the frozen frame has them.
refusal-release-bag = The release cannot be written: { $what }
    .next = Correct it and draft again. Nothing was published.
refusal-release-title = A title or place is missing, too long, or not one line.
    .next = Write one line of at most 200 characters.
refusal-release-text = A text is too long.
    .next = Shorten it to 20,000 characters.
refusal-release-not-yet = It is too early to publish: it waits for { $stages }.
    .next = Finish these stages first.
refusal-release-stopped = A stop rule is in force: figures and findings may not be published.
    .next = Publish the access record.
refusal-release-again = The draft was changed by somebody else meanwhile.
    .next = Look at it again, then draft.
refusal-release-another = This is not what there is now: it was changed or signed meanwhile.
    .next = Open the page again and read what there is.
refusal-release-prepared = It has its first signature already.
    .next = Another person signs next.
refusal-release-not-prepared = It has no first signature yet.
    .next = Let the person who computed it sign first.
refusal-release-four-eyes = You did the first half of this. The second is for another person.
    .next = Ask a colleague whose role allows it.
refusal-release-head-old = The head has only { $size } entries.
    .next = Ask from a smaller number, or take the newest head first.
refusal-release-cosignature = This is not a signature of a witness under this head: { $what }
    .next = Give the witness the head of the ledger from this page, and paste the line that it prints.
refusal-witnesses = These witnesses cannot be used: { $what }
    .next = Correct the lines: witness NAME KEY, group NAME NUMBER …, quorum NAME.
refusal-retraction-reason = A reason is missing or too long.
    .next = Say in up to 2,000 characters what is wrong.
refusal-retraction-not-asked = Nobody asked for the retraction of this release.
    .next = Ask for it with a reason; another person then agrees.

# Witnesses
witnesses-title = Witnesses of releases
witnesses-says = Witnesses are authorities or organisations that check, each with a key of their own, that the ledger only grows, and cosign its head (deungdae witness). A release is public once enough of them have cosigned.
witnesses-policy = Policy of the releases to come
witnesses-policy-note = Give it to those who verify releases, on paper or by a way of their own.
witnesses-lines = Witnesses, groups and quorum
witnesses-hint = Lines as “witness NAME KEY”, “group NAME NUMBER MEMBERS…”, and one “quorum NAME” or “quorum none”. What `deungdae witness show` prints is the key.
witnesses-submit = Keep these witnesses
done-witnesses = The witnesses are kept. Releases signed from now on wait for them.

release-came-in = What came in
release-came-in-says = What became of the interviews of this visit. This stays inside and is never published.
release-came-counted = Counted: the figures rest on these
release-came-refused = Asked, and gave no interview
release-came-apart = Of strata that are reported apart
release-came-no-conditions = Left out: nobody sent the form with the conditions of the interview
release-came-not-private = Left out: the conditions were not private
release-came-not-drawn = Left out: the code is none that the draw gave out
release-came-twice = Left out: another interview has the same code
release-came-not-asked = Left out: met on the walk, or not written how the person was chosen
release-came-rejected = Left out: rejected in review, or erased
