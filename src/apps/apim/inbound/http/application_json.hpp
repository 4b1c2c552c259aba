#pragma once

#include "apps/apim/domain/application_edit.hpp"
#include "apps/apim/inbound/http/attributes.hpp"
#include "platform/json/json.hpp"

namespace mainstay::apim {

/// An application as the internal API shows it.
json::Object application_json(const ServiceId& service_id, const Application& application);
/// What is of a wrong type stays in `attributes`: ask checked().
ApplicationChange read_application(Attributes& attributes);
/// Adds what proves who calls, and from where: for whoever asks with credentials=1.
void add_credentials(const Service& service, const Application& application, json::Object& out);
/// Its part that the application holds itself: `application_keys` and `referrer_filters`.
void add_keys_and_filters(const Application& application, json::Object& out);

}  // namespace mainstay::apim
