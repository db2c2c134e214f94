#pragma once
#include <l2g/core/errors.hpp>
#include <l2g/data/advice-inl.hpp>
#include <l2g/data/baseline.hpp>
#include <l2g/data/logistic_choice-inl.hpp>
#include <l2g/data/split.hpp>
#include <l2g/data/workers-inl.hpp>
#include <l2g/eval/metrics.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace l2g::data {

namespace detail {

inline constexpr double missing = std::numeric_limits<double>::quiet_NaN();

inline double gc_share(std::string_view s) {
  std::size_t n = 0;
  for (const char c : s) n += base_code(c) == 1 || base_code(c) == 2;
  return static_cast<double>(n) / static_cast<double>(s.size());
}

// The q-quantile of sorted values, linear between neighbours (as numpy).
inline double quantile(const std::vector<double>& sorted, double q) {
  const double at = q * static_cast<double>(sorted.size() - 1);
  const auto i = static_cast<std::size_t>(at);
  if (i + 1 >= sorted.size()) return sorted.back();
  return sorted[i] + (at - static_cast<double>(i)) * (sorted[i + 1] - sorted[i]);
}

struct BaselineData {
  const Dataset &train, &dev, &test;
  std::vector<std::string> dev_reverse, test_reverse;
  index_t classes, positions;
};

inline double mcc(const Dataset& part, const std::vector<std::int32_t>& predicted, index_t classes) {
  return part.empty() || !part.labelled() ? missing : eval::matthews(part.labels, predicted, classes);
}

inline BaselineScore gc_floor(const BaselineData& d) {
  const auto shares = [](const Dataset& part) {
    std::vector<double> g;
    for (const auto& s : part.sequences) g.push_back(gc_share(s));
    return g;
  };
  const auto predict = [](const std::vector<double>& g, double sign, double cut) {
    std::vector<std::int32_t> p;
    for (const double x : g) p.push_back(sign * (x - cut) > 0);
    return p;
  };
  const auto train = shares(d.train);
  auto sorted = train;
  std::sort(sorted.begin(), sorted.end());
  double best = -2, best_sign = 1, best_cut = 0;
  for (const double sign : {1.0, -1.0})
    for (int i = 0; i < 49; ++i) {
      const double cut = quantile(sorted, .02 + i * (.96 / 48));
      const double score = mcc(d.train, predict(train, sign, cut), 2);
      if (score > best) best = score, best_sign = sign, best_cut = cut;
    }
  BaselineScore out;
  out.model = "gc";
  const auto score = [&](const Dataset& part, double& value, double& reverse, double& auc) {
    auto g = shares(part);
    value = reverse = mcc(part, predict(g, best_sign, best_cut), 2);
    for (double& x : g) x *= best_sign;
    auc = part.empty() || !part.labelled() ? missing : eval::roc_auc(g, part.labels);
  };
  score(d.dev, out.dev_mcc, out.dev_reverse_mcc, out.dev_auc);
  score(d.test, out.test_mcc, out.test_reverse_mcc, out.test_auc);
  return out;
}

inline Features features_of(const std::string& model, std::span<const std::string> sequences, index_t positions) {
  if (model == "kmer5") return {{kmer_counts(sequences, 5)}};
  if (model == "pos1") return {{positional_kmers(sequences, 1, positions)}};
  if (model == "pos3") return {{positional_kmers(sequences, 3, positions)}};
  return {{positional_kmers(sequences, 3, positions), kmer_counts(sequences, 5)}};  // joint
}

inline double auc(const Dataset& part, std::vector<double> scores, const LogisticModel& m) {
  if (part.empty() || !part.labelled()) return missing;
  if (m.outputs() == 1) return eval::roc_auc(scores, part.labels);
  const auto outputs = static_cast<std::size_t>(m.outputs());
  for (std::size_t r = 0; r < scores.size(); r += outputs) softmax(scores.data() + r, outputs);
  return eval::roc_auc_classes(scores, part.labels, m.classes).macro;
}

// The model at the C that is best on dev; `done` is called after each C.
inline BaselineScore linear_floor(const std::string& name, const BaselineData& d, const std::vector<double>& grid,
                                  const std::atomic<bool>& stop, const std::function<void()>& done) {
  const Features train = features_of(name, d.train.sequences, d.positions);
  const Features dev = features_of(name, d.dev.sequences, d.positions);
  LogisticOptions options;
  options.stop = &stop;
  const auto [best, C, dev_mcc] =
      choose_logistic({train, d.train.labels}, {dev, d.dev.labels}, d.classes, grid, options, done);
  BaselineScore out;
  out.model = name, out.C = C, out.dev_mcc = dev_mcc;
  if (stop.load()) return out;
  out.dev_auc = auc(d.dev, decision(best, dev), best);
  const auto score = [&](const Dataset& part, const std::vector<std::string>& sequences, double* area) {
    const auto z = decision(best, features_of(name, sequences, d.positions));
    if (area) *area = auc(part, z, best);
    return mcc(part, predicted_classes(best, z), d.classes);
  };
  out.dev_reverse_mcc = score(d.dev, d.dev_reverse, nullptr);
  out.test_mcc = score(d.test, d.test.sequences, &out.test_auc);
  out.test_reverse_mcc = score(d.test, d.test_reverse, nullptr);
  return out;
}

inline std::vector<std::string> reversed(const Dataset& part) {
  std::vector<std::string> out;
  for (const auto& s : part.sequences) out.push_back(reverse_complement(s));
  return out;
}

inline void check_baseline(const Splits& s, const BaselineOptions& options) {
  static const std::vector<std::string> known{"gc", "kmer5", "pos1", "pos3", "joint"};
  for (const auto& m : options.models)
    if (std::find(known.begin(), known.end(), m) == known.end()) throw error(unknown("baseline model", m, known));
  if (options.C.empty()) throw error("baseline: no values of C to choose from");
  if (!s.train.labelled())
    throw error("baseline: " + (s.train.name.empty() ? "the train part" : s.train.name) + " has no labels");
  std::vector<std::int32_t> seen = s.train.labels;
  std::sort(seen.begin(), seen.end());
  if (seen.front() == seen.back())
    throw error("baseline: all train rows have the label '" + s.train.classes[static_cast<std::size_t>(seen[0])] +
                "'; two classes are needed");
}

}  // namespace detail

