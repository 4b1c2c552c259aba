#pragma once

#include <array>
#include <string>

#include "apps/apim/domain/authorize.hpp"

namespace mainstay::apim {

/// Writes the body of an authorize or authrep answer; element order and texts are the protocol's.
/// Keeps the formatted windows of the last minute, which most answers share. One per I/O thread.
class StatusXml {
 public:
  void append(std::string& out, const Status& status, const AuthorizeCommand& command);

 private:
  void append_report(std::string& out, const Status& status, const UsageReport& report);
  const std::string& window_text(const Windows& windows, Period period);

  Windows windows_{};
  std::array<std::string, period_count> window_texts_;
};

/// `<?xml ...?><error code="CODE">MESSAGE</error>`
void append_error_xml(std::string& out, const Error& error);

}  // namespace mainstay::apim
