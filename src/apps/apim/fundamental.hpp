#pragma once

#include <string>

#include "base/strong.hpp"

namespace mainstay::apim {

// The names of the field: a provider (tenant, known by its key) owns services (APIs); an
// application (a consumer, on one plan) belongs to a service; usage of metrics is counted and
// limited per application.
using ProviderKey = Strong<struct ProviderKeyTag, std::string>;
using ServiceId = Strong<struct ServiceIdTag, std::string>;
using ServiceToken = Strong<struct ServiceTokenTag, std::string>;
using ApplicationId = Strong<struct ApplicationIdTag, std::string>;
using ApplicationKey = Strong<struct ApplicationKeyTag, std::string>;
using UserKey = Strong<struct UserKeyTag, std::string>;
using MetricId = Strong<struct MetricIdTag, std::string>;
using PlanId = Strong<struct PlanIdTag, std::string>;

}  // namespace mainstay::apim
