#pragma once
// Rank allocation in a training: AdaLoRA and adaptive rank sampling as a hook of fit().
#include <l2g/core/number_text.hpp>
#include <l2g/peft/rank_policy.hpp>
#include <l2g/train/hooks.hpp>

#include <map>

namespace l2g::peft {

/// adalora: importance and choice behind every update (Zhang et al. 2023; PEFT). ars_paper: the same with the sampling
/// of Lingo's Eq. 4, until the pruning ends. ars_lingo_code: what Lingo's published code does, quirk by quirk, for
/// reproduction: before clipping and update, every 50th step only, from one batch.
enum class RankMode { adalora, ars_paper, ars_lingo_code };

struct RankOptions {
  RankMode mode = RankMode::adalora;
  index_t target_rank = 8;  // mean over the matrices at the end; it begins with the rank of the adapters
  std::int64_t total = 0;   // steps; 0: those of the training
  std::int64_t tinit = 0, tfinal = 0, interval = 1;
  std::int64_t every = 1;  // ars_lingo_code: steps between two looks at the gradients
  double beta1 = 0.85, beta2 = 0.85;
  double p = 0;        // of the sampling
  double gamma = 0.5;  // of the orthogonality term; 0: none
  Orthogonality orthogonality = Orthogonality::norm;
  UncertaintyFrom uncertainty = UncertaintyFrom::new_mean;
  bool hold_mask = false;   // ars_paper: what was zeroed stays zero until the next choice (the paper lets it go)
  bool final_mask = false;  // ars_paper: where the pruning ends the best ones are chosen for good, without sampling
  std::uint64_t seed = 0;   // of the sampling
};
/// PEFT's AdaLoRA: importance at every step, gamma 0.5.
inline RankOptions adalora(index_t target_rank) { return {.target_rank = target_rank}; }
/// Lingo's paper for the yeast tasks: Delta T 100, p 0.05; `tfinal` is the share of the training behind the pruning.
inline RankOptions ars_paper(index_t target_rank, std::int64_t total, double final_share, double p = 0.05) {
  return {.mode = RankMode::ars_paper,
          .target_rank = target_rank,
          .total = total,
          .tfinal = std::int64_t(double(total) * final_share),
          .interval = 100,
          .p = p,
          .gamma = 0};
}
/// The numbers that stand in every script of Lingo, whatever the task: 8 -> 4 of 7485 steps, one choice at step 5000.
inline RankOptions ars_lingo_code() {
  return {.mode = RankMode::ars_lingo_code,
          .target_rank = 4,
          .total = 7485,
          .tinit = 200,
          .tfinal = 200,
          .interval = 5000,
          .every = 50,
          .p = 0.1};
}

/// One choice of triplets.
struct RankEvent {
  std::int64_t step = 0, budget = 0;
  std::int64_t kept = 0, reentered = 0;  // triplets; reentered: gone at the choice before, kept now
  double orthogonality = 0;              // mean of ||P^T P - I|| and ||Q Q^T - I||
  std::vector<index_t> ranks;            // of the matrices, in the order of keys()
};

/// Give it to FitOptions::hook. It works on every SVD-LoRA of the model that is trained. The weights that a training
/// keeps are chosen among those behind the pruning, as AdaLoRA evaluates its final ranks: weights of before would have
/// more triplets than the budget allows. Lingo's code chooses among all validations, and so does ars_lingo_code.
template <class T>
class RankAllocator final : public TrainingHook {
 public:
  explicit RankAllocator(const RankOptions& options) : options_(options) {}