L2G_INLINE const BaselineScore& Baseline::operator[](std::string_view model) const {
  if (const auto* m = detail::find_model(*this, model)) return *m;
  std::vector<std::string> names;
  for (const auto& m : models) names.push_back(m.model);
  throw error(unknown("baseline model", model, names));
}

L2G_INLINE Baseline baseline(const Splits& splits, const BaselineOptions& options) {
  using namespace detail;
  check_baseline(splits, options);
  Baseline out;
  out.dev_from_train = splits.dev.empty() || !splits.dev.labelled();
  Splits cut;
  if (out.dev_from_train) cut = split(splits.train, {0.9, 0.1, 0}, {});
  const Dataset& train = out.dev_from_train ? cut.train : splits.train;
  const Dataset& dev = out.dev_from_train ? cut.dev : splits.dev;
  const BaselineData d{train,
                       dev,
                       splits.test,
                       reversed(dev),
                       reversed(splits.test),
                       train.class_count(),
                       std::min(train.longest(), options.max_positions)};
  out.train_rows = train.rows();
  out.dev_rows = dev.rows();
  out.test_rows = splits.test.rows();

  std::vector<std::string> names;
  for (const auto& m : options.models)
    if (m != "gc" || d.classes == 2) names.push_back(m);
  out.models.resize(names.size());
  std::vector<Workers::Task> tasks;
  double steps = 0;
  for (const char* heaviest_first : {"joint", "pos3", "kmer5", "pos1", "gc"})
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] != heaviest_first) continue;
      steps += names[i] == "gc" ? 1 : static_cast<double>(options.C.size());
      tasks.push_back([&, i](const std::atomic<bool>& stop, const std::function<void()>& done) {
        if (names[i] == "gc") {
          out.models[i] = gc_floor(d);
          done();
        } else {
          out.models[i] = linear_floor(names[i], d, options.C, stop, done);
        }
      });
    }
  Workers().run(tasks, options.threads, std::max(1.0, steps), options.progress);
  const BaselineScore* best = nullptr;
  for (const auto& m : out.models)
    if (!best || m.dev_mcc > best->dev_mcc) best = &m;
  if (best) out.floor = best->model;
  out.advice = advise(out);
  return out;
}

L2G_INLINE std::string text(const Baseline& b) {
  char line[200];
  std::snprintf(line, sizeof line, "linear baselines, %lld train, %lld dev%s, %lld test rows\n",
                static_cast<long long>(b.train_rows), static_cast<long long>(b.dev_rows),
                b.dev_from_train ? " (cut from train)" : "", static_cast<long long>(b.test_rows));
  std::string s = line;
  s += "model   dev MCC  test MCC  test AUC  test MCC, other strand  C\n";
  const auto cell = [&](double x, int width) {
    char number[32];
    if (std::isnan(x))
      std::snprintf(number, sizeof number, "%*s", width, "-");
    else
      std::snprintf(number, sizeof number, "%*.3f", width, x);
    s += number;
  };
  for (const auto& m : b.models) {
    std::snprintf(line, sizeof line, "%-6s", m.model.c_str());
    s += line;
    cell(m.dev_mcc, 9), cell(m.test_mcc, 10), cell(m.test_auc, 10), cell(m.test_reverse_mcc, 24);
    if (m.C > 0) std::snprintf(line, sizeof line, "  %g", m.C), s += line;
    s += m.model == b.floor ? "  <- floor (best on dev)\n" : "\n";
  }
  return s + b.advice.sentence + "\n";
}

}  // namespace l2g::data
