#include "apps/exchange/domain/command.hpp"

#include <algorithm>

namespace mainstay::exchange {

ClientOrderId::ClientOrderId(std::string_view text)
    : size_(static_cast<std::uint8_t>(std::min(text.size(), size_max))) {
  std::copy_n(text.begin(), size_, text_.begin());
}

Name::Name(std::string_view text)
    : size(static_cast<std::uint8_t>(std::min(text.size(), size_max))) {
  std::copy_n(text.begin(), size, chars.begin());
}

}  // namespace mainstay::exchange
