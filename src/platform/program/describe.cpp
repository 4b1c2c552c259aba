#include "platform/program/describe.hpp"

#include <string_view>

#include "platform/openapi/site.hpp"
#include "platform/program/product.hpp"

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

Result<openapi::Document::Rendered> describe_routes(const Product& product, bool has_gate,
                                                    std::span<const http::Router::Route> routes) {
  constexpr std::string_view file = "openapi.json";
  openapi::Document document;
  for (const auto& module : product.modules) MS_TRY_VOID(module->describe(document));
  if (has_gate) MS_TRY_VOID(document.add("platform/gate", gate::asset(file)));
  MS_TRY_VOID(document.add("platform/health", health::asset(file)));
  MS_TRY_VOID(document.add("platform/front", front::asset(file)));
  MS_TRY_VOID(openapi::describe(document));
  return document.render({.title = product.title,
                          .version = product.version,
                          .description = "Every route of this process. Limits of sizes and times "
                                         "are settings (`" +
                                         product.name + " settings explain`)."},
                         routes);
}

}  // namespace mainstay
