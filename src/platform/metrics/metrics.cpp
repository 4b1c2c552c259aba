#include "platform/metrics/metrics.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <map>
#include <utility>
#include <variant>

#include "base/check.hpp"
#include "base/locked.hpp"

namespace mainstay::metrics {
namespace {

bool is_name(std::string_view name, std::string_view also) {
  const auto good = [also](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           also.find(c) != std::string_view::npos;
  };
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
         std::all_of(name.begin(), name.end(), good);
}

void append_escaped(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\n') {
      out.append("\\n");
    } else {
      if (c == '\\' || (quotes && c == '"')) out.push_back('\\');
      out.push_back(c);
    }
  }
}

/// `a="1",b="2"`, by name: the identity of a series.
std::string label_text(std::initializer_list<Label> labels) {
  std::vector<Label> sorted{labels};
  std::sort(sorted.begin(), sorted.end(),
            [](const Label& a, const Label& b) { return a.name < b.name; });
  std::string out;
  for (const Label& label : sorted) {
    MS_CHECK(is_name(label.name, "_") && !label.name.starts_with("__") && label.name != "le");
    if (!out.empty()) out.push_back(',');
    out.append(label.name).append("=\"");
    append_escaped(out, label.value, true);
    out.push_back('"');
  }
  return out;
}

template <class Number>
void append_value(std::string& out, Number value) {
  std::array<char, 32> digits;
  out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
}

void append_value(std::string& out, double value) {
  if (std::isnan(value)) {
    out.append("NaN");
  } else if (std::isinf(value)) {
    out.append(value > 0 ? "+Inf" : "-Inf");
  } else {
    append_value<double>(out, value);
  }
}

/// `name{labels} value\n`
template <class Number>
void append_sample(std::string& out, std::string_view name, std::string_view labels, Number value) {
  out.append(name);
  if (!labels.empty()) out.append("{").append(labels).append("}");
  out.push_back(' ');
  append_value(out, value);
  out.push_back('\n');
}

enum class Type : std::uint8_t { counter, gauge, histogram };
constexpr std::array<std::string_view, 3> type_names{"counter", "gauge", "histogram"};

using Function = std::function<double()>;
using Series = std::variant<std::monostate, Counter, Gauge, Histogram, Function>;

struct Family {
  std::string help;
  Type type = Type::counter;
  std::map<std::string, Series> series;  // by label_text(); nodes never move
};

using Families = std::map<std::string, Family, std::less<>>;

Series& series_of(Families& families, std::string_view name, std::string_view help, Type type,
                  std::initializer_list<Label> labels) {
  auto found = families.find(name);
  if (found == families.end()) {
    MS_CHECK(is_name(name, "_:"));
    found = families.emplace(std::string{name}, Family{std::string{help}, type, {}}).first;
  }
  MS_CHECK(found->second.type == type);
  return found->second.series[label_text(labels)];
}

/// The metric of that kind in `series`, made at first use.
template <class Metric, class... Args>
Metric& metric_of(Series& series, Args&&... args) {
  if (std::holds_alternative<std::monostate>(series))
    series.emplace<Metric>(std::forward<Args>(args)...);
  auto* metric = std::get_if<Metric>(&series);
  MS_CHECK(metric != nullptr);
  return *metric;
}

/// A bit for each cell but the shared one. Taking acquires what the last owner of a cell released.
std::atomic<unsigned> cells_taken{0};

}  // namespace

constinit thread_local unsigned OwnCell::mine_ = 0;

OwnCell::OwnCell() {
  MS_CHECK(mine_ == 0);
  unsigned taken = cells_taken.load();
  for (;;) {
    const auto free = static_cast<unsigned>(std::countr_one(taken));
    if (free >= count) return;
    if (!cells_taken.compare_exchange_weak(taken, taken | 1U << free)) continue;
    mine_ = free + 1;
    return;
  }
}

