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
second-factor-what = With a second factor, a stolen password alone does not log in: a code from your phone is asked for as well. When you turn it on, you are logged out everywhere else.
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
second-factor-drop-what = No code is asked for any more. Unless you have a passkey, your password alone logs in. The entry in your app becomes worthless.
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

account-authenticator = Second factor: authenticator app
account-passkeys = { $count ->
        [0] none
        [one] one
       *[other] { $count }
    }

passkeys-title = Passkeys
passkeys-what = A passkey is a second factor in your phone, your computer or a security key: you confirm with a touch, a fingerprint or a PIN instead of typing a code. Your password is still needed, because it opens your keys. Add two, on different devices, so that a lost one does not lock you out.
passkeys-empty = You have no passkey yet.
passkeys-name = Name of the passkey
passkeys-name-hint = By what you will know it: “Office laptop”, “Blue security key”.
passkeys-host = Works at
passkeys-since = Since
passkeys-add = Add a passkey
passkeys-bound = It will work only at { $host }. If this server gets another address, old passkeys do not work any more: add an authenticator app or have your recovery code ready before that.
passkeys-ends-logins = When it is added, you are logged out everywhere else. Programs that send your password will not get in any more unless you have an authenticator app too and they send its code.
passkeys-not-secure = Browsers offer passkeys only over https or on the machine itself, and this server was reached at { $address }. At an onion address, Tor Browser may have them switched off. Use an authenticator app there. If you did come over https, an administrator has to write the address into server.toml.
passkeys-number = A passkey is bound to a name, and this server was reached by a number ({ $address }). Come by its name, or use an authenticator app.
passkeys-no-address = Browsers cannot bind a passkey to the address { $address }. An administrator has to write it into server.toml in the form https://monitor.example.org. An authenticator app works without that.
passkeys-remove = Remove
passkeys-remove-title = Remove a passkey
passkeys-remove-question = Remove the passkey “{ $name }”?
passkeys-remove-what = It does not log in here any more. What is left of it on the device can be deleted there.
passkeys-remove-last = It is your only second factor: from now on your password alone logs in.
done-passkey-added = The passkey is added. You are asked for it the next time you log in.
done-passkey-removed = The passkey is removed.

passkey-needs-script = Passkeys need JavaScript, and it is switched off here. An authenticator app works without it.
passkey-unable = This browser offers no passkeys here. Use another browser, or an authenticator app.
passkey-there = This device has a passkey for this account already.
passkey-not-made = No passkey was made: it was cancelled, or it took too long. Press the button to try again.
passkey-not-used = The passkey did not answer: it was cancelled, it took too long, or this device has no passkey of this account. Press the button to try again.
