# Prints what R's survey package answers to the cases that tests/against_r.rs asks: Rscript cases.R
#
# Writes cases.csv (design, statistic, variable, domain, quantity, value) and the data it used, so that the test needs
# neither R nor the package. Debian: apt-get install r-base-core r-cran-survey r-cran-mass. Written with survey 4.1-1, R 4.2.2.
suppressMessages(library(survey))
options(warn = -1, digits = 17)
data(api); data(election); data(mu284); data(fpc)
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
rows <- list()
put <- function(design, statistic, variable, domain, ...) {
  values <- c(...)
  rows[[length(rows) + 1]] <<- data.frame(design, statistic, variable, domain, quantity = sub("[.].*", "", names(values)),
                                          value = sprintf("%.17g", as.numeric(values)))
}

# --- data -----------------------------------------------------------------------------------------------------------
prepare <- function(d) {
  d$wide <- as.numeric(d$sch.wide == "Yes"); d$impr <- as.numeric(d$comp.imp == "Yes")
  d$high <- as.numeric(d$api00 > 850); d$none <- 0; d$every <- 1
  d$answer <- ifelse(d$snum %% 7 == 0, NA, d$impr)     # some did not answer
  d$size <- ifelse(d$enroll < 300, "small", "large")
  keep <- c("stype", "dnum", "snum", "cnum", "size", "sch.wide", "api00", "api99", "enroll", "api.stu", "acs.46", "meals",
            "wide", "impr", "high", "none", "every", "answer", "pw")
  d[, c(keep, intersect(names(d), c("fpc", "fpc1", "fpc2")))]
}
srs <- prepare(apisrs); strat <- prepare(apistrat); clus1 <- prepare(apiclus1); clus2 <- prepare(apiclus2)
clus2$enroll[is.na(clus2$enroll)] <- 500; clus2$api.stu[is.na(clus2$api.stu)] <- 400
clus2$size <- ifelse(clus2$enroll < 300, "small", "large")
clus2$f1 <- 40 / clus2$fpc1
clus2$f2 <- ave(clus2$snum, clus2$dnum, FUN = length) / clus2$fpc2
# One school of type H only: a lonely stratum.
lone <- strat[strat$stype != "H" | cumsum(strat$stype == "H") == 1, ]
# A second stage that is a fraction everywhere, and lonely units there.
mu <- mu284
set.seed(20)
boot <- as.svrepdesign(svydesign(id = ~dnum, weights = ~pw, data = clus1), type = "subbootstrap", replicates = 30)
bootweights <- as.matrix(boot$repweights)
colnames(bootweights) <- paste0("rep", seq_len(ncol(bootweights)))
sboot <- as.svrepdesign(svydesign(id = ~1, strata = ~stype, weights = ~pw, data = strat), type = "subbootstrap", replicates = 40)
sbootweights <- as.matrix(sboot$repweights) * strat$pw
colnames(sbootweights) <- paste0("rep", seq_len(ncol(sbootweights)))
write <- function(d, name) write.csv(d, file.path(here, name), row.names = FALSE, quote = FALSE)
write(srs, "srs.csv"); write(cbind(strat, signif(sbootweights, 15)), "strat.csv")
write(cbind(clus1, signif(bootweights, 15)), "clus1.csv"); write(clus2, "clus2.csv"); write(lone, "lone.csv")
write(mu, "mu284.csv"); write(fpc, "fpc.csv")
election <- data.frame(election_pps[, c("Bush", "Kerry", "Nader", "votes", "p", "wt")],
                       big = ifelse(election_pps$votes > 100000, "yes", "no"), half = 1 + (election_pps$votes > 100000))
write(election, "election.csv"); write(as.matrix(election_jointprob), "jointprob.csv")
# What was written, to 15 digits, is what is analysed.
again <- function(name) read.csv(file.path(here, name), stringsAsFactors = TRUE)
srs <- again("srs.csv"); strat <- again("strat.csv"); clus1 <- again("clus1.csv"); clus2 <- again("clus2.csv")
lone <- again("lone.csv"); mu <- again("mu284.csv"); fpc <- again("fpc.csv"); election <- again("election.csv")
jointprob <- as.matrix(again("jointprob.csv"))

