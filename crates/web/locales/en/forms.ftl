# Forms: the list, one form, its draft, filling in the browser.

form-title = Form
form-state = State
form-version = Version
form-id = Form id
form-open = open
form-closing = closing
form-closed = closed
form-only-draft = draft
form-draft-tag = draft waiting
form-draft = draft
form-published = Published
form-published-by = { $at }, uploaded by { $who }
form-by = Uploaded by
form-fill = Fill in the form
form-to-submissions = See them
form-to-phones = Add a phone
form-phones = Phones get this version when they next fetch forms.
form-encrypts = Phones encrypt the answers to this form themselves. This server keeps them as they come; whoever has the form’s private key opens them.
form-draft-waits = A draft of this form waits to be published.
form-draft-only = This form has not been published, so nobody can fill it in yet.
form-to-draft = Go to the draft
form-fields = Questions and who can open the answers
form-no-fields = This form asks nothing.
form-question = Question
form-questions = Questions
form-field = Field
form-kind = Answer
form-class = Class
form-compartment = Sealed for
form-versions = Versions
form-download = Download
form-change = Change this form
form-change-how = Upload the changed form with the same form id and a new version. It becomes a draft first; phones keep the published version until you publish the draft.
form-upload-version = Upload a new version
form-state-which = What may be sent?
form-open-means = Phones show the form, and submissions are taken.
form-closing-means = Phones no longer show the form. What was begun may still be sent.
form-closed-means = Nothing more is taken.
form-state-save = Save the state
forms-all = Forms of this mandate
forms-empty = There is no form here yet. The lead of this mandate uploads forms.
forms-empty-upload = There is no form here yet. Write one as an XLSForm in a spreadsheet, or take one that you already use with ODK or Kobo, and upload it.

form-upload = Upload a form
form-upload-verb = Check and keep as draft
form-upload-back = Back to the forms
form-file = XLSForm or XForm
form-file-hint = A spreadsheet (.xlsx), the same as a table in Markdown (.md), or XForm XML (.xml). At most 32 MB.
form-file-missing = Choose a file first.
form-file-refused = “{ $file }” was not kept.
form-problems = { $count ->
        [one] One thing in the form is wrong
       *[other] { $count } things in the form are wrong
    }
form-upload-about = What happens with it
form-upload-classes = A column “bind::dg:class” in the survey sheet says how closely each answer is kept: identity, sensitive or open. A question without it is kept as sensitive. It is sealed when it arrives and never exported unasked.
form-upload-draft = The form becomes a draft. You see what it asks and what it changes, try it out, and publish it.

draft-publish = Publish this draft
draft-changes = What the draft changes
draft-against = Against the published version
draft-counts = { $changed ->
        [0] No question changes
        [one] One question changes
       *[other] { $changed } questions change
    }; { $same ->
        [one] one stays as it is
       *[other] { $same } stay as they are
    }.
draft-weaker = { $count ->
        [one] One question would be kept less closely
       *[other] { $count } questions would be kept less closely
    } than before. Check the classes below before you publish.
draft-same-version = The published form has the version “{ $version }” too. Give the draft another version in the settings sheet and upload it again; it cannot be published like this.
draft-warnings = { $count ->
        [one] One thing to look at
       *[other] { $count } things to look at
    }
draft-files-missing = { $count ->
        [one] One file that the form needs is missing
       *[other] { $count } files that the form needs are missing
    }. Phones cannot fill in the form completely without it.
draft-files = Files that the form needs
draft-file = File
draft-file-state = State
draft-file-registry = filled by the registry { $registry }
draft-file-there = here
draft-file-missing = missing
draft-files-send = Send files
draft-files-hint = A list that has the name of a registry needs no file: the registry fills it.
draft-files-upload = Upload the files
draft-try = Try it out
draft-try-what = Fill in the draft in the browser to see what people will see. Nothing is kept.
draft-preview = Preview
draft-drop-heading = Throw the draft away
draft-drop = Throw the draft away
draft-drop-what = The draft and the files sent for it are deleted. The published version and all submissions stay.
draft-drop-question = Throw away the draft of “{ $form }”?

fill-state = fill in
fill-preview = preview, nothing is kept

done-uploaded = The form is here as a draft. Look it over, then publish it.
done-published = The form is published.
done-files-kept = The files are here.
done-draft-dropped = The draft is gone.
done-form-state = The state of the form is changed.
done-previewed = The form works to its end. What you filled in was not kept.

class-open = open
class-sensitive = sensitive
class-identity = identity
class-none = none: kept as sensitive
kind-text = text
kind-computed = computed
kind-integer = whole number
kind-decimal = number
kind-yes = yes or no
kind-date = date
kind-time = time
kind-date-time = date and time
kind-geopoint = place
kind-geoline = line or area
kind-file = file
kind-barcode = barcode
kind-select = one of a list
kind-select-many = several of a list
kind-rank = order of preference
kind-group = group
kind-repeat = repeated group
kind-note = note

refusal-form = The form cannot be used as it is.
    .next = Correct the places named here in the spreadsheet and upload it again.
refusal-form-id-differs = The uploaded form has the id “{ $found }”; this one has “{ $expected }”.
    .next = Change form_id in the settings sheet, or upload it as a form of its own.
refusal-form-state = A form cannot have the state “{ $state }”.
    .next = Choose open, closing or closed.
refusal-no-draft = This form has no draft.
    .next = Upload the form first; perhaps somebody has just published or thrown away the draft.
refusal-draft-changed = The draft was replaced while you looked at it.
    .next = Look at the new draft and publish that one.
refusal-version-published = Version “{ $version }” of “{ $form }” is published already.
    .next = Give the form another version in the settings sheet and upload it again.
refusal-upload-too-large = The file is larger than { $megabytes } MB.
    .next = Send a smaller file.
refusal-upload-broken = The upload broke off before it was complete.
    .next = Check the connection and upload the file again.
