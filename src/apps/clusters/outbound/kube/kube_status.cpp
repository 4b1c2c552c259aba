#include "apps/clusters/outbound/kube/kube_status.hpp"

#include <algorithm>

#include "apps/clusters/domain/document_path.hpp"
#include "base/text.hpp"
#include "platform/json/json.hpp"

namespace mainstay::clusters {
namespace {

constexpr std::uint64_t retry_seconds_max = 3'600;
constexpr std::size_t status_message_max = 1'024;

std::optional<Millis> retry_time(std::optional<std::uint64_t> seconds) {
  if (!seconds) return std::nullopt;
  return Seconds{std::min(*seconds, retry_seconds_max)};
}

bool says_version_too_large(const Document& details) {
  const DocumentArray* causes = child_of(details, "causes").if_array();
  return causes != nullptr && std::ranges::any_of(*causes, [](const Document& cause) {
           return text_of(cause, "reason") == "ResourceVersionTooLarge";
         });
}

}  // namespace

KubeStatus kube_status(const Document& status) {
  KubeStatus made;
  if (const std::int64_t* code = child_of(status, "code").if_int()) {
    made.code = static_cast<int>(std::clamp<std::int64_t>(*code, 0, 999));
  }
  made.reason = text_of(status, "reason").substr(0, status_message_max);
  made.message = text_of(status, "message").substr(0, status_message_max);
  made.details = child_of(status, "details");
  made.version_too_large = says_version_too_large(made.details);
  if (const std::int64_t* seconds = child_of(made.details, "retryAfterSeconds").if_int()) {
    made.retry_after = retry_time(static_cast<std::uint64_t>(std::max<std::int64_t>(*seconds, 0)));
  }
  return made;
}

KubeStatus kube_status(const http::ClientResponse& answer) {
  KubeStatus made;
  if (const auto body = json::parse(answer.body); body.has_value()) {
    if (text_of(*body, "kind") == "Status") made = kube_status(*body);
  }
  made.code = answer.status;
  if (made.message.empty()) made.message = "HTTP status " + std::to_string(answer.status);
  for (const auto& [name, value] : answer.headers) {
    if (!equals_ignoring_case(name, "Retry-After")) continue;
    if (const auto wait = retry_time(parse_u64(value))) made.retry_after = wait;
  }
  return made;
}

ReflectorFailure reflector_failure(const KubeStatus& status) {
  return {.status = status.code,
          .version_too_large = status.version_too_large,
          .retry_after = status.retry_after,
          .text = status.message};
}

}  // namespace mainstay::clusters
