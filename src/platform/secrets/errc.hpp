#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace mainstay::secrets {

enum class Errc : std::uint8_t {
  bad_reference = 1,  // it is none, or malformed
  unavailable,        // what it names is not there, or out of reach now
  refused,            // whoever keeps it says no
  malformed,          // what it names is not what it should be, or has been tampered with
  too_large,
  unwritable,  // a file for it cannot be written
};
const ErrorRow& error_row(Errc code);

}  // namespace mainstay::secrets
