# Reference numbers for waiting times, from R's `survival` (Debian r-base-core, r-cran-survival):
#   Rscript crates/casework/tests/survival.R > crates/casework/tests/survival.txt
# Published data (aml: Miller 1997; lung: Loprinzi 1994; ovarian: Edmunson 1979) and cases at the edges.
suppressMessages(library(survival))
cat("# R ", R.version$major, ".", R.version$minor, ", survival ", as.character(packageVersion("survival")), "\n", sep = "")
number <- function(x) ifelse(is.na(x), "NA", formatC(x, digits = 17, format = "g"))
put <- function(name, days, done) {
  cat("data", name, "\n")
  cat(paste("wait", number(days), as.integer(done), "\n"), sep = "")
  fit <- survfit(Surv(days, done) ~ 1, conf.type = "log-log", error = "greenwood")
  error <- ifelse(fit$surv == 0, 0, fit$surv * fit$std.err)
  cat(paste("step", number(fit$time), fit$n.risk, fit$n.event, number(fit$surv), number(error),
            number(fit$lower), number(fit$upper), "\n"), sep = "")
  for (p in c(0.1, 0.25, 0.5, 0.75, 0.9)) {
    q <- quantile(fit, p)
    cat("quantile", p, number(q$quantile), number(q$lower), number(q$upper), "\n")
  }
}
put("aml maintained", aml$time[aml$x == "Maintained"], aml$status[aml$x == "Maintained"])
put("aml all", aml$time, aml$status)
put("lung", lung$time, lung$status == 2)
put("ovarian", ovarian$futime, ovarian$fustat)
put("nobody done", c(3, 5, 5, 9), c(0, 0, 0, 0))
put("all done", c(1, 2, 3, 4), c(1, 1, 1, 1))
put("one", 7, 1)
put("flat at the median, then waiting", c(1, 2, 6, 8), c(1, 1, 0, 0))
put("ties", c(2, 2, 2, 5, 5, 5, 5, 9, 9, 12), c(1, 1, 0, 1, 1, 0, 0, 1, 0, 0))
put("first waiting", c(1, 2, 3, 4, 5, 6), c(0, 1, 1, 0, 1, 0))
put("parts of days", c(0, 0.25, 0.5, 0.5, 1.75, 3.125, 3.125, 8), c(1, 1, 0, 1, 1, 1, 0, 0))
set.seed(20261123)
for (n in c(10, 40, 200)) {
  days <- ceiling(rexp(n, 1 / 60)); seen <- ceiling(runif(n, 1, 150))
  put(paste("random", n), pmin(days, seen), days <= seen)
}