# --- designs --------------------------------------------------------------------------------------------------------
pop.types <- data.frame(stype = c("E", "H", "M"), Freq = c(4421, 755, 1018))
pop.wide <- data.frame(sch.wide = c("No", "Yes"), Freq = c(1072, 5122))
totals <- c(`(Intercept)` = 6194, stypeH = 755, stypeM = 1018, api99 = 3914069)
designs <- list(
  srs = svydesign(id = ~1, fpc = ~fpc, data = srs),
  srs_weights = svydesign(id = ~1, weights = ~pw, data = srs),
  strat = svydesign(id = ~1, strata = ~stype, fpc = ~fpc, data = strat),
  strat_weights = svydesign(id = ~1, strata = ~stype, weights = ~pw, data = strat),
  clus1 = svydesign(id = ~dnum, fpc = ~fpc, data = clus1),
  clus1_weights = svydesign(id = ~dnum, weights = ~pw, data = clus1),
  clus1_fpc_and_weights = svydesign(id = ~dnum, weights = ~pw, fpc = ~fpc, data = clus1),
  clus2 = svydesign(id = ~dnum + snum, fpc = ~fpc1 + fpc2, data = clus2),
  clus2_fractions = svydesign(id = ~dnum + snum, fpc = ~f1 + f2, data = clus2),
  clus2_weights = svydesign(id = ~dnum + snum, weights = ~pw, data = clus2),
  clus2_ultimate = svydesign(id = ~dnum, weights = ~pw, fpc = ~fpc1, data = clus2),
  srs_post = postStratify(svydesign(id = ~1, fpc = ~fpc, data = srs), ~stype, pop.types),
  clus1_post = postStratify(svydesign(id = ~dnum, fpc = ~fpc, data = clus1), ~stype, pop.types),
  clus2_post = postStratify(svydesign(id = ~dnum + snum, fpc = ~fpc1 + fpc2, data = clus2), ~stype, pop.types),
  clus1_rake = rake(svydesign(id = ~dnum, fpc = ~fpc, data = clus1), list(~stype, ~sch.wide), list(pop.types, pop.wide)),
  strat_rake = rake(svydesign(id = ~1, strata = ~stype, fpc = ~fpc, data = strat), list(~stype, ~sch.wide), list(pop.types, pop.wide)),
  clus1_greg = calibrate(svydesign(id = ~dnum, fpc = ~fpc, data = clus1), ~stype + api99, totals),
  strat_greg = calibrate(svydesign(id = ~1, strata = ~stype, fpc = ~fpc, data = strat), ~stype + api99, totals),
  clus1_calrake = calibrate(svydesign(id = ~dnum, fpc = ~fpc, data = clus1), ~stype + api99, totals, calfun = "raking"),
  srs_jk1 = as.svrepdesign(svydesign(id = ~1, fpc = ~fpc, data = srs)),
  clus1_jk1 = as.svrepdesign(svydesign(id = ~dnum, fpc = ~fpc, data = clus1)),
  strat_jkn = as.svrepdesign(svydesign(id = ~1, strata = ~stype, fpc = ~fpc, data = strat)),
  clus1_jk1_post = postStratify(as.svrepdesign(svydesign(id = ~dnum, weights = ~pw, data = clus1)), ~stype, pop.types),
  clus1_jk1_rake = rake(as.svrepdesign(svydesign(id = ~dnum, weights = ~pw, data = clus1)), list(~stype, ~sch.wide), list(pop.types, pop.wide)),
  clus1_jk1_greg = calibrate(as.svrepdesign(svydesign(id = ~dnum, weights = ~pw, data = clus1), compress = FALSE), ~stype + api99, totals, compress = FALSE),
  clus1_boot = svrepdesign(weights = ~pw, repweights = "rep[0-9]+", type = "bootstrap", combined.weights = FALSE, data = clus1),
  strat_boot = svrepdesign(weights = ~pw, repweights = "rep[0-9]+", type = "bootstrap", combined.weights = TRUE, data = strat),
  strat_boot_mse = svrepdesign(weights = ~pw, repweights = "rep[0-9]+", type = "bootstrap", combined.weights = TRUE, mse = TRUE, data = strat)
)

