#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace mainstay::tls {

/// Until when the first certificate of a PEM file is good. Errc::certificate_invalid names the
/// file.
Result<SystemTime> certificate_end(const std::string& file);

}  // namespace mainstay::tls
