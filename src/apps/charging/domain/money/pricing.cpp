#include "apps/charging/domain/money/pricing.hpp"

#include <algorithm>
#include <array>
#include <list>
#include <utility>

namespace mainstay::charging {
namespace {

using Kind = UsePeriod::Kind;

constexpr std::int64_t day_seconds = 86'400;
constexpr Wide volts = 230;

bool is_reservation(Kind kind) {
  return kind == Kind::reservation || kind == Kind::expired_reservation;
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

Wide half_up(Wide value, Wide unit) {
  const Wide twice = 2 * value + unit;
  return twice >= 0 ? twice / (2 * unit) : -((-twice + 2 * unit - 1) / (2 * unit));
}

/// Where a period's use stands: a moment, and what the session had taken until then.
struct Point {
  std::int64_t at = 0;
  WattHours energy = 0;
};

/// What restrictions are asked about.
struct Situation {
  Kind kind = Kind::charging;
  std::int64_t local = 0;     // seconds on the wall
  std::int64_t duration = 0;  // of the session so far
  WattHours energy = 0;
  Watts power = 0;
  std::int64_t current_ma = 0;
};

template <class T, class U>
bool is_within(const std::optional<T>& low, const std::optional<T>& high, U value) {
  return (!low || *low <= value) && (!high || value < *high);
}

bool holds_at(const Restrictions& rule, std::int64_t local) {
  const std::int64_t day = floor_div(local, day_seconds);
  const std::int64_t minute = (local - day * day_seconds) / 60;
  if (!is_within(rule.start_day, rule.end_day, day)) return false;
  const auto weekday = static_cast<unsigned>(((day + 3) % 7 + 7) % 7);  // 1970-01-01: a Thursday
  if (rule.days != 0 && (rule.days & (1U << weekday)) == 0) return false;
  if (!rule.start_minute && !rule.end_minute) return true;
  const std::int64_t start = rule.start_minute.value_or(0);
  const std::int64_t end = rule.end_minute.value_or(0);
  if (end <= start) return minute >= start || minute < end;
  return minute >= start && minute < end;
}

bool holds(const Restrictions& rule, const Situation& now) {
  return holds_at(rule, now.local) && is_within(rule.min_energy, rule.max_energy, now.energy) &&
         is_within(rule.min_duration, rule.max_duration, now.duration) &&
         is_within(rule.min_power, rule.max_power, now.power) &&
         is_within(rule.min_current_ma, rule.max_current_ma, now.current_ma);
}

/// The first component of that dimension whose element holds; null: nothing is billed for it.
const PriceComponent* find(const Tariff& tariff, Dimension dimension, ReservationRule reservation,
                           const Situation& now) {
  for (const TariffElement& element : tariff.elements) {
    if (element.restrictions.reservation != reservation) continue;
    const auto found = std::ranges::find(element.components, dimension, &PriceComponent::dimension);
    if (found != element.components.end() && holds(element.restrictions, now)) return &*found;
  }
  return nullptr;
}

const PriceComponent* component(const Tariff& tariff, Dimension dimension, const Situation& now) {
  if (!is_reservation(now.kind)) return find(tariff, dimension, ReservationRule::none, now);
  const PriceComponent* found = nullptr;
  if (now.kind == Kind::expired_reservation) {
    found = find(tariff, dimension, ReservationRule::expires, now);
  }
  return found != nullptr ? found : find(tariff, dimension, ReservationRule::reservation, now);
}

// --- where the tariff may change within a period -------------------------------------------------

class Cuts {
 public:
  Cuts(const Tariff& tariff, const TimeZone& zone, const UsePeriod& period, WattHours before,
       std::int64_t session_begin)
      : period_(period), before_(before) {
    add({period.begin, before});
    for (const TariffElement& element : tariff.elements) {
      const Restrictions& rule = element.restrictions;
      for (const auto& bound : {rule.min_duration, rule.max_duration}) {
        if (bound) add_moment(session_begin + *bound);
      }
      for (const auto& bound : {rule.min_energy, rule.max_energy}) {
        if (bound) add_energy(*bound);
      }
    }
    add_local(tariff, zone);
    std::ranges::sort(points_, [](const Point& a, const Point& b) {
      return std::pair{a.at, a.energy} < std::pair{b.at, b.energy};
    });
    add({period.end, before + period.energy});
    // What was rounded down must not go back behind an amount of energy that was meant exactly.
    for (std::size_t i = 1; i < points_.size(); ++i) {
      points_[i].energy = std::max(points_[i].energy, points_[i - 1].energy);
    }
  }

  [[nodiscard]] const std::vector<Point>& points() const { return points_; }

 private:
  void add(Point point) { points_.push_back(point); }

  void add_moment(std::int64_t at) {
    if (at <= period_.begin || at >= period_.end) return;
    const Wide part = Wide{period_.energy} * (at - period_.begin) / (period_.end - period_.begin);
    add({at, before_ + static_cast<WattHours>(part)});
  }

  void add_energy(WattHours energy) {
    if (energy <= before_ || energy >= before_ + period_.energy) return;
    const Wide part = Wide{energy - before_} * (period_.end - period_.begin) / period_.energy;
    add({period_.begin + static_cast<std::int64_t>(part), energy});
  }

  /// Days begin and times of the day come in each stretch of one offset; clocks that are changed
  /// make a point too.
  void add_local(const Tariff& tariff, const TimeZone& zone) {
    const std::vector<std::int64_t> seconds = seconds_of_day(tariff);
    if (seconds.empty()) return;
    for (std::int64_t at = period_.begin; at < period_.end;) {
      const TimeZone::Stretch here = zone.stretch_at(at);
      add_moment(here.begin);
      const std::int64_t end = std::min(here.end, period_.end);
      const std::int64_t first = floor_div(at + here.offset, day_seconds);
      const std::int64_t last = floor_div(end + here.offset, day_seconds);
      for (std::int64_t day = first; day <= last; ++day) {
        for (const std::int64_t second : seconds) {
          const std::int64_t moment = day * day_seconds + second - here.offset;
          if (moment > at && moment < end) add_moment(moment);
        }
      }
      at = end;
    }
  }

  static std::vector<std::int64_t> seconds_of_day(const Tariff& tariff) {
    std::vector<std::int64_t> out;
    for (const TariffElement& element : tariff.elements) {
      const Restrictions& rule = element.restrictions;
      if (rule.days != 0 || rule.start_day || rule.end_day) out.push_back(0);
      for (const auto& minute : {rule.start_minute, rule.end_minute}) {
        if (minute) out.push_back(std::int64_t{*minute} * 60);
      }
    }
    std::ranges::sort(out);
    const auto repeated = std::ranges::unique(out);
    out.erase(repeated.begin(), repeated.end());
    return out;
  }

  const UsePeriod& period_;
  const WattHours before_;
  std::vector<Point> points_;
};

// --- adding up -----------------------------------------------------------------------------------

struct Line {
  const PriceComponent* by = nullptr;
  bool of_reservation = false;
  std::int64_t used = 0;
  std::int64_t extra = 0;
};

class Meter {
 public:
  Meter(const Tariff& tariff, const TimeZone& zone) : tariff_(tariff), zone_(zone) {}

  void add(const UsePeriod& period) {
    if (!is_reservation(period.kind) && !session_begin_) session_begin_ = period.begin;
    const std::int64_t begin = session_begin_.value_or(period.begin);
    const WattHours before = is_reservation(period.kind) ? 0 : energy_;
    const std::vector<Point> points = Cuts{tariff_, zone_, period, before, begin}.points();
    for (std::size_t i = 1; i < points.size(); ++i) {
      Situation now = situation(period);
      now.local = zone_.local(points[i - 1].at);
      now.duration = points[i - 1].at - begin;
      now.energy = points[i - 1].energy;
      add(now, points[i].at - points[i - 1].at, points[i].energy - points[i - 1].energy);
    }
    if (!is_reservation(period.kind)) energy_ += period.energy;
  }

  Cost total() {
    round_up(total_of(Dimension::energy, false), last_[0]);
    const Line* parked = last_[1];
    round_up(total_of(parked != nullptr ? Dimension::parking_time : Dimension::time, false),
             parked != nullptr ? last_[1] : last_[2]);
    round_up(total_of(Dimension::time, true), last_[3]);
    Cost out;
    for (const Line& line : lines_) out.lines.push_back(billed(line));
    for (const CostLine& line : out.lines) {
      out.without_vat += line.without_vat;
      out.with_vat += line.with_vat;
    }
    return out;
  }

 private:
  static Situation situation(const UsePeriod& period) {
    Situation out;
    out.kind = period.kind;
    const std::int64_t seconds = std::max<std::int64_t>(period.end - period.begin, 1);
    out.power = period.power.value_or(period.energy * 3'600 / seconds);
    out.current_ma =
        period.current_ma.value_or(static_cast<std::int64_t>(Wide{out.power} * 1'000 / volts));
    return out;
  }

  void add(const Situation& now, std::int64_t seconds, WattHours energy) {
    const bool reserved = is_reservation(now.kind);
    bool& flat_billed = flat_billed_[reserved ? 1 : 0];
    if (!flat_billed) {
      if (const auto* by = component(tariff_, Dimension::flat, now)) {
        line(by, reserved)->used = 1;
        flat_billed = true;
      }
    }
    if (!reserved && energy > 0) bill(Dimension::energy, now, energy, 0);
    if (seconds == 0) return;
    if (reserved) return bill(Dimension::time, now, seconds, 3);
    if (now.kind == Kind::parking) return bill(Dimension::parking_time, now, seconds, 1);
    bill(Dimension::time, now, seconds, 2);
  }

  void bill(Dimension dimension, const Situation& now, std::int64_t quantity, std::size_t last) {
    const PriceComponent* const by = component(tariff_, dimension, now);
    if (by == nullptr) return;
    Line* const to = line(by, is_reservation(now.kind));
    to->used += quantity;
    last_.at(last) = to;
  }

  Line* line(const PriceComponent* by, bool of_reservation) {
    for (Line& one : lines_) {
      if (one.by == by && one.of_reservation == of_reservation) return &one;
    }
    lines_.push_back({by, of_reservation});
    return &lines_.back();
  }

  [[nodiscard]] std::int64_t total_of(Dimension dimension, bool of_reservation) const {
    std::int64_t out = 0;
    for (const Line& one : lines_) {
      if (one.by->dimension == dimension && one.of_reservation == of_reservation) out += one.used;
    }
    return out;
  }

  static void round_up(std::int64_t total, Line* last) {
    if (last == nullptr || last->by->step_size == 0) return;
    const std::int64_t over = total % last->by->step_size;
    if (over != 0) last->extra = last->by->step_size - over;
  }

  static CostLine billed(const Line& line) {
    constexpr Wide percent = 1'000'000;  // all of it, in a VatRate's units
    CostLine out;
    out.dimension = line.by->dimension;
    out.of_reservation = line.of_reservation;
    out.used = line.used;
    out.billed = line.used + line.extra;
    out.price = line.by->price;
    out.vat = line.by->vat;
    const Wide per = out.dimension == Dimension::flat     ? 1
                     : out.dimension == Dimension::energy ? 1'000
                                                          : 3'600;
    const Wide amount = out.price.get() * (ExactAmount::per_price / per) * out.billed;
    out.without_vat = ExactAmount{amount};
    out.with_vat =
        ExactAmount{amount + amount / percent * (line.by->vat ? line.by->vat->get() : 0)};
    return out;
  }

  const Tariff& tariff_;
  const TimeZone& zone_;
  std::optional<std::int64_t> session_begin_;
  WattHours energy_ = 0;
  std::list<Line> lines_;  // pointed to
  std::array<bool, 2> flat_billed_{};
  std::array<Line*, 4> last_{};  // energy, parking, charging, reservation: what held last
};

Result<> check_use(std::span<const UsePeriod> periods) {
  if (periods.empty()) return Error{MoneyErrc::usage_invalid, "there is none"};
  std::int64_t at = periods.front().begin;
  WattHours energy = 0;
  bool session = false;
  for (const UsePeriod& one : periods) {
    if (one.begin < at || one.end < one.begin) {
      return Error{MoneyErrc::usage_invalid, "periods must follow each other"};
    }
    if (one.energy < 0 || one.energy > UseLimits::energy_max ||
        (energy += one.energy) > UseLimits::energy_max) {
      return Error{MoneyErrc::usage_invalid, "0 to 100 MWh"};
    }
    if (is_reservation(one.kind) && session) {
      return Error{MoneyErrc::usage_invalid, "a reservation comes before its session"};
    }
    session = session || !is_reservation(one.kind);
    at = one.end;
  }
  if (at - periods.front().begin > UseLimits::seconds_max) {
    return Error{MoneyErrc::usage_invalid, "62 days at most"};
  }
  return {};
}

/// A minimum is a charging session's: there was one.
void keep_within(Cost& cost, const Tariff& tariff, bool has_session) {
  if (tariff.min_price && has_session) {
    const ExactAmount without = ExactAmount::of(tariff.min_price->without_vat);
    const ExactAmount with = ExactAmount::of(tariff.min_price->with_vat);
    cost.at_minimum = cost.without_vat < without || cost.with_vat < with;
    cost.without_vat = std::max(cost.without_vat, without);
    cost.with_vat = std::max(cost.with_vat, with);
  }
  if (tariff.max_price) {
    const ExactAmount without = ExactAmount::of(tariff.max_price->without_vat);
    const ExactAmount with = ExactAmount::of(tariff.max_price->with_vat);
    cost.at_maximum = cost.without_vat > without || cost.with_vat > with;
    cost.without_vat = std::min(cost.without_vat, without);
    cost.with_vat = std::min(cost.with_vat, with);
  }
}

}  // namespace

Price ExactAmount::rounded() const {
  return Price{static_cast<std::int64_t>(half_up(count_, per_price))};
}

Minor ExactAmount::rounded_to(Currency currency) const {
  return static_cast<Minor>(half_up(count_, per_unit / currency.minor_per_unit()));
}

Result<Cost> price_use(const Tariff& tariff, const TimeZone& zone,
                       std::span<const UsePeriod> periods) {
  MS_TRY_VOID(check_use(periods));
  Meter meter{tariff, zone};
  for (const UsePeriod& one : periods) meter.add(one);
  Cost out = meter.total();
  keep_within(out, tariff, !std::ranges::all_of(periods, is_reservation, &UsePeriod::kind));
  return out;
}

std::vector<UsePeriod> periods_of(const PlannedUse& plan) {
  const std::int64_t begin =
      std::chrono::floor<std::chrono::seconds>(plan.begin).time_since_epoch().count();
  std::vector<UsePeriod> out;
  UsePeriod charging;
  charging.begin = begin;
  charging.end = begin + plan.charging.count();
  charging.energy = plan.energy;
  out.push_back(charging);
  if (plan.parking.count() > 0) {
    UsePeriod parking;
    parking.begin = charging.end;
    parking.end = charging.end + plan.parking.count();
    parking.kind = Kind::parking;
    out.push_back(parking);
  }
  return out;
}

}  // namespace mainstay::charging