OwnCell::~OwnCell() {
  if (mine_ == 0) return;
  cells_taken.fetch_and(~(1U << (mine_ - 1)));
  mine_ = 0;
}

Histogram::Histogram(std::span<const double> bounds)
    : bounds_(bounds.begin(), bounds.end()),
      buckets_(std::make_unique<Counter[]>(bounds.size() + 1)) {
  bounds_us_.reserve(bounds.size());
  for (const double bound : bounds) {
    bounds_us_.push_back(std::llround(bound * 1e6));
    MS_CHECK(bounds_us_.size() < 2 || bounds_us_.back() > bounds_us_[bounds_us_.size() - 2]);
  }
}

void Histogram::observe(Micros took) {
  const std::int64_t us = std::max<std::int64_t>(took.count(), 0);
  const auto bucket =
      std::lower_bound(bounds_us_.begin(), bounds_us_.end(), us) - bounds_us_.begin();
  buckets_[static_cast<std::size_t>(bucket)].add();
  sum_us_.add(static_cast<std::uint64_t>(us));
}

void Histogram::append_text(std::string& out, const std::string& name,
                            const std::string& labels) const {
  const std::string prefix = labels.empty() ? "" : labels + ",";
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i <= bounds_.size(); ++i) {
    cumulative += buckets_[i].value();
    std::string with_bound = prefix + "le=\"";
    if (i < bounds_.size()) {
      append_value(with_bound, bounds_[i]);
    } else {
      with_bound.append("+Inf");
    }
    append_sample(out, name + "_bucket", with_bound + "\"", cumulative);
  }
  append_sample(out, name + "_sum", labels, static_cast<double>(sum_us_.value()) / 1e6);
  // Not a count of its own: it must equal the +Inf bucket even while others observe.
  append_sample(out, name + "_count", labels, cumulative);
}

struct Registry::Impl {
  Locked<Families> families;
};

Registry::Registry() : impl_(std::make_unique<Impl>()) {}
Registry::~Registry() = default;

Counter& Registry::counter(std::string_view name, std::string_view help,
                           std::initializer_list<Label> labels) {
  auto families = impl_->families.lock();
  return metric_of<Counter>(series_of(*families, name, help, Type::counter, labels));
}

Gauge& Registry::gauge(std::string_view name, std::string_view help,
                       std::initializer_list<Label> labels) {
  auto families = impl_->families.lock();
  return metric_of<Gauge>(series_of(*families, name, help, Type::gauge, labels));
}

Histogram& Registry::histogram(std::string_view name, std::string_view help,
                               std::span<const double> bounds,
                               std::initializer_list<Label> labels) {
  auto families = impl_->families.lock();
  return metric_of<Histogram>(series_of(*families, name, help, Type::histogram, labels), bounds);
}

void Registry::gauge_function(std::string_view name, std::string_view help,
                              std::function<double()> read) {
  auto families = impl_->families.lock();
  metric_of<Function>(series_of(*families, name, help, Type::gauge, {})) = std::move(read);
}

std::string Registry::text() const {
  std::string out;
  auto families = std::as_const(impl_->families).lock();
  for (const auto& [name, family] : *families) {
    out.append("# HELP ").append(name).append(" ");
    append_escaped(out, family.help, false);
    out.append("\n# TYPE ").append(name).append(" ");
    out.append(type_names[static_cast<std::size_t>(family.type)]).append("\n");
    for (const auto& [labels, series] : family.series) {
      if (const auto* counter = std::get_if<Counter>(&series)) {
        append_sample(out, name, labels, counter->value());
      } else if (const auto* gauge = std::get_if<Gauge>(&series)) {
        append_sample(out, name, labels, gauge->value());
      } else if (const auto* histogram = std::get_if<Histogram>(&series)) {
        histogram->append_text(out, name, labels);
      } else if (const auto* read = std::get_if<Function>(&series)) {
        append_sample(out, name, labels, (*read)());
      }
    }
  }
  return out;
}

}  // namespace mainstay::metrics
