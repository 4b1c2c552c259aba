#include "apps/apim/inbound/gate/gate_route.hpp"

namespace mainstay::apim {

std::unique_ptr<gate::Admission> ServiceGate::admission(std::span<const gate::Charge> charges) {
  for (const gate::Charge& charge : charges) metrics_.push_back(charge.metric);
  return std::make_unique<Route>(*this, charges);
}

void ServiceGate::Route::answered(std::string_view caller, int status, SystemTime at,
                                  std::size_t thread) {
  if (response_code_metrics(status).of_class.empty() || !gate_.parts_.log.accepts()) return;
  const UnixSeconds now = unix_seconds(at);
  Workspace& work = *gate_.workspaces_[thread];
  const CatalogReader::Reading reading{work.reader};
  const Service* service = reading.catalog().services.find(gate_.service_id_.get());
  if (service == nullptr) return;
  Charge charge{{gate_.service_id_.get(), caller}, now, {}, status};
  if (service->zone != nullptr) charge.windows = &work.windows_of_now.at(now, service->zone);
  Traffic traffic;  // the charge before this one has told of it
  // Nothing to compare: one lock, where a batch takes those of all its applications.
  gate_.parts_.counters.check_and_charge({}, charge, now, traffic);
}

}  // namespace mainstay::apim
