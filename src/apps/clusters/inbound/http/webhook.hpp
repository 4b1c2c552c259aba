#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "platform/http/request.hpp"

namespace mainstay::clusters {

/// Which forge a webhook comes from: how it shows the secret.
enum class WebhookKind : std::uint8_t { github, gitlab, gitea };

/// What a webhook says. It only makes us look: what is so is asked of the forge itself, so that one
/// that is replayed, or comes late, cannot tell anything wrong.
struct ForgeNews {
  std::int64_t pull_request = 0;  // 0: of something else, a ping or a push
  std::string delivery = {};      // the forge's own id of this message
};

/// Checks the secret: HMAC-SHA256 over the body in X-Hub-Signature-256 (GitHub, and Gitea, which
/// has it in X-Gitea-Signature too), or X-Gitlab-Token itself; in constant time. Then that the pull
/// request it tells of was touched within Webhooks::window of `now`, where the body says when.
/// Errc::permission_missing, Errc::body_invalid.
Result<ForgeNews> read_webhook(WebhookKind kind, const http::Request& request,
                               std::string_view secret, SystemTime now);

/// Deliveries that were seen within the window. One thread at a time.
class Webhooks {
 public:
  static constexpr Seconds window{600};
  static constexpr std::size_t remembered_max = 10'000;  // the oldest is forgotten beyond

  /// False: it was seen before. An empty id is new each time.
  bool is_new(const std::string& delivery, SystemTime now);

 private:
  struct Seen {
    std::string delivery;
    SystemTime at;
  };
  std::deque<Seen> in_order_;
  std::unordered_set<std::string> all_;
};

}  // namespace mainstay::clusters