inside <- list(
  all = function(d) rep(TRUE, nrow(d)),
  E = function(d) d$stype == "E",
  H = function(d) d$stype == "H",
  small = function(d) d$size == "small",
  wideno = function(d) d$sch.wide == "No"
)
both <- function(m, df, deffs) {
  n <- confint(m); t <- confint(m, df = df)
  c(value = coef(m)[[1]], se = SE(m)[[1]], low = n[1], high = n[2], low_t = t[1], high_t = t[2], df = df, deffs)
}
# A question that R cannot answer for a domain (high schools have no grades 4 to 6) is left out.
attempt <- function(code) {
  failed <- try(code, silent = TRUE)
  if (inherits(failed, "try-error")) skipped <<- skipped + 1
}
skipped <- 0
one <- function(name, design) {
  replicated <- inherits(design, "svyrep.design")
  for (dom in names(inside)) {
    d <- subset(design, inside[[dom]](design$variables))
    df <- degf(d)
    for (v in c("api00", "acs.46", "enroll", "impr", "none", "every")) {
      f <- as.formula(paste0("~", v))
      # R's mean of nothing is 0 for some designs, and nothing is known.
      if (all(is.na(d$variables[[v]][weights(d, "sampling") > 0]))) next
      attempt({
        m <- svymean(f, d, na.rm = TRUE, deff = TRUE); m2 <- svymean(f, d, na.rm = TRUE, deff = "replace")
        put(name, "mean", v, dom, both(m, df, c(deff = deff(m)[[1]], deff_with = deff(m2)[[1]])))
      })
      attempt({
        t <- svytotal(f, d, na.rm = TRUE, deff = TRUE)
        put(name, "total", v, dom, both(t, df, c(deff = deff(t)[[1]])))
      })
    }
    attempt({
      r <- svyratio(~api.stu, ~enroll, d)
      put(name, "ratio", "api.stu/enroll", dom, value = coef(r)[[1]], se = SE(r)[[1]])
    })
    attempt({
      r <- if (dom != "H") svyratio(~acs.46, ~meals, d, na.rm = TRUE) else stop("high schools have no grades 4 to 6")
      put(name, "ratio", "acs.46/meals", dom, value = coef(r)[[1]], se = SE(r)[[1]])
    })
    if (!replicated && dom == "all")
      put(name, "ratio", "api.stu/enroll", dom, deff = deff(svyratio(~api.stu, ~enroll, d, deff = TRUE))[[1]])
    for (v in c("impr", "high", "answer", "wide")) {
      f <- as.formula(paste0("~", v))
      m <- svymean(f, d, na.rm = TRUE); p <- coef(m)
      if (SE(m) < 1e-6) next                          # raked to a known share
      if (is.na(p) || p <= 1e-9 || p >= 1 - 1e-9) next
      for (method in c("logit", "likelihood", "asin", "mean", "xlogit", "beta")) {
        if (!(replicated && method == "likelihood")) attempt({
          ci <- confint(svyciprop(f, d, method = method, na.rm = TRUE, df = df))
          put(name, method, v, dom, low = ci[1], high = ci[2])
        })
      }
    }
    rules <- c("math", "school", "hf3", "hf4", "hf5", "hf6", "hf7", "hf8", "hf9")
    for (v in c("api00", "acs.46", "enroll")) for (rule in if (dom == "all" && v == "api00") rules else rules[1]) attempt({
      f <- as.formula(paste0("~", v))
      q <- svyquantile(f, d, c(0.1, 0.5, 0.75), qrule = rule, na.rm = TRUE)[[1]]
      for (i in 1:3) put(name, paste("quantile", c(0.1, 0.5, 0.75)[i], rule, "mean"), v, dom,
        value = q[i, 1], low = q[i, 2], high = q[i, 3], se = q[i, 4])
    })
    # svyquantile() takes interval.type for "mean" with replicates.
    for (interval in if (!replicated) c("asin", "xlogit", "beta")) attempt({
      q <- svyquantile(~api00, d, 0.5, interval.type = interval)[[1]]
      put(name, paste("quantile 0.5 math", interval), "api00", dom, value = q[1], low = q[2], high = q[3])
    })
    if (replicated && grepl("boot", name)) attempt({
      q <- suppressMessages(svyquantile(~api00, d, 0.5, interval.type = "quantile")[[1]])
      put(name, "quantile 0.5 math replicates", "api00", dom, value = q[1], low = q[2], high = q[3], se = q[4])
    })
  }
  attempt({
    b <- svyby(~api00, ~stype, design, svymean, covmat = TRUE)
    v <- vcov(b)
    put(name, "by mean", "api00", "stype", E = b["E", 2], H = b["H", 2], M = b["M", 2], EE = v[1, 1], EH = v[1, 2],
        EM = v[1, 3], HH = v[2, 2], HM = v[2, 3], MM = v[3, 3])
    k <- svycontrast(b, c(E = 1, M = -1))
    put(name, "by mean", "api00", "stype", difference = coef(k)[[1]], difference_se = SE(k)[[1]])
  })
  m <- svymean(~api00 + api99 + enroll, design); v <- vcov(m)
  put(name, "joint mean", "api00 api99 enroll", "all", v01 = v[1, 2], v02 = v[1, 3], v12 = v[2, 3])
}
for (name in names(designs)) one(name, designs[[name]])

