#pragma once

#include "base/clock.hpp"
#include "platform/http/request.hpp"

namespace mainstay::http {

/// The moment that a test's request names in `X-Test-Now` (Unix seconds, up to six digits of
/// fraction); `otherwise` when it names none or not well. Only for servers with
/// ServerOptions::test_clock.
SystemTime test_time(const Request& request, SystemTime otherwise);

}  // namespace mainstay::http
