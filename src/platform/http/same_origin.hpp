#pragma once

#include "platform/http/request.hpp"

namespace mainstay::http {

/// Whether a browser may have sent this for a page of ours: `Sec-Fetch-Site` decides where it is
/// there (no page can forge it, and it holds behind a proxy that gives us another `Host`), else an
/// `Origin` must have our host. A client that sends neither is no browser's page.
bool is_from_here(const Request& request);

}  // namespace mainstay::http
