# The frame of every page and the patterns.

product = Deungdae
frame-skip = Skip to the content
frame-way = Where this page is
frame-language = Language
frame-rooms = Rooms
frame-menu = Menu
frame-mandate = Mandate
frame-waiting = waiting
frame-lock = Lock
frame-unlock = Unlock
frame-minutes-left = { $count } min

date-in-words = { $day } { $month ->
        [1] January
        [2] February
        [3] March
        [4] April
        [5] May
        [6] June
        [7] July
        [8] August
        [9] September
        [10] October
        [11] November
       *[12] December
    } { $year }
date-in-table = { $day } { $month ->
        [1] Jan
        [2] Feb
        [3] Mar
        [4] Apr
        [5] May
        [6] Jun
        [7] Jul
        [8] Aug
        [9] Sep
        [10] Oct
        [11] Nov
       *[12] Dec
    } { $year }

trouble-title-not-found = Page not found
trouble-title-refusal = This cannot be done
trouble-title-fault = Something broke here
trouble-first-page = Go to the first page
refusal-not-found = There is nothing at this address, or nothing that you may see.
    .next = Check the address, or start again from the first page.
refusal-method = This address cannot be used in this way.
    .next = Go back and use the button on the page.
refusal-foreign-form = This was sent from another site, so nothing was done.
    .next = Open the page here and send it again.
fault-ours = The server could not finish this. It is not your mistake.
    .next = Try once more. If it happens again, tell whoever runs this server the id below.
fault-passing = The server cannot save at the moment.
    .next = What was confirmed before is safe. Wait a minute and try again.

problem-sheet = sheet “{ $name }”
problem-row = row { $row }
problem-column = column { $name }
problem-field = field { $name }
problem-fault = Id in the log:

clock-due-today = due today
clock-due-days = due in { $count ->
        [one] { $count } day
       *[other] { $count } days
    }
clock-due-hours = due in { $count ->
        [one] { $count } hour
       *[other] { $count } hours
    }
clock-due-minutes = due in { $count ->
        [one] { $count } minute
       *[other] { $count } minutes
    }
clock-late-days = late by { $count ->
        [one] { $count } day
       *[other] { $count } days
    }
clock-late-hours = late by { $count ->
        [one] { $count } hour
       *[other] { $count } hours
    }
clock-late-minutes = late by { $count ->
        [one] { $count } minute
       *[other] { $count } minutes
    }
clock-rule = { $due } · { $rule }

qr-code = QR code: { $label }

comparison-verdict = Result
comparison-same = same
comparison-differs = differs
comparison-missing = missing
comparison-nothing = nothing

confirmation-final = This cannot be undone.
confirmation-back = Do not do this

form-optional = (may be left empty)
form-error = Error:{" "}
form-errors = { $count ->
        [one] There is a problem with one answer
       *[other] There are problems with { $count } answers
    }
form-year = Year
form-month = Month
form-day = Day
form-date-incomplete = A part of the date is missing. Fill in day, month and year.
form-date-no-such-day = There is no such day. Check day, month and year; the year has four figures.

map-title = { $caption }: map of { $count ->
        [one] one point
       *[other] { $count } points
    }, listed in the table beside it
map-north = { $degrees }° N
map-south = { $degrees }° S
map-east = { $degrees }° E
map-west = { $degrees }° W
map-place = Place
map-coordinates = Latitude, longitude
map-more = and { $count } more

estimate-of = Of
estimate-value = Estimate
estimate-interval = Interval (95 %)
estimate-not-representative = not representative

progress-of = { $done } of { $total }
progress-minutes-left = about { $count ->
        [one] one minute
       *[other] { $count } minutes
    } left
progress-under-a-minute = less than a minute left
progress-goes-on = You can leave this page; the work goes on.

sealed-closed = { $label }: sealed
sealed-opened = opened by you now, logged
sealed-not-yours = sealed to another compartment
sealed-unlock = Unlock to read
sealed-open = Open
sealed-open-logged = Open and log
sealed-reason = Why do you need to see this?
sealed-reason-hint = Your name, the time and this reason are logged.

step-done = done
step-current = now
step-later = later
step-skipped = left out

table-count = { $count ->
        [one] { $count } row
       *[other] { $count } rows
    }
table-export = Export what is shown:
table-filter = Filter
table-apply = Apply
table-remove-filter = remove this filter
table-clear = Clear all
table-nothing-matches = Nothing matches these filters.
table-pages = Turn the pages
table-previous = Previous
table-next = Next

fill-needs-script = Filling a form in the browser needs JavaScript. Turn it on for this page, or use ODK Collect on a phone.
fill-made-with = Filled with ODK Web Forms (Apache-2.0), served from here.
