# What phones and scripts are told when something is not taken.

refusal-submission = This is not a submission that can be read.
    .next = Nothing was kept. Send it again from the phone; if it is refused again, keep it there and tell whoever runs this server.
refusal-different-submission = Another submission with the id { $instance } is here already, and it says something else.
    .next = Nothing was changed. A changed submission needs an id of its own.
refusal-form-unknown = There is no form “{ $form }” in version { $version } here.
    .next = Keep the submission, fetch the forms again, and ask whoever prepares them.
refusal-mandate-archived = This mandate is archived, so no new forms are begun.
    .next = If the work goes on, somebody who manages the mandate can take it out of the archive in its settings.
refusal-form-closed = The form “{ $form }” takes no more submissions.
    .next = Keep the submission and ask whoever prepares the forms.
refusal-deprecated-unknown = The submission { $instance } that is to be changed is not here.
    .next = Send the first one before the change.
refusal-deprecated-old = The submission { $instance } has been changed by somebody else meanwhile.
    .next = Fetch the newest version and make your change again.
refusal-device-unknown = This phone is not known here, or it was removed.
    .next = Ask for a new QR code and scan it with this phone.
refusal-file-too-large = A file is larger than { $megabytes } MB.
    .next = Take the picture or recording again in a smaller size.
