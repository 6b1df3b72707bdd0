# Two samples of the reconciliation as R's survey sees them: interviews, and files with a line for each of three pay
# periods (a file is a cluster). Run in this folder: Rscript reconcile.R; it writes reconcile_rows.csv and reconcile.csv.
library(survey)
set.seed(20261126)
options(digits = 17)

population <- c(women = 900, men = 300)
interviews <- data.frame(stratum = rep(c("women", "men"), c(33, 12)), unit = 1:45)
interviews$hours <- round(58 + rnorm(45, 0, 4), 1)
interviews$pay <- round(50 + rnorm(45, 0, 6), 2)
interviews$seven <- rbinom(45, 1, 0.4)
files <- data.frame(stratum = rep(c("women", "men"), c(30, 15)), unit = 1:45)
habit <- rnorm(45)
lines <- files[rep(1:45, each = 3), ]
# Two periods of one file and one of another were not presented.
lines <- lines[-c(2, 3, 50), ]
own <- habit[lines$unit]
lines$hours <- round(49 + 2 * own + rnorm(nrow(lines), 0, 1), 1)
lines$pay <- round(70 + 5 * own + rnorm(nrow(lines), 0, 2), 2)
lines$seven <- as.integer(own + rnorm(nrow(lines), 0, 0.4) > 1)
lines$hand <- as.integer(own + rnorm(nrow(lines), 0, 0.3) > 0.8)
interviews$hand <- NA

weigh <- function(data) population[data$stratum] / table(data$stratum)[data$stratum]
interviews$weight <- as.numeric(weigh(interviews))
lines$weight <- as.numeric(weigh(lines))
written <- rbind(cbind(side = "interviews", interviews), cbind(side = "records", lines))
write.csv(written[c("side", "stratum", "unit", "hours", "pay", "seven", "hand")], "reconcile_rows.csv",
          row.names = FALSE, quote = FALSE)

said <- svydesign(ids = ~unit, strata = ~stratum, weights = ~weight, data = interviews)
read <- svydesign(ids = ~unit, strata = ~stratum, weights = ~weight, data = lines)
out <- data.frame()
add <- function(name, value, low, high)
  out <<- rbind(out, data.frame(name, value = sprintf("%.17g", value), low = sprintf("%.17g", low), high = sprintf("%.17g", high)))

# Shares of files: Korn and Graubard.
for (name in c("hand", "seven")) {
  share <- svyciprop(as.formula(paste0("~", name)), read, method = "beta", df = degf(read))
  add(paste0("share_", name), 100 * coef(share), 100 * confint(share)[1], 100 * confint(share)[2])
}
# Difference of means, Welch-Satterthwaite with the degrees of each design.
one <- svymean(~hours, said); other <- svymean(~hours, read)
v1 <- vcov(one)[1]; v2 <- vcov(other)[1]
df <- (v1 + v2)^2 / (v1^2 / degf(said) + v2^2 / degf(read))
gap <- coef(one) - coef(other)
add("gap_hours", gap, gap - qt(.975, df) * sqrt(v1 + v2), gap + qt(.975, df) * sqrt(v1 + v2))
write.csv(out, "reconcile.csv", row.names = FALSE, quote = FALSE)
