# Reconciliation: what people said beside what was recorded.

reconciliation = Reconciliation
reconciliation-what = What workers said is held against what the employer recorded, by establishment only. An interview is never joined with the record of the same person: neither side has a key of a person.
reconciliation-draw = The files come from a draw of their own, as many as there are interviews, for { $periods } pay periods each; never the files of those who were interviewed.
reconciliation-locked = Both sides are sealed. Unlock your keys; you need those of the interviews and of the records.
reconciliation-compare = Open both sides and compare
reconciliation-counted = Counted: { $interviews } interviews, { $records } record reviews of { $files } files.
reconciliation-reading = Intervals are 95 %, weighted. A flag is raised only where the interval excludes “no difference”; below 20 answers or files a figure is indicative; groups of fewer than { $k } are not shown. That you compared is in the ledger; nothing of it is kept.
reconciliation-not-private = { $count ->
    [one] One interview was not private, or nobody wrote whether it was: it is in no figure.
   *[other] { $count } interviews were not private, or nobody wrote whether they were: they are in no figure.
}
reconciliation-doubtful = Some people had been told what to say, or were afraid of having talked. Where there are enough of them, figures are given with and without.
reconciliation-without = – without doubtful interviews
reconciliation-no-rates = No rate of exchange is on record: amounts in another currency are left out of the pay gap. The visit lead puts both rates on record on the page of the visit.
reconciliation-thresholds = Thresholds: { $limits }
reconciliation-groups = By establishment
reconciliation-all = all together
reconciliation-figure = Figure
reconciliation-interval = Interval (95 %)
reconciliation-n = n said / recorded
reconciliation-flag = Flag
reconciliation-nothing = no figure
reconciliation-no-flag = none
reconciliation-indicative = indicative
reconciliation-too-few = too few to be shown
reconciliation-no-workforce = needs the number of workers: no roster lines yet
colour-amber = amber
colour-red = red
colour-non-compliant = non-compliant
record-mandate-reconcile = compared interviews and records by groups

refusal-reconcile-locked = The interviews and the records are sealed.
    .next = Unlock your keys, then compare.
refusal-reconcile-keys = A part of the interviews or records stayed closed to you, and figures without it would be wrong.
    .next = Ask who gives keys for those of both compartments.
refusal-reconcile-many = There are more than { $most } submissions on one side.
    .next = Export both sides and use “deungdae estimate”.