  void bind(std::span<const TensorSlot> tensors, std::span<const TensorSlot> gradients, std::int64_t steps) override {
    matrices_.clear(), keys_.clear();
    std::map<std::string, std::size_t> place;
    for (std::size_t i = 0; i < tensors.size(); ++i) place[tensors[i].key] = i;
    std::size_t elements = 0, triplets = 0;
    index_t widest = 0;
    for (const TensorSlot& t : tensors) {
      if (!t.key.ends_with("lora_E") || t.role != Role::trained || t.type != dtype_of<T>) continue;
      const std::string stem = t.key.substr(0, t.key.size() - 6);
      const std::size_t a = place.at(stem + "lora_A"), e = place.at(t.key), b = place.at(stem + "lora_B");
      const auto data = [&](std::span<const TensorSlot> from, std::size_t i) { return static_cast<T*>(from[i].data); };
      const Matrix m{
          t.extents[0],     tensors[a].extents[1], tensors[b].extents[0], data(tensors, a),   data(tensors, e),
          data(tensors, b), data(gradients, a),    data(gradients, e),    data(gradients, b), elements,
          triplets};
      matrices_.push_back(m);
      keys_.push_back(stem.empty() ? stem : stem.substr(0, stem.size() - 1));
      elements += m.elements();
      triplets += std::size_t(m.r);
      widest = std::max(widest, m.r);
    }
    if (matrices_.empty())
      throw error("rank allocation: the model has no SVD-LoRA adapter that is trained; add some with with_lora()");
    schedule_ = {std::int64_t(triplets),
                 std::int64_t(options_.target_rank) * std::int64_t(matrices_.size()),
                 options_.total > 0 ? options_.total : steps,
                 options_.tinit,
                 options_.tfinal,
                 options_.interval};
    steps_ = steps;
    check();
    mean_.resize(elements), spread_.resize(elements);
    pattern_.resize(triplets), kept_.resize(triplets), scores_.resize(triplets);
    room_.resize(std::max(triplets, std::size_t(widest * widest)));
    const std::int64_t events = schedule_.total / schedule_.interval + 2;
    thinning_ = (events + most_rows - 1) / most_rows;
    log_.resize(std::size_t(std::min(events, most_rows) + 1) * row_size());
    counters_.resize(2);
  }
  void start() override {
    std::fill(mean_.begin(), mean_.end(), T(0)), std::fill(spread_.begin(), spread_.end(), T(0));
    std::fill(pattern_.begin(), pattern_.end(), std::uint8_t{1});
    std::fill(log_.begin(), log_.end(), 0.0);
    std::fill(counters_.begin(), counters_.end(), 0);
  }

  bool settled(std::int64_t steps) const override {
    if (options_.mode == RankMode::ars_lingo_code || schedule_.first == schedule_.last) return true;
    return steps > std::min(schedule_.end(), steps_ - 1);  // a training that is over before ends with its last step
  }
  double regularise(std::int64_t, int accumulated) override {
    return options_.gamma == 0 ? 0
                               : options_.gamma * orthogonality(options_.orthogonality, options_.gamma * accumulated);
  }
  void before_clip(std::int64_t step, double scale) override {
    if (options_.mode == RankMode::ars_lingo_code && step % options_.every == 0) allocate(step, scale);
  }
  void after_step(std::int64_t step, double scale) override {
    if (options_.mode != RankMode::ars_lingo_code) allocate(step, scale);
  }
  std::vector<TensorSlot> state() override {
    const auto slot = [](const char* key, auto& v) {
      using U = typename std::remove_reference_t<decltype(v)>::value_type;
      return TensorSlot{key, dtype_of<U>, v.data(), {index_t(v.size())}, Role::buffer};
    };
    return {slot("ranks.mean", mean_), slot("ranks.spread", spread_), slot("ranks.pattern", pattern_),
            slot("ranks.log", log_), slot("ranks.counters", counters_)};
  }
  Settings settings() const override {
    const char* modes[] = {"adalora", "ars_paper", "ars_lingo_code"};
    const RankOptions& o = options_;
    return {{"ranks", modes[int(o.mode)]},
            {"target_rank", std::to_string(o.target_rank)},
            {"ranks_total", std::to_string(schedule_.total)},
            {"tinit", std::to_string(o.tinit)},
            {"tfinal", std::to_string(o.tfinal)},
            {"interval", std::to_string(o.interval)},
            {"every", std::to_string(o.every)},
            {"ranks_beta1", number_text(o.beta1)},
            {"ranks_beta2", number_text(o.beta2)},
            {"p", number_text(o.p)},
            {"gamma", number_text(o.gamma)},
            {"orthogonality", o.orthogonality == Orthogonality::norm ? "norm" : "squared"},
            {"uncertainty", o.uncertainty == UncertaintyFrom::new_mean ? "new_mean" : "old_mean"},
            {"hold_mask", std::to_string(o.hold_mask)},
            {"final_mask", std::to_string(o.final_mask)},
            {"ranks_seed", std::to_string(o.seed)}};
  }

