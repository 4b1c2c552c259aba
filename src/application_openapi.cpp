#include "application_openapi.hpp"

#include <string_view>
#include <utility>

#include "apps/apim/inbound/http/openapi.hpp"
#include "platform/openapi/site.hpp"

namespace mainstay {

// Generated from each module's openapi.json.
namespace front {
std::string_view asset(std::string_view name);
}
namespace gate {
std::string_view asset(std::string_view name);
}
namespace health {
std::string_view asset(std::string_view name);
}
namespace demo {
std::string_view asset(std::string_view name);
}

Result<openapi::Document::Rendered> describe_routes(std::span<const http::Router::Route> routes) {
  constexpr std::string_view file = "openapi.json";
  openapi::Document document;
  MS_TRY_VOID(apim::describe(document));
  MS_TRY_VOID(document.add("platform/gate", gate::asset(file)));
  MS_TRY_VOID(document.add("apps/demo", demo::asset(file)));
  MS_TRY_VOID(document.add("platform/health", health::asset(file)));
  MS_TRY_VOID(document.add("platform/front", front::asset(file)));
  MS_TRY_VOID(openapi::describe(document));
  return document.render(
      {.title = "Mainstay",
       .version = MS_VERSION,
       .description = "Every route of this process. Limits of sizes and times are settings "
                      "(`mainstay settings explain`)."},
      routes);
}

}  // namespace mainstay
