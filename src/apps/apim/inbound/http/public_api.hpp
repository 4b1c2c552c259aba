#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "apps/apim/catalog_service.hpp"
#include "apps/apim/domain/authorize.hpp"
#include "apps/apim/domain/metering.hpp"
#include "apps/apim/domain/notices.hpp"
#include "apps/apim/domain/report.hpp"
#include "apps/apim/inbound/http/authorize_query.hpp"
#include "apps/apim/inbound/http/parameters.hpp"
#include "apps/apim/inbound/http/status_xml.hpp"
#include "apps/apim/ports/counters.hpp"
#include "apps/apim/ports/events.hpp"
#include "apps/apim/ports/record_log.hpp"
#include "apps/apim/probe.hpp"
#include "platform/http/router.hpp"

namespace mainstay::health {
class Health;
}

namespace mainstay::apim {

/// The Service Management API: parses, decides, renders, on the I/O thread that read the request.
/// Everything below is a reference to what the app owns and outlives the server.
struct PublicApiParts {
  CatalogService& catalog;
  Counters& counters;
  ErrorLists& errors;
  Notices& notices;
  MasterMeter& meter;
  Probe& probe;
  const RecordLog& log;
  const health::Health* health = nullptr;  // whether it drains; null: never
  ReferrerMatch referrer_match = ReferrerMatch::whole;
  std::size_t threads = 1;  // I/O threads; a request's `thread` is below it
  std::uint64_t seed = 0;   // secret; see Parameters
};

class PublicApi {
 public:
  explicit PublicApi(const PublicApiParts& parts);

  /// All public routes, and the answers to what matches none of them: an empty 404, and 204 to
  /// OPTIONS. `everywhere`: for unknown paths of any kind, on a listener of its own; else below the
  /// API's own paths only.
  void register_routes(http::Router& router, bool everywhere);

 private:
  /// What one I/O thread works with, kept from request to request.
  struct Workspace {
    Workspace(CatalogService& catalog, std::uint64_t seed)
        : reader(catalog), queries(seed), parameters(seed) {}
    CatalogReader reader;
    AuthorizeQueries queries;
    Parameters parameters;  // of a report
    std::vector<ReportedTransaction> transactions;
    StatusXml xml;
    WindowsOfNow windows_of_now;
  };
  struct Call;

  void authorize(CallKind kind, const http::Request& request, http::Response& response);
  Result<> try_authorize(Call& call);
  Result<> prepare(Call& call, AuthorizeQuery& query);
  void render(Call& call);
  void report(const http::Request& request, http::Response& response);
  Result<> try_report(Call& call);
  Result<> count_transactions(Call& call, const Service& service, std::string_view provider_key,
                              std::string_view key);
  Result<> drop_report(Call& call, const Service& service, const Error& error,
                       std::optional<std::size_t> wrong);
  void meter(const Call& call, const MeteredCalls& metered);
  void refuse(Call& call, const Error& error);
  void refuse_unrecorded(Call& call);
  void keep_error(Call& call, std::string_view service_id, const Error& error);

  PublicApiParts parts_;
  Authorizer authorizer_;
  std::vector<std::unique_ptr<Workspace>> workspaces_;
};

}  // namespace mainstay::apim
