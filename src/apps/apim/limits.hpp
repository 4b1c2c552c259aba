#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"

namespace mainstay::apim {

/// Every bound of API management and what happens beyond it.
struct Limits {
  // Parameters of the public API; the first three are Rack's and answer 400 bad_request.
  static constexpr std::size_t parameters_max = 4096;  // pairs in the query, and in the form
  // Of the query, and of the form. Only a server whose http.target_bytes_max and
  // http.body_bytes_max are above it, as they are by default, gets to say so.
  static constexpr std::size_t parameter_bytes_max = 4U << 20U;
  static constexpr std::size_t parameter_depth_max = 32;
  static constexpr std::size_t parameter_names_max = 16'384;  // maps and lists among them; ours
  // Ids, keys, names and filters, where the original has no bound: a lookup of a longer one finds
  // nothing (its usual refusal); storing one is 400.
  static constexpr std::size_t id_bytes_max = 4096;

  // A call's referrer; filters let no longer one pass.
  static constexpr std::size_t referrer_bytes_max = 4096;

  // An idempotency key; a longer one is 400 idempotency_key_invalid. How many are kept is a
  // setting: beyond, 503 idempotency_store_full.
  static constexpr std::size_t idempotency_key_bytes_max = 128;

  // Per service or application; the internal API answers 400 beyond.
  static constexpr std::size_t application_keys_max = 256;
  static constexpr std::size_t referrer_filters_max = 256;
  static constexpr std::size_t user_keys_per_application_max = 256;
  static constexpr std::size_t metrics_per_service_max = 10'000;
  static constexpr std::size_t metric_depth_max = 16;  // from a root down, both ends counted
  static constexpr std::size_t usage_limits_per_plan_max = 10'000;
  static constexpr int grace_percent_max = 1'000;
  static constexpr std::size_t spike_limits_per_plan_max = 1'000;
  static constexpr std::int64_t spike_amount_max = 1'000'000'000'000;  // its max, and its burst
  static constexpr Seconds spike_seconds_max{86'400};
  static constexpr Seconds spike_drain_max{31 * 86'400};  // how long a full burst takes to drain
  static constexpr std::size_t batch_applications_max = 1'000;
  static constexpr std::size_t service_tokens_per_request_max = 1'000;

  // Pages of the internal API's lists: more entries are 400, more bytes end a page early.
  static constexpr std::size_t list_page_max = 1'000;
  static constexpr std::size_t list_page_bytes = 4U << 20U;

  // Usage as a series; beyond: 422, 400 and 503.
  static constexpr std::size_t usage_points_max = 20'000;  // of one range, zeros among them
  static constexpr std::size_t usage_page_max = 2'000;     // points, or applications, of one answer
  static constexpr std::size_t usage_rank_max = 100'000;   // how far down the top goes by pages
  static constexpr std::size_t usage_reads_queued_max = 256;  // waiting for the reading lane

  // Kept lists; the oldest goes first.
  static constexpr std::size_t errors_per_service_max = 1'000;
  static constexpr std::size_t errors_per_page_max = 1'000;
  static constexpr std::size_t events_max = 1'000'000;
  static constexpr std::size_t events_per_answer_max = 10'000;  // of the internal API; the oldest
  static constexpr std::size_t stored_text_bytes_max =
      2'048;  // one field of a stored error's context; cut beyond

  // The page: sessions, of which the least used goes; attempts to sign in, beyond which it is 429;
  // how many peers' attempts are remembered, of which the oldest go.
  static constexpr std::size_t page_sessions_max = 1'000;
  static constexpr Seconds page_session_idle_max{30 * 60};
  static constexpr Seconds page_session_age_max{12 * 3'600};
  static constexpr std::size_t sign_in_attempts_max = 10;
  static constexpr Seconds sign_in_window{5 * 60};
  static constexpr std::size_t sign_in_peers_max = 10'000;

  // What one call or batch may count, ancestors included, in bytes of ids: one journal record holds
  // it, less than twice as large with where spike limits stand.
  static constexpr std::size_t charge_bytes_max = 8U << 20U;  // usage_too_large

  // A reported transaction's time stamp against now; outside: stored as an error, the batch is
  // dropped.
  static constexpr Seconds report_age_max{86'400};
  static constexpr Seconds report_ahead_max{3'600};

  static constexpr Seconds event_ping_every{60};

  // Alerts on their way to consumers' webhooks; the oldest goes first, counted and logged.
  static constexpr std::size_t webhook_notices_max = 10'000;
  static constexpr std::size_t webhook_running_max = 16;             // sent at the same time
  static constexpr std::size_t webhook_running_per_service_max = 4;  // of these
  static constexpr int webhook_attempts_max = 8;  // then given up, counted and logged
  static constexpr Seconds webhook_retry_min{5};  // doubles with each attempt
  static constexpr Seconds webhook_retry_max{600};
  static constexpr Millis webhook_deadline{10'000};
  static constexpr std::size_t webhook_answer_bytes_max = 16U << 10U;
  static constexpr Seconds alert_mark_life{86'400};
};

}  // namespace mainstay::apim