# --- other data -----------------------------------------------------------------------------------------------------
for (lonely in c("remove", "certainty", "adjust", "average")) {
  options(survey.lonely.psu = lonely)
  d <- svydesign(id = ~1, strata = ~stype, weights = ~pw, data = lone)
  m <- svymean(~api00, d); put(lonely, "lonely mean", "api00", "all", value = coef(m), se = SE(m))
  m <- svytotal(~enroll, d); put(lonely, "lonely total", "enroll", "all", value = coef(m), se = SE(m))
  s <- subset(d, size == "large"); m <- svymean(~api00, s); put(lonely, "lonely mean", "api00", "large", value = coef(m), se = SE(m))
  s <- subset(d, stype != "H"); m <- svymean(~api00, s); put(lonely, "lonely mean", "api00", "notH", value = coef(m), se = SE(m))
}
options(survey.lonely.psu = "fail")

d <- svydesign(id = ~id1 + id2, fpc = ~n1 + n2, data = mu)
m <- svytotal(~y1, d); put("mu284", "total", "y1", "all", value = coef(m), se = SE(m))
m <- svymean(~y1, d); put("mu284", "mean", "y1", "all", value = coef(m), se = SE(m))
for (k in c("fpc", "nofpc")) {
  d <- if (k == "fpc") svydesign(weights = ~weight, ids = ~psuid, strata = ~stratid, fpc = ~Nh, data = fpc, nest = TRUE)
       else svydesign(weights = ~weight, ids = ~psuid, strata = ~stratid, data = fpc, nest = TRUE)
  m <- svymean(~x, d); put(paste0("nested_", k), "mean", "x", "all", value = coef(m), se = SE(m), df = degf(d))
}
pps <- list(
  brewer = svydesign(id = ~1, fpc = ~p, data = election, pps = "brewer"),
  overton = svydesign(id = ~1, fpc = ~p, data = election, pps = "overton"),
  hr = svydesign(id = ~1, fpc = ~p, data = election, pps = HR()),
  hr_sum = svydesign(id = ~1, fpc = ~p, data = election, pps = HR(sum(election$p^2) / 40)),
  joint_ht = svydesign(id = ~1, fpc = ~p, data = election, pps = ppsmat(jointprob)),
  joint_yg = svydesign(id = ~1, fpc = ~p, data = election, pps = ppsmat(jointprob), variance = "YG"),
  replacement = svydesign(id = ~1, weights = ~wt, data = election),
  overton_yg = svydesign(id = ~1, fpc = ~p, data = election, pps = "overton", variance = "YG"),
  brewer_strata = svydesign(id = ~1, fpc = ~p, strata = ~half, data = election, pps = "brewer"),
  overton_strata = svydesign(id = ~1, fpc = ~p, strata = ~half, data = election, pps = "overton"),
  hr_strata = svydesign(id = ~1, fpc = ~p, strata = ~half, data = election, pps = HR())
)
for (name in names(pps)) {
  d <- pps[[name]]
  m <- svytotal(~Bush + Kerry + Nader, d); v <- vcov(m)
  for (i in 1:3) put(name, "total", c("Bush", "Kerry", "Nader")[i], "all", value = coef(m)[[i]], se = SE(m)[[i]])
  put(name, "joint total", "Bush Kerry Nader", "all", v01 = v[1, 2], v02 = v[1, 3], v12 = v[2, 3])
  m <- svymean(~Bush, d); put(name, "mean", "Bush", "all", value = coef(m), se = SE(m), df = degf(d))
  r <- svyratio(~Bush, ~votes, d); put(name, "ratio", "Bush/votes", "all", value = coef(r), se = SE(r))
  if (grepl("yg", name)) {
    # subset() drops pairs with one county outside; a score of zero keeps them
    m <- svytotal(~I(Bush * (big == "yes")), d)
    put(name, "total", "Bush", "big", value = coef(m), se = SE(m))
  } else {
    s <- subset(d, big == "yes")
    m <- svytotal(~Bush, s); put(name, "total", "Bush", "big", value = coef(m), se = SE(m))
    m <- svymean(~Bush, s); put(name, "mean", "Bush", "big", value = coef(m), se = SE(m))
  }
}

