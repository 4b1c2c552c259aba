#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/apim/domain/local_windows.hpp"
#include "apps/apim/domain/test_zones.hpp"
#include "apps/apim/ports/counters.hpp"
#include "base/random.hpp"

namespace mainstay::apim {

/// Repeatable random commands for Counters, for tests: same seed, same commands. Time mostly goes
/// on by seconds; now and then it jumps, forward or back, to a border of the window of some period
/// that it is in; some years about its start.
class CountersCommands {
 public:
  explicit CountersCommands(std::uint64_t seed) : random_(seed) {}

  /// Goes on to the next command. Then run() may execute it on any number of implementations.
  void next() {
    move_time();
    kind_ = random_.below(1'000);
    const std::uint64_t charge_count = kind_ < 60 ? random_.below(6) : 1;
    charges_.resize(charge_count);
    for (std::size_t i = 0; i < charge_count; ++i) make_charge(i);
    probe_count_ = random_.below(3);
    for (LimitProbe& probe : probes_) make_probe(probe);
    make_key();
  }

  [[nodiscard]] UnixSeconds now() const { return now_; }

  /// What the command answers, mixed into one number.
  std::uint64_t run(Counters& counters) {
    std::array<Traffic, 6> traffic{};
    std::array<LimitProbe, 2> probes = probes_;
    for (SpikeProbe& spike : spikes_) spike.room = spike.wait = spike.wait_all = -7;
    const Charge& charge = charges_.empty() ? nothing_ : charges_.front();
    std::uint64_t answer = 0;
    if (kind_ < 30) {
      answer = static_cast<std::uint64_t>(
          counters.charge_once(key_, charges_, now_, std::span{traffic}.first(charges_.size())));
    } else if (kind_ < 60) {
      counters.charge(charges_, now_, std::span{traffic}.first(charges_.size()));
    } else if (kind_ < 280) {
      answer = counters.check(charge.subject, {charge.at, charge.windows},
                              std::span{probes}.first(probe_count_));
    } else if (kind_ < 500) {
      const LimitProbe& probe = probes_.front();
      answer = static_cast<std::uint64_t>(counters.value(
          charge.subject, probe.metric_id, probe.period, {charge.at, charge.windows}));
    } else if (kind_ == 500 && now_ % 16 == 0) {
      counters.erase_service(charge.subject.service_id);
    } else if (kind_ < 510) {
      answer = counters.was_counted(key_, now_);
    } else if (kind_ < 700) {
      answer = static_cast<std::uint64_t>(counters.check_and_charge_once(
          key_, std::span{probes}.first(probe_count_), charge, now_, traffic.front()));
    } else {
      answer = counters.check_and_charge(std::span{probes}.first(probe_count_), charge, now_,
                                         traffic.front());
    }
    for (const LimitProbe& probe : probes) {
      answer = answer * 31 + static_cast<std::uint64_t>(probe.current);
    }
    for (const SpikeProbe& spike : spikes_) {
      answer = answer * 31 + static_cast<std::uint64_t>(spike.room);
      answer = answer * 31 + static_cast<std::uint64_t>(spike.wait + spike.wait_all);
    }
    for (const Traffic& one : traffic) {
      answer = answer * 4 + (one.first_ever ? 1 : 0) + (one.first_today ? 2 : 0);
    }
    return answer;
  }

 private:
  static constexpr UnixSeconds start = 1'795'000'000;  // in November 2026
  static constexpr UnixSeconds span = 3 * 366 * 86'400;
  static constexpr std::array<std::string_view, 3> metric_ids{"hits", "search", "bytes"};
  static constexpr std::array<int, 6> codes{200, 201, 302, 404, 418, 503};
  static constexpr std::array<SpikeRule, 4> rules{
      {{3, 1, 20}, {7, 3, 7}, {1, 60, 40}, {1'000'000, 1, 9}}};

  void move_time() {
    const std::uint64_t dice = random_.below(64);
    if (dice > 0) {
      now_ += static_cast<UnixSeconds>(dice) / 2 - 2;
      return;
    }
    const Window around = windows_at(now_)[random_.below(period_count - 1)];
    const UnixSeconds border = random_.below(2) == 0 ? around.begin : around.end;
    now_ = border + static_cast<UnixSeconds>(random_.below(3)) - 1;
    if (now_ < start - span || now_ > start + span) now_ = start;
  }

  void make_charge(std::size_t place) {
    Charge& charge = charges_[place];
    const std::uint64_t bits = random_.next();
    charge.subject.service_id = (bits & 1U) != 0 ? "one" : "two";
    charge.subject.application_id = (bits & 2U) != 0 ? "x" : "y";
    charge.at = now_;
    if ((bits & 0x1cU) == 0) charge.at -= static_cast<UnixSeconds>(random_.below(27 * 3'600));
    if ((bits & 0x1cU) == 4) charge.at += static_cast<UnixSeconds>(random_.below(3'600));
    charge.response_code = (bits & 0x60U) == 0 ? codes[(bits >> 8U) % codes.size()] : 0;
    const std::uint64_t metric_count = (bits >> 16U) % 8 == 0 ? 2 : 1;
    for (std::size_t i = 0; i < metric_count; ++i) {
      metrics_[place][i] = {metric_ids[(bits >> (20U + 4 * i)) % metric_ids.size()],
                            usage(bits >> (32U + 8 * i))};
    }
    charge.metrics = {metrics_[place].data(), metric_count};
    charge.windows = nullptr;
    if ((bits >> 60U) < 4) {  // its service counts in a zone's calendar, for a while
      windows_[place] = windows_at(charge.at, &zones_[(bits >> 60U) % zones_.size()]);
      charge.windows = &windows_[place];
    }
    make_spike(place);
  }

  /// A spike limit on the charge's first metric, now and then; its rule changes now and then, too.
  void make_spike(std::size_t place) {
    const std::uint64_t bits = random_.next();
    SpikeProbe& spike = spikes_[place];
    spike = {};
    charges_[place].spikes = {};
    if ((bits & 3U) != 0) return;
    const MetricCharge& metric = metrics_[place].front();
    const std::size_t usual = metric.metric_id.size() % 3;  // the metric's own
    spike.metric_id = metric.metric_id;
    spike.rule = rules[(bits >> 8U) % 32 == 0 ? 3 : usual];
    spike.amount = metric.value.is_set ? 0 : metric.value.amount;
    spike.now = now_ * 1'000'000'000 + static_cast<UnixNanos>((bits >> 16U) % 1'000'000'000);
    spike.at = spike.now;
    if ((bits >> 4U & 7U) == 0) spike.at -= static_cast<UnixNanos>((bits >> 46U) * 1'000'000);
    charges_[place].spikes = {&spike, 1};
  }

  /// One of few keys: most of them are met again, some by another request.
  void make_key() {
    const std::uint64_t bits = random_.next();
    key_text_ = std::to_string(bits % 5'000);
    key_.service_id = (bits >> 16U & 1U) != 0 ? "one" : "two";
    key_.kind = kind_ < 30 ? CallKey::Kind::report : CallKey::Kind::authrep;
    key_.text = key_text_;
    key_.request = (bits >> 20U) % 8 == 0 ? "another" : "the same";
  }

  static UsageValue usage(std::uint64_t bits) {
    const auto amount = static_cast<std::int64_t>(bits & 7U);
    return {amount, (bits & 0xf0U) == 0};
  }

  void make_probe(LimitProbe& probe) {
    const std::uint64_t bits = random_.next();
    probe.metric_id = metric_ids[bits % metric_ids.size()];
    probe.period = static_cast<Period>((bits >> 8U) % period_count);
    probe.max =
        static_cast<std::int64_t>(random_.below(probe.period < Period::day ? 60 : 1U << 20U));
    probe.compare = static_cast<LimitProbe::Compare>((bits >> 16U) % 3);
    probe.usage = usage(bits >> 24U);
  }

  Random random_;
  UnixSeconds now_ = start;
  std::uint64_t kind_ = 0;
  std::size_t probe_count_ = 0;
  std::array<std::array<MetricCharge, 2>, 6> metrics_{};
  std::array<Windows, 6> windows_{};
  std::array<SpikeProbe, 6> spikes_{};
  std::array<TimeZone, 2> zones_{test_zones::berlin(), test_zones::kolkata()};
  std::vector<Charge> charges_;
  std::array<LimitProbe, 2> probes_{};
  std::string key_text_;
  CallKey key_;
  Charge nothing_{{"one", "x"}, start, {}, 0};
};

}  // namespace mainstay::apim
