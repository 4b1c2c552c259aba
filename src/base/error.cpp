#include "base/error.hpp"

namespace mainstay {
namespace {

constexpr ErrorRow no_error{"none", "no error", 200, Retry::no};

}  // namespace

Error::Error() noexcept : row_(&no_error) {}

std::string Error::message() const {
  std::string out{row_->text};
  if (!detail_.empty()) out.append(": ").append(detail_);
  return out;
}

}  // namespace mainstay
