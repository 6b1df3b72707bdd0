"""The same questions to svy, for benches/survey.rs: prints milliseconds of design, mean, mean by domain."""
import statistics
import sys
import time

import polars
import svy

data = polars.read_csv(sys.argv[1])


def milliseconds(work, times=5):
    answer, taken = None, []
    for _ in range(times + 1):
        start = time.perf_counter()
        answer = work()
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken[1:]), answer


design_time, sample = milliseconds(
    lambda: svy.Sample(data, svy.Design(stratum="stratum", psu="psu", wgt="w"))
)
mean_time, mean = milliseconds(lambda: sample.estimation.mean("y"))
by_time, by = milliseconds(lambda: sample.estimation.mean("y", by="domain"))
print(design_time, mean_time, by_time)
one = mean.estimates[0]
first = min(by.estimates, key=lambda estimate: str(estimate.by_level))
print(f"mean {one.est:.10f} ({one.se:.10f}), domain 0 {first.est:.10f} ({first.se:.10f})")
