# The same questions to R's survey, for benches/survey.rs: prints milliseconds of design, mean, mean by domain.
suppressMessages(library(survey))
data <- read.csv(commandArgs(TRUE)[1])
time <- function(code) { start <- proc.time()[["elapsed"]]; force(code); 1000 * (proc.time()[["elapsed"]] - start) }
design.time <- time(design <- svydesign(id = ~psu, strata = ~stratum, weights = ~w, data = data))
mean.time <- median(replicate(3, time(svymean(~y, design))))
found <- svymean(~y, design)
by.time <- time(by <- svyby(~y, ~domain, design, svymean))
cat(design.time, mean.time, by.time, "\n")
cat(sprintf("mean %.10f (%.10f), domain 0 %.10f (%.10f)\n", coef(found), SE(found), coef(by)[1], SE(by)[1]))
