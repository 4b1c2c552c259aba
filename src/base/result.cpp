#include "base/result.hpp"

#include "base/check.hpp"

namespace mainstay {

void no_value(const Error& error) noexcept {
  check_failed(error.message().c_str(), __FILE__, __LINE__);
}

void no_error() noexcept { check_failed("has_error()", __FILE__, __LINE__); }

}  // namespace mainstay
