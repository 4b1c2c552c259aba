#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "platform/http/client.hpp"
#include "platform/http/client_url.hpp"

namespace mainstay::http {

/// The text of a request. Refused (request_invalid): header names that are no tokens, control
/// characters in values, and headers that frame the message or name its host, which are ours to
/// write.
Result<std::string> render_client_request(const ClientRequest& request, const ClientUrl& url);

/// Parses one answer as it comes in: sized, chunked or until the connection closes. Interim answers
/// (1xx) are passed over. Bounds: the body by the given limit, the head 64 KiB, eight interim
/// answers. `streams`: the body of a 2xx has no bound, since it is taken in parts.
class ResponseReader {
 public:
  ResponseReader(Method method, std::size_t body_bytes_max, bool streams = false);
  ~ResponseReader();

  /// True when the answer is complete; what follows it is ignored.
  Result<bool> receive(std::string_view bytes);
  /// The connection was closed. Success when that is how the answer ends.
  Result<> end();
  /// With `streams`: what came of a 2xx's body since the last call. Nothing before its head.
  std::optional<std::string> take_part();
  /// The complete answer; once.
  ClientResponse take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mainstay::http
