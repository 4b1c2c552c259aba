#include "apps/clusters/app_prices.hpp"

#include "apps/clusters/ports/instance_catalogue.hpp"
#include "apps/clusters/ports/policy.hpp"

namespace mainstay::clusters {

struct PricesApp::Impl {
  Platform& platform;
};

PricesApp::PricesApp(Platform& platform) : impl_(std::make_unique<Impl>(platform)) {}
PricesApp::~PricesApp() = default;

InstanceCatalogue* PricesApp::catalogue() { return nullptr; }
Policy* PricesApp::policy() { return nullptr; }

Result<> PricesApp::start() { return {}; }
void PricesApp::register_routes(http::Router& /*router*/) {}
Result<> PricesApp::run() { return {}; }
void PricesApp::drain() {}
void PricesApp::stop() {}

}  // namespace mainstay::clusters
