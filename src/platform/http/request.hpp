#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace mainstay::http {

enum class Method : std::uint8_t { get, head, post, put, delete_, patch, options, other };

std::string_view to_text(Method method);

struct Header {
  std::string_view name;   // as sent; compare with equals_ignoring_case
  std::string_view value;  // without blanks at the ends
};

/// The parts of a path that a route's pattern names, percent-decoded. At most `count_max` a route.
class PathParams {
 public:
  static constexpr std::size_t count_max = 6;

  /// The text of parameter `name`; empty when the pattern has none of that name.
  [[nodiscard]] std::string_view text(std::string_view name) const;
  /// The value of a `{name:u64}` parameter; the router has already refused anything else.
  [[nodiscard]] std::uint64_t number(std::string_view name) const;

  void clear() { count_ = 0; }
  /// `name` must outlive the request (it is the pattern's).
  void add(std::string_view name, std::string value);

 private:
  struct Param {
    std::string_view name;
    std::string value;
  };
  Param params_[count_max];
  std::size_t count_ = 0;
};

/// A parsed request. All views point into the connection's buffer: they are valid until the answer
/// is complete. A handler that defers its answer must copy what it takes to another thread.
struct Request {
  Method method = Method::get;
  std::string_view target;  // as sent
  std::string_view path;    // of the target, still percent-encoded
  std::string_view query;   // after '?', still encoded; empty when there is none
  std::span<const Header> headers;
  std::string_view body;  // whole, unchunked
  std::string_view peer;  // client address as text, without port
  bool tls = false;
  bool keep_alive = true;
  bool http_1_1 = true;    // or later; else 1.0
  SystemTime at{};         // wall clock when the request was complete
  std::uint64_t id = 0;    // unique in this process; request_id() for people
  std::size_t thread = 0;  // the I/O thread, 0 .. threads-1
  PathParams params;

  /// The first header of that name, blanks removed; empty when absent.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  [[nodiscard]] bool has_header(std::string_view name) const;
};

/// The client's `X-Request-ID` when it is 1 to 128 characters of [A-Za-z0-9._-], else the request's
/// own id in hexadecimal.
std::string request_id(const Request& request);

}  // namespace mainstay::http
