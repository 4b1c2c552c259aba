#pragma once

#include <array>
#include <cstdint>

#include "platform/http/server.hpp"
#include "platform/log/log.hpp"
#include "platform/metrics/metrics.hpp"

namespace mainstay::http {

enum class AccessLogFormat : std::uint8_t { none, text, json };

struct AccessLogOptions {
  AccessLogFormat format = AccessLogFormat::text;
  bool raw_credentials = false;  // else shown as `***` and their last four characters
};

/// One line a request, and the server's own series: requests by status class, seconds to answer,
/// refusals. Called on the I/O threads; formatting happens there, writing on the log's.
///
/// The text line is the one of 3scale's listener: peer, user, time, method, path with query,
/// protocol, status, length, seconds, request id and quoted extensions.
class AccessLog final : public Observer {
 public:
  AccessLog(const AccessLogOptions& options, log::Log& log, metrics::Registry& registry);

  void answered(const Request& request, const Answer& answer) override;
  void refused(std::string_view peer, int status, std::string_view code) override;

 private:
  AccessLogOptions options_;
  log::Log& log_;
  std::array<metrics::Counter*, 6> by_class_{};  // index: status / 100; 0 for what is none
  metrics::Counter& refusals_;
  metrics::Histogram& seconds_;
};

}  // namespace mainstay::http