  const BudgetSchedule& schedule() const { return schedule_; }
  /// The adapted linear maps, in order.
  const std::vector<std::string>& keys() const { return keys_; }
  /// What was chosen last: for each map and each of its triplets, is it kept? Before the first choice all are.
  std::map<std::string, std::vector<bool>> pattern() const {
    std::map<std::string, std::vector<bool>> found;
    for (std::size_t k = 0; k < keys_.size(); ++k) {
      const auto first = pattern_.begin() + std::ptrdiff_t(matrices_[k].first_triplet);
      found[keys_[k]].assign(first, first + matrices_[k].r);
    }
    return found;
  }
  /// The choices so far, at most about 1000 of them: of more, every n-th.
  std::vector<RankEvent> log() const {
    std::vector<RankEvent> events;
    const std::int64_t rows = counters_.empty() ? 0 : (counters_[0] + thinning_ - 1) / thinning_;
    for (std::int64_t i = 0; i < rows; ++i) {
      const double* row = log_.data() + std::size_t(i) * row_size();
      RankEvent e{std::int64_t(row[0]), std::int64_t(row[1]), std::int64_t(row[2]), std::int64_t(row[3]), row[4], {}};
      for (std::size_t k = 0; k < matrices_.size(); ++k) e.ranks.push_back(index_t(row[5 + k]));
      events.push_back(std::move(e));
    }
    return events;
  }

 private:
  static constexpr std::int64_t most_rows = 1000;
  struct Matrix {
    index_t r, in, out;
    T *q, *lambda, *p, *dq, *dlambda, *dp;
    std::size_t first, first_triplet;  // where its numbers begin in mean_ and spread_, in pattern_ and scores_
    std::size_t elements() const { return std::size_t(r * (in + 1 + out)); }
  };
  std::size_t row_size() const { return 5 + matrices_.size(); }

  void check() const {
    const BudgetSchedule& s = schedule_;
    const auto need = [](bool good, const std::string& text) {
      if (!good) throw error("rank allocation: " + text);
    };
    need(options_.target_rank >= 1 && s.last <= s.first,
         "target_rank must lie between 1 and the rank of the adapters, got " + std::to_string(options_.target_rank));
    need(s.interval >= 1 && options_.every >= 1, "interval and every must be at least 1");
    need(s.tinit >= 0 && s.tfinal >= 0 && s.tinit < s.end(),
         "tinit " + std::to_string(s.tinit) + " must lie before the end of the pruning, step " +
             std::to_string(s.end()) + " (" + std::to_string(s.total) + " steps less tfinal " +
             std::to_string(s.tfinal) + ")");
    need(options_.beta1 > 0 && options_.beta1 < 1 && options_.beta2 > 0 && options_.beta2 < 1,
         "beta1 and beta2 must lie between 0 and 1");
    need(options_.p >= 0 && options_.p < 1, "p must lie between 0 and 1");
  }

  /// R, and `weight` times its gradient onto the gradients.
  double orthogonality(Orthogonality form, double weight) {
    const double n = form == Orthogonality::norm ? 2.0 * double(matrices_.size()) : 1;
    double sum = 0;
    for (const Matrix& m : matrices_) {
      T *const dq = weight == 0 ? nullptr : m.dq, *const dp = weight == 0 ? nullptr : m.dp;
      sum += peft::orthogonality(Factor<T>{m.p, dp, m.r, m.out, 1, m.r}, form, weight / n, std::span(room_));
      sum += peft::orthogonality(Factor<T>{m.q, dq, m.r, m.in, m.in, 1}, form, weight / n, std::span(room_));
    }
    return sum / n;
  }

