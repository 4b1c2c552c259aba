#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "apps/clusters/access.hpp"
#include "base/locked.hpp"
#include "platform/http/body_stream.hpp"

namespace mainstay::clusters {

/// A server-sent event (HTML, 9.2): its name, its number among the hub's and one line of JSON.
std::string event_text(std::string_view name, std::uint64_t number, std::string_view json);

/// Those who listen to server-sent events. Any thread. Bounds: Limits::subscribers_max listeners,
/// beyond which they are told 503, and subscribers_of_one_max of one account (429); who is more
/// than 4 MiB behind is cut off and may come again. A stream ends with what admitted its listener.
class EventHub {
 public:
  /// Answers with a stream of what is published with that key; "" for everything. Null when that
  /// was refused, and answered.
  std::shared_ptr<http::BodyStream> listen(const http::Request& request, http::Response& response,
                                           std::string key, const Asker& asker);

  enum class Then : std::uint8_t { go_on, end };  // end: of the streams of that very key
  void publish(std::string_view key, std::string_view name, std::string_view json,
               Then then = Then::go_on);
  /// The same to one listener only: what is so when it begins.
  void tell(http::BodyStream& stream, std::string_view name, std::string_view json);

  /// A comment to everybody, so that proxies leave quiet streams open.
  void keep_alive();

  [[nodiscard]] std::size_t listeners() const;
  /// Nobody hears more, and nobody new.
  void close();

 private:
  Result<> make_room(const std::string& owner);

  struct Listener {
    std::string key;
    std::string owner;  // whose account; empty: nobody asked
    std::shared_ptr<http::BodyStream> stream;
  };
  struct State {
    std::vector<Listener> listeners;
    std::uint64_t number = 0;
    bool is_closed = false;
  };
  Locked<State> state_;
};

}  // namespace mainstay::clusters