# --- distributions and plain intervals ------------------------------------------------------------------------------
grid <- expand.grid(p = c(1e-8, 0.001, 0.025, 0.3, 0.5, 0.8, 0.975, 0.9999), df = c(0.7, 1, 2, 3.5, 12, 39, 180, 1e4, 1e7))
for (i in seq_len(nrow(grid))) with(grid[i, ], put("t", "quantile", p, df, value = qt(p, df)))
for (p in c(1e-20, 1e-8, 0.025, 0.2, 0.5, 0.7, 0.975, 0.999999)) put("normal", "quantile", p, "", value = qnorm(p))
for (x in c(-30, -8, -2, -0.3, 0, 1, 4, 7.5)) put("normal", "cdf", x, "", value = pnorm(x))
for (x in c(-40, -3, -0.2, 0.5, 2, 9)) for (df in c(1, 4.5, 30, 1e5)) put("t", "cdf", x, df, value = pt(x, df))
grid <- expand.grid(p = c(1e-6, 0.025, 0.5, 0.9, 0.975), a = c(0.01, 0.5, 1, 3.3, 50, 2000, 3e5), b = c(0.2, 1, 7.7, 80, 1e4))
for (i in seq_len(nrow(grid))) with(grid[i, ], put("beta", paste("quantile", p), sprintf("%.17g", a), sprintf("%.17g", b), value = qbeta(p, a, b)))
grid <- expand.grid(p = c(1e-4, 0.1, 0.5, 0.93), a = c(0.5, 2, 40, 5000), b = c(0.3, 1, 25, 4000))
for (i in seq_len(nrow(grid))) with(grid[i, ], put("beta", paste("cdf", p), sprintf("%.17g", a), sprintf("%.17g", b), value = pbeta(p, a, b)))
for (n in c(12, 19, 200, 5000)) for (x in unique(round(n * c(0, 0.05, 0.3, 0.7, 0.99)))) for (p in c(0.02, 0.3, 0.8))
  put("binomial", paste("cdf", x), n, p, value = pbinom(x, n, p))
for (N in c(20, 300, 40000)) for (K in round(N * c(0.05, 0.4, 0.9))) for (n in c(5, 19)) for (x in c(0, 1, 4))
  put("hypergeometric", paste("cdf", x, n), N, K, value = phyper(x, K, N - K, n), density = dhyper(x, K, N - K, n))
for (n in c(5, 29, 400)) for (x in unique(c(0, 1, round(n / 3), n))) {
  ci <- binom.test(x, n)$conf.int; put("interval", "clopper-pearson", x, n, low = ci[1], high = ci[2])
  ci <- prop.test(x, n, correct = FALSE)$conf.int; put("interval", "wilson", x, n, low = ci[1], high = ci[2])
}
exact <- function(x, n, N, a = 0.025) {
  D <- x:(N - (n - x))
  ok <- phyper(x - 1, D, N - D, n, lower.tail = FALSE) > a & phyper(x, D, N - D, n) > a
  range(D[ok]) / N
}
for (N in c(40, 117, 2000)) for (n in c(10, 35)) for (x in c(0, 1, 4, n)) {
  ci <- exact(x, n, N); put("interval", paste("hypergeometric", N), x, n, low = ci[1], high = ci[2])
}
kg <- function(p, v, n, df, a = 0.025) {
  e <- if (p < 1e-12 || p > 1 - 1e-12) n else p * (1 - p) / v * (qt(1 - a, n - 1) / qt(1 - a, df))^2
  c(low = qbeta(a, e * p, e * (1 - p) + 1), high = qbeta(1 - a, e * p + 1, e * (1 - p)))
}
for (v in c("impr", "high", "answer", "none", "every")) for (name in c("strat", "clus1", "clus2")) for (dom in c("all", "small")) {
  d <- subset(designs[[name]], inside[[dom]](designs[[name]]$variables))
  m <- svymean(as.formula(paste0("~", v)), d, na.rm = TRUE)
  put(name, "korn-graubard", v, dom, kg(coef(m)[[1]], vcov(m)[1], sum(!is.na(d$variables[[v]])), degf(d)))
}
write(do.call(rbind, rows), "cases.csv")
cat(length(rows), "groups,", skipped, "questions without an answer\n")
