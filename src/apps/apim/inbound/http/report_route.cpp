#include "apps/apim/domain/caller.hpp"
#include "apps/apim/inbound/http/call_parameters.hpp"
#include "apps/apim/inbound/http/extensions.hpp"
#include "apps/apim/inbound/http/idempotency_key.hpp"
#include "apps/apim/inbound/http/public_answer.hpp"
#include "apps/apim/inbound/http/public_call.hpp"
#include "apps/apim/inbound/http/report_parameters.hpp"

namespace mainstay::apim {

void PublicApi::report(const http::Request& request, http::Response& response) {
  Workspace& work = *workspaces_[request.thread];
  const CatalogReader::Reading reading{work.reader};
  Call call{CallKind::report, request, response, work, reading, parts_.log.accepts()};
  call.extensions = parse_extensions(request.header("3scale-options"));
  if (!call.records) return refuse_unrecorded(call);
  if (auto done = try_report(call); done.has_error()) {
    refuse(call, done.error());
  } else {
    response.status(202);
    response.content_type(xml_type);
    add_common_headers(response);
  }
  parts_.probe.answered(call.kind, response.status());
}

/// The order of these checks is the protocol's. What is wrong inside a transaction is no refusal,
/// unless `sync=1` asks for one: it goes to the service's error list, and the batch is not counted.
Result<> PublicApi::try_report(Call& call) {
  Parameters& parameters = call.work.parameters;
  parameters.clear();
  MS_TRY_VOID(parameters.add_query(call.request.query));
  MS_TRY_VOID(read_report_body(parameters, call.request));
  call.caller = caller_keys(parameters);
  MS_TRY(const std::string_view provider_key, resolve_provider_key(call.catalog, call.caller));
  if (!parameters.valid_utf8()) return plain_error(Errc::not_valid_data);
  MS_TRY_VOID(check_transactions(parameters, parameters.find("transactions")));
  MS_TRY(const Service* service,
         resolve_service(call.catalog, provider_key, call.caller.service_id));
  MS_TRY(const std::string_view key,
         idempotency_key(parameters.find("idempotency_key"), call.request));
  return count_transactions(call, *service, provider_key, key);
}

Result<> PublicApi::count_transactions(Call& call, const Service& service,
                                       std::string_view provider_key, std::string_view key) {
  const Parameters& parameters = call.work.parameters;
  std::vector<ReportedTransaction>& batch = call.work.transactions;
  std::size_t count = 0;
  const Result<> readable =
      read_transactions(parameters, *parameters.find("transactions"), batch, count);
  const SystemTime now = call.request.at;
  meter(call, {provider_key, 0, static_cast<std::int64_t>(count)});
  if (readable.has_error()) return drop_report(call, service, readable.error(), count - 1);

  const Hierarchy hierarchy = call.extensions.flat_usage ? Hierarchy::flat : Hierarchy::propagate;
  std::optional<std::size_t> wrong;
  const auto counted = count_report(parts_.counters, service, std::span{batch}.first(count),
                                    hierarchy, now, key, &wrong);
  if (counted.has_error()) return drop_report(call, service, counted.error(), wrong);
  for (const Application* one : *counted) {
    parts_.probe.shadow_exceeded(parts_.notices.after_charge(service, *one, unix_seconds(now)));
  }
  return {};
}

/// What becomes of a report that was not counted. `wrong`: the place of the transaction at fault.
/// That its key is not taken is always told, since the report may then be sent again.
Result<> PublicApi::drop_report(Call& call, const Service& service, const Error& error,
                                std::optional<std::size_t> wrong) {
  const bool of_key =
      error.is(Errc::idempotency_key_reused) || error.is(Errc::idempotency_store_full);
  if (!of_key && call.work.parameters.text("sync") != "1") {
    keep_error(call, service.id.get(), error);
    return {};
  }
  if (!wrong) return error;
  return error.with_detail("transaction " + std::to_string(*wrong) + ": " + error.detail());
}

}  // namespace mainstay::apim
