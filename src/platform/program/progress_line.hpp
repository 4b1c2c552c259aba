#pragma once

#include <string_view>

namespace mainstay {

/// A line on standard error that is written over and over while long work goes on, and gone when
/// the work is done. Where nobody watches a terminal nothing is written. One thread.
class ProgressLine {
 public:
  explicit ProgressLine(bool wanted = true);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// Whether somebody watches.
  [[nodiscard]] bool shown() const { return shown_; }
  void show(std::string_view text);

 private:
  bool shown_;
};

}  // namespace mainstay
