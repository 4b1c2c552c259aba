#pragma once

#include "apps/apim/domain/application_edit.hpp"
#include "apps/apim/inbound/http/attributes.hpp"
#include "apps/apim/inbound/http/internal_call.hpp"

namespace mainstay::apim {

/// An application as the internal API shows it, and as it takes one.
json::Object application_json(const ServiceId& service_id, const Application& application);
/// Adds what proves who calls, and from where: for whoever asks with credentials=1.
void add_credentials(const Service& service, const Application& application, json::Object& out);
ApplicationChange read_application(Attributes& attributes);

}  // namespace mainstay::apim
