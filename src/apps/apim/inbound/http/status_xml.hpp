#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "apps/apim/domain/authorize.hpp"

namespace mainstay::apim {

/// The body of the last authorized answer: all answers to a call that was prepared once differ in
/// the current values only, as long as the minute is the same.
struct StatusXmlFrame {
  struct Value {  // digits in the text
    std::size_t at;
    std::size_t size;
  };
  std::optional<Window> minute;
  std::string text;
  std::vector<Value> values;  // the reports' current ones

  void put(std::size_t report, std::int64_t value);
};

/// Writes the body of an authorize or authrep answer; element order and texts are the protocol's.
/// Keeps the formatted windows of the last minute, which most answers share. One per I/O thread.
class StatusXml {
 public:
  void append(std::string& out, const Status& status, const AuthorizeCommand& command);
  /// The same, with the help of a frame; an empty one is filled in.
  void append(std::string& out, const Status& status, const AuthorizeCommand& command,
              StatusXmlFrame& frame);

 private:
  template <class AppendCurrent>
  void render(std::string& out, const Status& status, const AuthorizeCommand& command,
              const AppendCurrent& append_current);
  void open_report(std::string& out, const Status& status, const UsageReport& report);
  const std::string& window_text(const Windows& windows, Period period);

  Windows windows_{};
  std::array<std::string, period_count> window_texts_;
};

/// `<?xml ...?><error code="CODE">MESSAGE</error>`
void append_error_xml(std::string& out, const Error& error);

}  // namespace mainstay::apim
