#include "platform/secrets/transport.hpp"

#include <algorithm>
#include <optional>
#include <poll.h>
#include <utility>

#include "base/text.hpp"
#include "platform/secrets/errc.hpp"
#include "platform/secrets/limits.hpp"

namespace mainstay::secrets {
namespace {

bool may_succeed_later(int status) {
  return status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

bool may_succeed_later(const Error& error) {
  return error.is(http::ClientErrc::connect_failed) || error.is(http::ClientErrc::resolve_failed) ||
         error.is(http::ClientErrc::response_invalid);
}

std::optional<Millis> retry_after(const http::ClientResponse& response) {
  for (const auto& [name, value] : response.headers) {
    if (!equals_ignoring_case(name, "retry-after")) continue;
    const auto seconds = parse_u64(trimmed(value));
    if (seconds)
      return Millis{static_cast<std::int64_t>(std::min<std::uint64_t>(*seconds, 3600)) * 1000};
  }
  return std::nullopt;
}

}  // namespace

HttpTransport::HttpTransport(std::string ca_file) : ca_file_(std::move(ca_file)) {}
HttpTransport::~HttpTransport() {
  if (client_ != nullptr) client_->stop();
}

Result<http::ClientResponse> HttpTransport::send(http::ClientRequest request) {
  if (client_ == nullptr) {
    http::ClientOptions options;
    options.ca_file = ca_file_;
    client_ = std::make_unique<http::Client>(options);
  }
  return http::send_and_wait(*client_, std::move(request));
}

void HttpTransport::pause(Millis how_long) {
  ::poll(nullptr, 0, static_cast<int>(how_long.count()));  // nothing to wait for but time itself
}

SteadyTime HttpTransport::now() const { return MachineClock{}.steady(); }

Result<http::ClientResponse> send_until_answered(Transport& transport,
                                                 const http::ClientRequest& request,
                                                 SteadyTime deadline) {
  Millis pause = pause_min;
  for (int attempt = 1;; ++attempt) {
    const auto left = std::chrono::duration_cast<Millis>(deadline - transport.now());
    if (left <= Millis{0}) return Error{Errc::unavailable, "no answer in time"};
    http::ClientRequest copy = request;
    copy.deadline = left;
    copy.response_bytes_max = answer_bytes_max;
    copy.trust = http::Trust::operator_address;
    auto answer = transport.send(std::move(copy));
    const bool again =
        answer ? may_succeed_later(answer->status) : may_succeed_later(answer.error());
    if (!again || attempt == attempts_max) return answer;
    const Millis wait =
        std::min((answer ? retry_after(*answer) : std::nullopt).value_or(pause), pause_max);
    if (wait >= deadline - transport.now()) return answer;
    transport.pause(wait);
    pause *= 2;
  }
}

}  // namespace mainstay::secrets
