#include "apps/apim/inbound/http/service_body.hpp"

#include "apps/apim/inbound/http/attributes.hpp"
#include "apps/apim/inbound/http/internal_call.hpp"

namespace mainstay::apim {

Result<ServiceBody> read_service(const InternalCall& call) {
  MS_TRY(const json::Value body, call.body());
  MS_TRY(const json::Value* object, required_object(body, "service"));
  Attributes attributes{*object};
  ServiceBody out;
  out.id = attributes.id<ServiceId>("id");
  out.change.provider_key = attributes.id<ProviderKey>("provider_key");
  out.change.backend_version = attributes.text("backend_version");
  out.change.state = attributes.text("state");
  out.change.referrer_filters_required = attributes.flag("referrer_filters_required");
  out.change.default_service = attributes.flag("default_service");
  out.timezone = attributes.text("timezone");
  MS_TRY_VOID(attributes.checked());
  return out;
}

}  // namespace mainstay::apim
