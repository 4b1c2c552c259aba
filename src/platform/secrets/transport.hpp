#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "platform/http/client.hpp"

namespace mainstay::secrets {

/// How requests leave, and how time passes between two of them. One thread.
class Transport {
 public:
  virtual ~Transport() = default;
  /// Blocks until the answer is there.
  virtual Result<http::ClientResponse> send(http::ClientRequest request) = 0;
  virtual void pause(Millis how_long) = 0;
  [[nodiscard]] virtual SteadyTime now() const = 0;
};

/// Over platform/http's client, whose thread lives from the first request on.
class HttpTransport final : public Transport {
 public:
  /// `ca_file`: roots besides the system's, PEM; may be empty.
  explicit HttpTransport(std::string ca_file);
  ~HttpTransport() override;
  Result<http::ClientResponse> send(http::ClientRequest request) override;
  void pause(Millis how_long) override;
  [[nodiscard]] SteadyTime now() const override;

 private:
  std::string ca_file_;
  std::unique_ptr<http::Client> client_;
};

/// Sends until there is an answer other than 429, 500, 502, 503 or 504, at most attempts_max times
/// and until `deadline` has passed. Waits between two attempts what Retry-After asks for, else
/// 200 ms and twice as long each time.
Result<http::ClientResponse> send_until_answered(Transport& transport,
                                                 const http::ClientRequest& request,
                                                 SteadyTime deadline);

}  // namespace mainstay::secrets
