#include "apps/charging/outbound/webhook/event_webhooks.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "apps/charging/waiting.hpp"
#include "base/text.hpp"
#include "platform/jobs/runner.hpp"
#include "platform/jobs/table.hpp"
#include "platform/log/log.hpp"
#include "platform/tls/webhook_signature.hpp"

namespace mainstay::charging {
namespace {

constexpr std::string_view kind = "charging.webhook";
constexpr std::size_t events_a_post_max = 100;
constexpr Millis deadline{10'000};
constexpr int look_again_ticks = 30;

jobs::Options job_of(std::int64_t webhook) {
  jobs::Options options;
  options.unique_key = std::to_string(webhook);
  options.failures_max = webhook_failures_max;
  return options;
}

/// What was sent without a receipt is the same message again, with its id: what happened since
/// then waits for the next.
std::vector<EventRow> message_of(const WebhookRow& row, std::vector<EventRow> events) {
  const auto end = std::ranges::upper_bound(events, row.tried_to, {}, &EventRow::id);
  if (end != events.begin()) events.erase(end, events.end());
  return events;
}

}  // namespace

EventWebhooks::EventWebhooks(Platform& platform, NetworkService& network, EventWords words,
                             http::Trust trust)
    : platform_(platform), network_(network), words_(std::move(words)), trust_(trust) {
  if (platform_.jobs == nullptr) return;
  platform_.jobs->handle(kind, [this](const jobs::Job& job) -> Result<> {
    const auto id = parse_i64(job.payload);
    if (!id) return Error{jobs::Errc::give_up, "no webhook's number"};
    return send(*id);
  });
}

void EventWebhooks::tick() {
  if (platform_.jobs == nullptr) return;
  // A job that was ending may have missed the newest events.
  if (++ticks_ % look_again_ticks == 0) looked_to_.store(-1);
  (void)network_.look([this](const Network& network) {
    const std::int64_t last = network.last_event();
    if (looked_to_.exchange(last) == last) return;
    network_.store().webhooks([this, last](const Result<std::vector<WebhookRow>>& all) {
      if (all.has_error()) return looked_to_.store(-1);
      for (const WebhookRow& row : *all) {
        if (row.sent_to < last && !row.is_dead()) enqueue(row.id);
      }
      dead_ = static_cast<std::size_t>(std::ranges::count_if(*all, &WebhookRow::is_dead));
    });
  });
}

void EventWebhooks::enqueue(std::int64_t webhook) {
  platform_.store.write(
      [webhook, now = platform_.clock.wall()](store::Session& session) -> Result<> {
        MS_TRY([[maybe_unused]] const auto made,
               jobs::enqueue(session, kind, std::to_string(webhook), job_of(webhook), now));
        return {};
      },
      [this](const Result<>& stored) {
        if (stored.has_value()) platform_.jobs->wake();
      });
}

Result<> retry_webhook(store::Session& session, store::Engine engine, std::int64_t webhook,
                       SystemTime now) {
  MS_TRY(const auto changed,
         session.execute("UPDATE charging_webhooks SET failures = 0 WHERE id = $1", {webhook}));
  if (changed == 0) return NetworkErrc::webhook_unknown;
  MS_TRY(const auto job,
         jobs::enqueue(session, kind, std::to_string(webhook), job_of(webhook), now));
  if (job.is_new) return {};
  auto due = jobs::Table{session, engine}.retry(job.id, now);
  if (due.has_error() && due.error().is(jobs::Errc::not_now)) return {};  // it runs
  return due;
}

void EventWebhooks::retry(std::int64_t webhook, UniqueFunction<void(Result<>)> done) {
  platform_.store.write(
      [webhook, engine = platform_.store.engine(), now = platform_.clock.wall()](
          store::Session& session) { return retry_webhook(session, engine, webhook, now); },
      [this, done = std::move(done)](Result<> stored) {
        if (stored.has_value() && platform_.jobs != nullptr) platform_.jobs->wake();
        done(std::move(stored));
      });
}

Result<> EventWebhooks::send(std::int64_t webhook) {
  MS_TRY(const auto all, wait_for<std::vector<WebhookRow>>(
                             [&](auto done) { network_.store().webhooks(std::move(done)); }));
  const auto at = std::ranges::find(all, webhook, &WebhookRow::id);
  if (at == all.end()) return {};  // removed meanwhile
  WebhookRow row = *at;
  while (!platform_.jobs->stopping()) {
    auto more = send_some(row);
    if (more.has_error()) {
      ++row.failures;
      // What an address answers may be a secret of its network: only its kind.
      row.last_error = more.error().is(jobs::Errc::failed) ? more.error().detail()
                                                           : std::string{more.error().name()};
      network_.store().note_webhook(row, [](const Result<>&) {});
      if (!row.is_dead()) return Error{jobs::Errc::failed, row.last_error};
      platform_.log.error("charging.webhook.dead",
                          {{"webhook", webhook}, {"error", row.last_error}});
      return Error{jobs::Errc::give_up, row.last_error};
    }
    if (!*more) return {};
  }
  return Error{jobs::Errc::failed, "the server ends"};
}

/// The next ones that it wants.
Result<std::vector<EventRow>> EventWebhooks::read(const WebhookRow& row) {
  EventFilter filter;
  filter.after = row.sent_to;
  filter.limit = events_a_post_max;
  for (const std::string_view name : split(row.kinds, ',')) {
    if (const auto known = words_.parse_kind(name)) filter.kinds.push_back(*known);
  }
  auto found = wait_for<std::vector<EventRow>>(
      [&](auto done) { network_.store().events(filter, std::move(done)); });
  if (found.has_error() && found.error().is(NetworkErrc::events_gone)) {  // it was dead for so long
    platform_.log.warning("charging.webhook.behind",
                          {{"webhook", row.id}, {"error", found.error().message()}});
    filter.after = 0;
    found = wait_for<std::vector<EventRow>>(
        [&](auto done) { network_.store().events(filter, std::move(done)); });
  }
  return found;
}

Result<> EventWebhooks::note(const WebhookRow& row) {
  MS_TRY_VOID(wait_for<bool>([&](auto done) {
    network_.store().note_webhook(row, [done = std::move(done)](Result<> stored) {
      if (stored.has_error()) return done(std::move(stored).error());
      done(true);
    });
  }));
  return {};
}

/// The next ones; false when there are none, and then it is behind those it does not want too.
Result<bool> EventWebhooks::send_some(WebhookRow& row) {
  // Before the events: what comes in between is looked at again.
  MS_TRY(const auto newest, wait_for<std::int64_t>([&](auto done) {
           network_.store().newest_event(std::move(done));
         }));
  MS_TRY(auto found, read(row));
  if (found.empty()) {
    if (newest <= row.sent_to) return false;
    row.sent_to = newest;
    MS_TRY_VOID(note(row));
    return false;
  }
  const std::vector<EventRow> events = message_of(row, std::move(found));
  if (row.tried_to != events.back().id) {
    // Before it is sent: also a server that ends without a receipt knows its message again.
    row.tried_to = events.back().id;
    MS_TRY_VOID(note(row));
  }
  json::Array all;
  for (const EventRow& event : events) {
    all.push_back(words_.render(event, network_.identity_of(event.station)));
  }
  const std::string id = "evt_" + std::to_string(row.id) + "_" + std::to_string(events.back().id);
  MS_TRY_VOID(post(row, id, json::dump(json::Object{{"events", std::move(all)}})));
  row.sent_to = events.back().id;
  row.failures = 0;
  row.last_error.clear();
  MS_TRY_VOID(note(row));
  return true;
}

Result<> EventWebhooks::post(const WebhookRow& row, const std::string& id, std::string body) {
  const auto key = base64_decode(row.secret);
  if (!key) return Error{jobs::Errc::give_up, "its secret is no base64"};
  const auto seconds =
      std::chrono::duration_cast<Seconds>(platform_.clock.wall().time_since_epoch());
  http::ClientRequest request;
  request.method = http::Method::post;
  request.url = row.url;
  request.content_type = "application/json";
  request.headers = {{"webhook-id", id},
                     {"webhook-timestamp", std::to_string(seconds.count())},
                     {"webhook-signature", tls::webhook_signature(*key, id, seconds, body)}};
  request.body = std::move(body);
  request.trust = trust_;
  request.deadline = deadline;
  request.response_bytes_max = 4'096;
  MS_TRY(const auto answer, http::send_and_wait(platform_.client, std::move(request)));
  if (answer.status / 100 == 2) return {};
  return Error{jobs::Errc::failed, "status " + std::to_string(answer.status)};
}

}  // namespace mainstay::charging
