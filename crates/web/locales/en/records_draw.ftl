# The draw of files: as many as people are heard, by a draw of its own.

visit-files-title = Record draw
visit-files-says = Whose files are read is decided by a draw of its own: as many as people are heard, from the same frozen frame, with randomness of its own. It tells nothing of who was heard.
visit-files-all = Draws of files, in sequence
visit-files-none = No draw of files yet.
visit-files-begin = Begin a record draw
visit-files-one = Record draw { $number }
visit-files-not-yet = As many files are drawn as people: announce the draw of people first.
visit-files-as-many = { $n } files are drawn, as many as people in draw { $draw }.
visit-files-scheme = How are the files drawn?
visit-files-step-field = Files are asked for and read
visit-files-next-field = Whoever reads the records opens the list of files. Put on record what was presented and what was refused; nothing takes the place of a file that is refused.
visit-files-secret = Not public: whose files were drawn. The list is sealed to those who read the records.
visit-files-list = List of files
visit-files-list-says = Names and numbers of the people whose files are to be read, with the code of each. They were drawn apart from the interviews: the list tells nothing of who was heard.
visit-files-shown = Ask for all of these files at once, each for { $periods } pay periods: peak, low and latest. In the form write the code, never a name or a number.
visit-files-caption = Files to ask for
visit-files-nothing = No file.
visit-files-code = Code
visit-files-codes = Codes for the record review
visit-files-drawn = Files drawn

refusal-records-no-draw = Nothing was drawn: as many files are drawn as people, and no draw of people is announced.
    .next = Announce the draw of people first.
refusal-records-not-yours = The list stays closed: it is sealed to those who read the records, and you hold no key of theirs.
    .next = Ask a record reviewer, or who gives keys.
refusal-records-no-list = There is no list of files: this draw has no result, or it is void.
    .next = Select first, or open the list of a later draw.
refusal-finding-place = No place “{ $place }” is in the registry { $registry }; nothing was put on record.
    .next = Write the code as the registry has it, or enter the place there first.
