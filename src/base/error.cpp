#include "base/error.hpp"

namespace mainstay {

std::string Error::message() const {
  std::string out{row_->text};
  if (!detail_.empty()) out.append(": ").append(detail_);
  return out;
}

}  // namespace mainstay
