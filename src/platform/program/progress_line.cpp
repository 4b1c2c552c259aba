#include "platform/program/progress_line.hpp"

#include <cstdio>
#include <unistd.h>

namespace mainstay {
namespace {

constexpr const char* clear_line = "\r\033[K";

}  // namespace

ProgressLine::ProgressLine(bool wanted) : shown_(wanted && ::isatty(STDERR_FILENO) == 1) {}

ProgressLine::~ProgressLine() {
  if (shown_) std::fputs(clear_line, stderr);
}

void ProgressLine::show(std::string_view text) {
  if (!shown_) return;
  std::fprintf(stderr, "%s%.*s", clear_line, static_cast<int>(text.size()), text.data());
}

}  // namespace mainstay
