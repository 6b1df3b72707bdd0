refusal-instance-taken = There is a submission with the id { $instance } here already.
    .next = Give the edited submission an id of its own and send it again.
refusal-removed-submission = The submission { $instance } was removed here, so it is not taken in again.
    .next = Have it restored by somebody who reviews submissions.
