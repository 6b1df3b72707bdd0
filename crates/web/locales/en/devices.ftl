# Phones of a mandate.

devices-what = A phone can fetch blank forms and send filled ones. It can never read what was sent.
devices-empty = No phone has been added. Add one for each person who collects, then scan its code with ODK Collect.
device-add = Add a phone
device-name = Name of the phone
device-name-hint = So that you know it when it is lost, for example “Interviewer 3”. Not the name of the person, if that could put them at risk.
device-state = State
device-in-use = in use
device-not-scanned = not used yet
device-revoked = revoked { $day }
device-last-seen = Last seen
device-never = never
device-added = Added
device-qr = Settings of { $name }
device-how = On the phone
device-step-open = Install ODK Collect from Google Play or F-Droid and open it.
device-step-scan = Choose “Configure with QR code” and point the camera at this picture. Show it to nobody else: whoever scans it can send as this phone.
device-step-forms = Choose “Start new form”. The forms of this mandate are there; filled ones are sent when there is a network.
device-by-hand = Without a camera
device-by-hand-what = Choose “Manually enter project details” in Collect and type this address as the URL. Leave user name and password empty.
device-server = Server address
device-locked = The code of this phone is sealed.
device-unlock = Unlock to show it
device-lost = Lost, stolen, or no longer needed?
device-lost-what = Revoke it at once. You can add it again later with a new code.
device-revoke = Revoke this phone
device-revoked-what = This phone is revoked. What it sent before stays here. To use it again, add it as a new phone.
done-device-added = The phone is added. Let it scan the code below.
done-device-revoked = The phone is revoked. The server refuses it from now on.

revoke-question = Revoke { $name }?
revoke-verb = Revoke { $name }
revoke-refused = The server refuses this phone at once: no forms, no sending.
revoke-unsent = Filled forms on it that were not sent yet cannot be sent any more. If you still have the phone, send them first.
revoke-kept = Everything it has sent stays here.

refusal-device-revoked = This phone is revoked.
    .next = Add it as a new phone and scan the new code.
