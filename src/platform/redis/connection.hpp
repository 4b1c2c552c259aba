#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "platform/redis/reply.hpp"

namespace mainstay::redis {

/// Where a Redis is: `redis://[USER@]HOST[:PORT][/DATABASE]` or `unix:///PATH[?db=DATABASE]`.
struct Address {
  std::string host;
  std::uint16_t port = 6379;
  std::string unix_path;  // instead of host and port
  std::string user;
  int database = 0;
};

/// Error url_invalid. A password in it is refused: command lines are seen by everybody.
Result<Address> parse_address(std::string_view url);

using Command = std::vector<std::string>;

/// A connection that waits for its answers. One thread, not an I/O thread.
class Connection {
 public:
  struct Options {
    std::string password;     // empty: none
    Millis deadline{10'000};  // of connecting, and of each answer's next bytes
    ReplyLimits limits;
  };
  /// Connects, authenticates and selects the database. Errors: unreachable, timed_out, refused.
  static Result<Connection> open(const Address& address, Options options);

  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  /// Sends all commands at once and gives their replies in order. A reply that is an error fails
  /// the call (refused). After any error the connection is of no use.
  Result<std::vector<Reply>> call(const std::vector<Command>& commands);
  Result<Reply> call(const Command& command);

 private:
  struct Impl;
  explicit Connection(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::redis
