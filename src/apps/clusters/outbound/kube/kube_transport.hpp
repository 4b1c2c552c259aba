#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"
#include "platform/http/client.hpp"

namespace mainstay::clusters {

/// A request to a cluster's API server, without who asks.
struct KubeCall {
  http::Method method = http::Method::get;
  std::string path = {};  // with its query
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string content_type = {};
  std::string body = {};
  Millis deadline{30'000};  // of a stream: until its head has come
  std::size_t response_bytes_max = 8U << 20U;
};

/// What carries calls to the API server and answers back, and the thread on which all of that
/// happens: `done`, parts and timers run there, one at a time. Any thread may call.
class KubeTransport {
 public:
  using Done = UniqueFunction<void(Result<http::ClientResponse>)>;
  using CallId = std::uint64_t;

  virtual ~KubeTransport() = default;

  virtual void call(KubeCall call, Done done) = 0;
  /// The body of a 2xx in parts; `stream.idle_max` without a byte ends it.
  virtual CallId stream(KubeCall call, http::ClientStream stream, Done done) = 0;
  /// Its `done` gets an error, unless it has ended.
  virtual void cancel(CallId id) = 0;
  virtual void after(Millis wait, UniqueFunction<void()> work) = 0;
};

}  // namespace mainstay::clusters
