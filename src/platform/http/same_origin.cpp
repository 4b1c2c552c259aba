#include "platform/http/same_origin.hpp"

#include "base/text.hpp"

namespace mainstay::http {

bool is_from_here(const Request& request) {
  if (const auto site = request.header("Sec-Fetch-Site"); !site.empty()) {
    return site == "same-origin" || site == "none";
  }
  if (!request.has_header("Origin")) return true;
  const std::string_view origin = request.header("Origin");
  const auto host = origin.find("://");
  return host != std::string_view::npos &&
         equals_ignoring_case(origin.substr(host + 3), request.header("Host"));
}

}  // namespace mainstay::http