  /// What PEFT calls update_and_allocate, and Lingo's paper Algorithm 1 with AdamW and importance in every step (as
  /// printed it would take both only where triplets are chosen).
  void allocate(std::int64_t t, double scale) {
    const bool paper = options_.mode == RankMode::ars_paper;
    if (t < schedule_.end()) {
      smooth(scale);
      if (paper ? t >= schedule_.tinit && t % schedule_.interval == 0 : schedule_.masks(t))
        choose(t, true);
      else if (paper && options_.hold_mask)
        hold();
    } else if (t == schedule_.end()) {
      if (paper && !options_.final_mask) return;
      choose(t, !paper);
      std::fill(mean_.begin(), mean_.end(), T(0)), std::fill(spread_.begin(), spread_.end(), T(0));
    } else if (!paper || options_.final_mask) {
      hold();
    }
  }
  void smooth(double scale) {
    for (const Matrix& m : matrices_) {
      std::size_t at = m.first;
      for (const auto& [w, g, count] : {std::tuple{m.q, m.dq, m.r * m.in}, std::tuple{m.lambda, m.dlambda, m.r},
                                        std::tuple{m.p, m.dp, m.out * m.r}}) {
        const auto n = std::size_t(count);
        update_importance<T>({w, n}, {g, n}, scale, options_.beta1, options_.beta2, std::span(mean_).subspan(at, n),
                             std::span(spread_).subspan(at, n), options_.uncertainty);
        at += n;
      }
    }
  }
  void choose(std::int64_t t, bool sampled) {
    for (const Matrix& m : matrices_) {
      const std::size_t q = std::size_t(m.r * m.in), r = std::size_t(m.r), p = std::size_t(m.out * m.r);
      const std::span<const T> mean = std::span(mean_).subspan(m.first), spread = std::span(spread_).subspan(m.first);
      triplet_scores<T>({mean.subspan(0, q), spread.subspan(0, q), mean.subspan(q, r), spread.subspan(q, r),
                         mean.subspan(q + r, p), spread.subspan(q + r, p)},
                        std::span(scores_).subspan(m.first_triplet, r));
    }
    const std::int64_t budget = schedule_(t);
    best_triplets(scores_, budget, room_, kept_);
    if (options_.mode != RankMode::ars_paper && budget >= schedule_.first) return;  // nothing is to go
    std::copy(pattern_.begin(), pattern_.end(), scores_.begin());  // the choice before; the scores have done their work
    if (options_.mode == RankMode::ars_lingo_code)
      sample_ranks_as_lingo_code(options_.seed, t, options_.p, kept_, pattern_);
    else if (options_.mode == RankMode::ars_paper && sampled)
      sample_ranks(options_.seed, t, options_.p, kept_);
    for (const Matrix& m : matrices_)
      for (index_t i = 0; i < m.r; ++i)
        if (!kept_[m.first_triplet + std::size_t(i)]) m.lambda[i] = 0;
    if (options_.mode != RankMode::ars_lingo_code) std::copy(kept_.begin(), kept_.end(), pattern_.begin());
    write_log(t, budget);
    counters_[1] = 1;
  }
  void hold() {
    if (!counters_[1]) return;  // nothing was chosen yet
    for (const Matrix& m : matrices_)
      for (index_t i = 0; i < m.r; ++i)
        if (!pattern_[m.first_triplet + std::size_t(i)]) m.lambda[i] = 0;
  }
  void write_log(std::int64_t t, std::int64_t budget) {
    const std::int64_t event = counters_[0]++;
    if (event % thinning_ != 0 || std::size_t(event / thinning_ + 1) * row_size() > log_.size()) return;
    double* row = log_.data() + std::size_t(event / thinning_) * row_size();
    row[0] = double(t), row[1] = double(budget);
    for (std::size_t i = 0; i < kept_.size(); ++i) {
      row[2] += kept_[i];
      row[3] += scores_[i] == 0 && kept_[i];
    }
    row[4] = orthogonality(Orthogonality::norm, 0);
    for (std::size_t k = 0; k < matrices_.size(); ++k)
      for (index_t i = 0; i < matrices_[k].r; ++i) row[5 + k] += kept_[matrices_[k].first_triplet + std::size_t(i)];
  }

  RankOptions options_;
  BudgetSchedule schedule_{};
  std::vector<Matrix> matrices_;
  std::vector<std::string> keys_;
  std::vector<T> mean_, spread_;
  std::vector<std::uint8_t> pattern_, kept_;  // pattern_: kept at the last choice
  std::vector<double> scores_, room_, log_;
  std::vector<std::int64_t> counters_;  // choices so far; was there one?
  std::int64_t thinning_ = 1, steps_ = 0;
};

}  // namespace l2g::peft
