#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "platform/mail/sender.hpp"

namespace mainstay::http {
class Router;
}

namespace mainstay::mail {

/// Mail for development: each message becomes a file NAME.eml, which every mail program opens, and
/// NAME.json, which the page shows. Files are 0600; the newest `messages_max` stay.
class Outbox final : public Sender {
 public:
  explicit Outbox(std::string folder, std::size_t messages_max = 1'000)
      : folder_(std::move(folder)), messages_max_(messages_max) {}

  Result<> send(const Letter& letter) override;

  /// Names, newest first.
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] std::optional<Message> find(std::string_view name) const;

  /// GET /dev/outbox and /dev/outbox/{name}: for clients on this machine, asking for it by a
  /// loopback name; others get 404. The outbox outlives the router.
  void register_routes(http::Router& router) const;

 private:
  std::string folder_;
  std::size_t messages_max_;
};

}  // namespace mainstay::mail
