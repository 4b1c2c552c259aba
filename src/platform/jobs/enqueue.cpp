#include "platform/jobs/enqueue.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "base/text.hpp"
#include "platform/store/store.hpp"

namespace mainstay::jobs {
namespace {

bool is_name(std::string_view name) {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= limits.name_bytes_max &&
         std::ranges::all_of(name, is_part);
}

Error refused(std::string detail) { return {Errc::refused, std::move(detail)}; }

/// PostgreSQL keeps no NUL in text, and both engines' text is UTF-8.
bool is_storable(std::string_view text) {
  return text.find('\0') == text.npos && is_valid_utf8(text);
}

Result<> check(std::string_view kind, std::string_view payload, const Options& options) {
  for (const std::string_view name : {kind, std::string_view{options.queue}}) {
    if (is_name(name)) continue;
    return refused("kinds and queues are 1 to 64 characters of a-z, 0-9, . _ -");
  }
  if (payload.size() > limits.payload_bytes_max) return refused("a payload has at most 1 MiB");
  if (!is_storable(payload)) return refused("a payload is UTF-8 without NUL");
  if (options.unique_key) {
    const std::string& key = *options.unique_key;
    if (key.empty() || key.size() > limits.unique_key_bytes_max || !is_storable(key)) {
      return refused("a unique key has 1 to 255 bytes of UTF-8 without NUL");
    }
  }
  if (options.failures_max < 1 || options.failures_max > limits.failures_max_most) {
    return refused("failures_max is 1 to 100");
  }
  if (options.priority < -limits.priority_most || options.priority > limits.priority_most) {
    return refused("a priority is -1000 to 1000");
  }
  return {};
}

/// Sorts by the time of making; the rest is random.
std::string make_id(SystemTime now) {
  char time[16];
  std::snprintf(time, sizeof time, "%013llx",
                static_cast<unsigned long long>(now.time_since_epoch().count()));
  return time + secret_hex(6).substr(1);
}

Result<std::optional<std::string>> find_unique(store::Session& session, std::string_view kind,
                                               const std::string& key) {
  MS_TRY(const auto rows,
         session.query("SELECT id FROM jobs WHERE kind = $1 AND unique_key = $2 AND state IN "
                       "('scheduled', 'queued', 'running')",
                       {store::text(kind), key}));
  if (rows.empty()) return std::optional<std::string>{};
  return std::optional{std::get<std::string>(rows[0][0])};
}

}  // namespace

Result<Enqueued> enqueue(store::Session& session, std::string_view kind, std::string_view payload,
                         const Options& options, SystemTime now) {
  MS_TRY_VOID(check(kind, payload, options));
  const SystemTime run_at = options.run_at.value_or(now);
  // Twice, since the job in the way may end between the two statements.
  for (int attempt = 0; attempt < 2; ++attempt) {
    std::string id = make_id(now);
    const std::initializer_list<store::Value> params{
        id,
        options.queue,
        store::text(kind),
        store::text(payload),
        std::int64_t{options.is_secret ? 1 : 0},
        store::optional_text(options.unique_key),
        store::text(name_of(run_at > now ? State::scheduled : State::queued)),
        options.priority,
        options.failures_max,
        now.time_since_epoch().count(),
        run_at.time_since_epoch().count()};
    MS_TRY(const auto added,
           session.execute("INSERT INTO jobs (id, queue, kind, payload, is_secret, unique_key, "
                           "state, priority, failures, failures_max, losses, made_at, run_at) "
                           "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, 0, $10, $11) "
                           "ON CONFLICT DO NOTHING",
                           params));
    if (added == 1) return Enqueued{std::move(id), true};
    if (!options.unique_key) continue;  // an id that exists: as good as impossible
    MS_TRY(auto there, find_unique(session, kind, *options.unique_key));
    if (there) return Enqueued{std::move(*there), false};
  }
  return Error{store::Errc::busy, "another job of this unique key came and went"};
}

}  // namespace mainstay::jobs
