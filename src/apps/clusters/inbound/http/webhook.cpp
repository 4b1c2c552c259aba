#include "apps/clusters/inbound/http/webhook.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include "apps/clusters/errc.hpp"
#include "apps/clusters/limits.hpp"
#include "base/text.hpp"
#include "platform/json/json.hpp"
#include "platform/tls/hmac.hpp"

namespace mainstay::clusters {
namespace {

Error not_signed(std::string_view header) {
  return Error{Errc::permission_missing,
               std::string{header} + " does not show apps.clusters.webhook_secret"};
}

Result<> check_signature(WebhookKind kind, const http::Request& request, std::string_view secret) {
  if (secret.empty()) {
    return Error{Errc::permission_missing,
                 "apps.clusters.webhook_secret is not set: webhooks are not taken"};
  }
  if (kind == WebhookKind::gitlab) {
    const bool is_it = equals_in_constant_time(request.header("x-gitlab-token"), secret);
    return is_it ? Result<>{} : not_signed("X-Gitlab-Token");
  }
  const std::string right = hexadecimal(tls::hmac_sha256(secret, request.body));
  if (equals_in_constant_time(request.header("x-hub-signature-256"), "sha256=" + right)) return {};
  if (kind == WebhookKind::gitea &&
      equals_in_constant_time(request.header("x-gitea-signature"), right)) {
    return {};
  }
  return not_signed("X-Hub-Signature-256");
}

std::int64_t number_at(const json::Value* object, std::string_view name) {
  const json::Value* const found = object == nullptr ? nullptr : object->find(name);
  const std::int64_t* const number = found == nullptr ? nullptr : found->if_int();
  return number == nullptr || *number < 0 ? 0 : *number;
}

/// "2026-11-22T10:00:00Z", "2026-11-22 10:00:00 UTC", "2026-11-22T12:00:00+02:00", with or without
/// fractions; nothing for what is no such time.
std::optional<SystemTime> time_in(std::string_view text) {
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[13] != ':') return std::nullopt;
  const auto number = [text](std::size_t at, std::size_t size) {
    const auto read = parse_u64(text.substr(at, size));
    return read ? static_cast<int>(*read) : -1;
  };
  const std::chrono::year_month_day date{std::chrono::year{number(0, 4)},
                                         std::chrono::month{static_cast<unsigned>(number(5, 2))},
                                         std::chrono::day{static_cast<unsigned>(number(8, 2))}};
  const int hour = number(11, 2);
  const int minute = number(14, 2);
  const int second = number(17, 2);
  if (!date.ok() || hour < 0 || minute < 0 || second < 0) return std::nullopt;
  SystemTime out = std::chrono::sys_days{date} + std::chrono::hours{hour} +
                   std::chrono::minutes{minute} + Seconds{second};
  const std::size_t sign = text.find_first_of("+-", 19);
  if (sign != text.npos && text.size() >= sign + 6) {
    const int hours = number(sign + 1, 2);
    const int minutes = number(sign + 4, 2);
    if (hours < 0 || minutes < 0) return std::nullopt;
    const std::chrono::minutes zone{hours * 60 + minutes};
    out -= text[sign] == '+' ? zone : -zone;
  }
  return out;
}

/// What the body tells of its pull request: GitHub and Gitea under `pull_request`, GitLab under
/// `object_attributes` of a merge request.
const json::Value* subject_of(WebhookKind kind, const json::Value& body) {
  if (kind != WebhookKind::gitlab) return body.find("pull_request");
  const std::string* const what = body.find_string("object_kind");
  return what != nullptr && *what == "merge_request" ? body.find("object_attributes") : nullptr;
}

std::string_view delivery_of(WebhookKind kind, const http::Request& request) {
  switch (kind) {
    case WebhookKind::github:
      return request.header("x-github-delivery");
    case WebhookKind::gitlab: {
      const std::string_view key = request.header("idempotency-key");
      return key.empty() ? request.header("x-gitlab-event-uuid") : key;
    }
    case WebhookKind::gitea:
      return request.header("x-gitea-delivery");
  }
  return {};
}

}  // namespace

Result<ForgeNews> read_webhook(WebhookKind kind, const http::Request& request,
                               std::string_view secret, SystemTime now) {
  if (request.body.size() > Limits::webhook_bytes_max) {
    return Error{Errc::too_large,
                 "a webhook has at most " + std::to_string(Limits::webhook_bytes_max) + " bytes"};
  }
  MS_TRY_VOID(check_signature(kind, request, secret));
  auto body = json::parse(request.body);
  if (body.has_error()) return Error{Errc::body_invalid, body.error().message()};
  const json::Value* const subject = subject_of(kind, *body);
  ForgeNews out{.delivery = std::string{delivery_of(kind, request).substr(0, 128)}};
  if (subject == nullptr) return out;
  out.pull_request = number_at(subject, kind == WebhookKind::gitlab ? "iid" : "number");
  const std::string* const touched = subject->find_string("updated_at");
  const auto at = touched == nullptr ? std::nullopt : time_in(*touched);
  if (at && (*at < now - Webhooks::window || *at > now + Webhooks::window)) {
    return Error{Errc::permission_missing, "it tells of " + *touched + ", which is not within " +
                                               std::to_string(Webhooks::window.count()) +
                                               " s of now: a replay, or a clock that is wrong"};
  }
  return out;
}

bool Webhooks::is_new(const std::string& delivery, SystemTime now) {
  while (!in_order_.empty() &&
         (in_order_.front().at < now - window || in_order_.size() >= remembered_max)) {
    all_.erase(in_order_.front().delivery);
    in_order_.pop_front();
  }
  if (delivery.empty()) return true;
  if (!all_.insert(delivery).second) return false;
  in_order_.push_back({delivery, now});
  return true;
}

}  // namespace mainstay::clusters
