# A member's own account.

account-change = Change
account-on = on
account-off = off
account-language-browser = as the browser asks
account-second-factor = Second factor
account-second-factor-set = Set up
account-second-factor-drop = Remove
account-recovery = Recovery code
account-recovery-made = made
account-recovery-none = none
account-recovery-make = Make a recovery code
account-recovery-again = Make a new recovery code
account-recovery-missing = You have no recovery code. If you forget your password, your keys are lost.

profile-title = Name and language
profile-name = Name
profile-name-hint = As your colleagues know you. It stands beside what you do.
profile-language = Language
profile-submit = Save
done-profile = Saved.

password-title = Change your password
password-what = Your keys are locked with the new password, and you are logged out everywhere else. Your recovery code stays as it is.
password-old = Password until now
password-submit = Change the password
done-password = The password is changed.

second-factor-title = Second factor
second-factor-what = With a second factor, a stolen password alone does not log in: a code from your phone is asked for as well.
second-factor-how = How to set it up
second-factor-step-app = Install an authenticator app on your phone, for example Aegis, FreeOTP or Google Authenticator.
second-factor-step-scan = Scan this picture with the app, or type the letters below it.
second-factor-step-code = Type the six figures that the app shows now.
second-factor-qr = Secret for the authenticator app
second-factor-code = Code from the app
second-factor-code-hint = Six figures; they change every 30 seconds.
second-factor-submit = Turn the second factor on
second-factor-drop = Remove the second factor
second-factor-drop-question = Remove the second factor?
second-factor-drop-what = From now on your password alone logs in. The entry in your app becomes worthless.
done-second-factor = The second factor is on. You are asked for a code the next time you log in.
done-second-factor-dropped = The second factor is removed.

recovery-title = Recovery code
recovery-what = The code opens your keys when the password is lost. It is shown once, to be printed or written down; the server does not keep it.
recovery-ready = Have paper ready, and nobody looking over your shoulder.
recovery-replaces = You have made a code before. A new one makes the old one worthless.
recovery-later = Later
recovery-made-title = Your recovery code
recovery-block = Recovery code of { $email }
recovery-block-note = It is shown only now. Whoever has it and knows your e-mail address can open everything that you can open.
recovery-next = What to do now
recovery-next-print = Print this page or write the code down. Do not photograph it and do not send it.
recovery-next-keep = Keep it where a search of your home or office would not find it together with your computer.
recovery-next-use = It works once: after you have used it, make a new one.
recovery-kept = I have kept it
