# Coming in and going out: log in, unlock, recover, accept an invitation.

go-back = Back

login-title = Log in
login-submit = Log in
login-email = E-mail address
login-password = Password
login-code = Code from your authenticator app
login-code-hint = Six figures, only if you have set up a second factor. Otherwise leave it empty.
login-keys = Keys
login-unlock = Unlock my keys as well
login-unlock-hint = Sealed values can be opened then. The keys lock by themselves when they are not used.
login-lost = Forgot the password?
login-lost-what = With your printed recovery code you can choose a new one. Nobody can send you a new password: the server does not hold your keys.
login-lost-recover = Use my recovery code
logout = Log out
done-logged-out = You have logged out. Your keys are forgotten.

unlock-title = Unlock your keys
unlock-what = Names and other sealed values can be opened only while your keys are unlocked. They lock again by themselves when they are not used, when you press Lock, and when the server restarts.
unlock-password = Password
unlock-submit = Unlock
unlock-not-now = Go on without
unlock-lost = Your recovery code opens your keys and sets a new password.
done-locked = Locked. What was open is closed.

password-new = New password
password-hint = At least 10 characters. Several words that you do not use anywhere else are good.
password-again = The same password again
password-differs = The two passwords differ. Type the same one twice.

recover-title = Choose a new password with your recovery code
recover-what = You are logged out everywhere, a second factor is removed, and this code is used up: make a new one afterwards.
recover-code = Recovery code
recover-code-hint = As it is printed. Capital or small letters, with or without hyphens.
recover-submit = Set the new password
recover-none = No recovery code?
recover-none-what = Then your keys are lost, and nobody can bring them back. An administrator can close this account and invite you again; people who hold the keys of your mandates can give them to you again.
done-recovered = The new password is set. Log in with it.

invitation-title = Welcome to Deungdae
invitation-for = You are invited as { $email }.
invitation-password = You choose the password yourself, and nobody else can know it or change it: it opens your keys.
invitation-submit = Make my account
done-welcome = Your account is ready and your keys are unlocked. One thing is left to do.

refusal-login-wrong = E-mail address or password is wrong.
    .next = Check both and type the password again. After ten wrong tries the account waits for a quarter of an hour.
refusal-code-needed = This account asks for a code from the authenticator app as well.
    .next = Type the password again, and the six figures that the app shows now.
refusal-code-wrong = The code is wrong, too old, or was used before.
    .next = Wait for the app’s next six figures and type them. If it goes on, check that the clock of the phone is right.
refusal-too-many-attempts = Too many wrong tries.
    .next = Try again in { $minutes } min. If it was not you who tried, tell an administrator.
refusal-not-logged-in = You are not logged in.
    .next = Log in and open the page again.
refusal-password-wrong = The password is wrong.
    .next = Type it again. After ten wrong tries the account waits for a quarter of an hour.
refusal-password-short = The password is too short.
    .next = Use at least { $least } characters.
refusal-recovery-wrong = E-mail address or recovery code is wrong.
    .next = Compare the code with the printed one, group by group. Only the newest code of an account works, and only once.
refusal-invitation-gone = This invitation does not work any more.
    .next = It was used, withdrawn, or is older than seven days. Ask the person who invited you for a new one.
refusal-locked = Your keys are locked.
    .next = Unlock them and do it again.
refusal-form-too-large = What was sent is too long.
    .next = Shorten the text and send it again.
