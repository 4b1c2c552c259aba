#include "apps/apim/inbound/http/openapi.hpp"

#include <string_view>
#include <vector>

namespace mainstay::apim {

namespace routes {  // generated from openapi/*.json
std::string_view asset(std::string_view name);
std::vector<std::string_view> asset_names();
}  // namespace routes

Result<> describe(openapi::Document& document) {
  for (const std::string_view name : routes::asset_names()) {
    MS_TRY_VOID(document.add(name, routes::asset(name)));
  }
  return {};
}

}  // namespace mainstay::apim
