# Accounts of the whole server.

members-accounts = Accounts
members-empty = There is no account.
members-rights = Kind
members-member = Member
members-administrator = Administrator
members-closed = closed { $day }
members-since = Since
members-action = Action
members-invite = Invite a member
members-close = Close the account

invitations-waiting = Invitations not yet accepted
invitations-empty = No invitation waits.
invitations-until = Works until
invitations-withdraw = Withdraw
done-invitation-withdrawn = The invitation is withdrawn. Its link does not work any more.

invite-title = Invite a member
invite-submit = Make the invitation
invite-email-hint = The person logs in with it. Nothing is sent to it.
invite-name-hint = The person can change it.
invite-place = Mandate and role
invite-place-hint = The role is given at once. Keys are given afterwards by somebody who holds them.
invite-no-place = None yet
invite-rights = Rights
invite-administrator = Administrator
invite-administrator-hint = May invite and close accounts and begin mandates. Holds no key, so sealed values stay closed.
invited-title = The invitation is ready
invited-link = Link for { $email }
invited-note = It is shown only now. It works once, for seven days.
invited-next = What happens now
invited-next-hand = Hand the link over yourself: in person, or in a messenger that you both trust.
invited-next-choose = The person opens it and chooses a password that nobody else knows.
invited-next-keys = Somebody who holds the keys of a mandate gives them to the new member.
invited-back = I have handed it over

close-title = Close the account of { $name }
close-question = Close the account of { $name }?
close-logins = All their logins end at once, and they cannot log in again.
close-record = What they did stays in the record under their name.
close-keys = The keys they hold stay theirs until somebody takes them out of each mandate below. Do that too: then each compartment gets a new key.
close-no-mandate = This person works in no mandate and holds no key.
close-in-mandate = { $mandate }: { $count ->
        [0] holds no key
        [one] holds the key of one compartment
       *[other] holds the keys of { $count } compartments
    }
close-take-first = Take out of the mandate
done-account-closed = The account is closed.

refusal-email = This is not an e-mail address.
    .next = Write it as name@example.org.
refusal-email-taken = There is an account with the address { $email } already.
    .next = Use another address, or give the existing account a role.
refusal-name-empty = The name is missing.
    .next = Write a name.
refusal-close-own-account = You cannot close your own account.
    .next = Ask another administrator to do it.
refusal-not-administrator = Only administrators may do this.
    .next = Ask an administrator of this server.
refusal-not-allowed = Your role in “{ $mandate }” does not allow this.
    .next = Ask somebody who leads the mandate for a role that does.
