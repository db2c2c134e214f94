#pragma once
// What every job of l2g_bench needs: a clock, quartiles, the memory of the process, one line of JSON.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

namespace bench {

/// Seconds of wall time, or of this thread's processor time: what other processes do does not show in the latter.
inline double now(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}

/// A line of /proc/self/status in MiB: VmRSS, or VmHWM, its peak.
inline double memory(const char* name) {
  double kib = 0;
  if (std::FILE* f = std::fopen("/proc/self/status", "r")) {
    char line[256];
    while (std::fgets(line, sizeof line, f))
      if (std::strncmp(line, name, std::strlen(name)) == 0) std::sscanf(line + std::strlen(name), ": %lf", &kib);
    std::fclose(f);
  }
  return kib / 1024;
}

/// Lets VmHWM start anew, so that one process may measure one job after the other.
inline void forget_peak() {
  if (std::FILE* f = std::fopen("/proc/self/clear_refs", "w")) {
    std::fputs("5", f);
    std::fclose(f);
  }
}

struct Options {
  int threads = 2;
  double seconds = 3;
};

class Measurement {
 public:
  /// `baseline`: resident memory in MiB before the model was built.
  Measurement(std::string job, const Options& o, double baseline)
      : job_(std::move(job)), options_(o), baseline_(baseline) {}

  /// Repeats f for the given time, at least five times after two to warm up, and prints the line.
  template <class F>
  void run(F&& f) const {
    const clockid_t clock = options_.threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC;
    std::vector<double> times;
    f();
    f();
    for (const double end = now(CLOCK_MONOTONIC) + options_.seconds; times.size() < 5 || now(CLOCK_MONOTONIC) < end;) {
      const double begin = now(clock);
      f();
      times.push_back(now(clock) - begin);
    }
    std::sort(times.begin(), times.end());
    const auto quantile = [&](double q) { return times[std::size_t(q * double(times.size() - 1) + 0.5)]; };
    std::printf(
        "{\"job\": \"%s\", \"library\": \"l2g\", \"threads\": %d, \"median_ms\": %.3f, \"lower_ms\": %.3f, "
        "\"upper_ms\": %.3f, \"runs\": %zu, \"growth_mib\": %.1f}\n",
        job_.c_str(), options_.threads, 1e3 * quantile(0.5), 1e3 * quantile(0.25), 1e3 * quantile(0.75), times.size(),
        memory("VmHWM") - baseline_);
    std::fflush(stdout);
  }

 private:
  std::string job_;
  Options options_;
  double baseline_;
};

}  // namespace bench
