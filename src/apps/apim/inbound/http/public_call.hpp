#pragma once

#include "apps/apim/inbound/http/public_api.hpp"
#include "platform/http/request.hpp"
#include "platform/http/response.hpp"

namespace mainstay::apim {

/// One public request on its way through: what came, what is known of it so far, where the answer
/// goes.
struct PublicApi::Call {
  Call(CallKind kind_of, const http::Request& from, http::Response& to, Workspace& with,
       const CatalogReader::Reading& reading, bool can_record)
      : kind(kind_of),
        request(from),
        response(to),
        work(with),
        catalog(reading.catalog()),
        version(reading.version()),
        records(can_record) {}

  CallKind kind;
  const http::Request& request;
  http::Response& response;
  Workspace& work;
  const Catalog& catalog;
  std::uint64_t version;  // of the catalog
  bool records;           // false while nothing can be: then only what reads is answered
  Extensions extensions{};
  CallerKeys caller{};  // once the parameters are read
  // Of authorize and authrep, once the query is read: the query's.
  AuthorizeCommand* command = nullptr;
  PreparedCall* prepared = nullptr;

  void take(AuthorizeQuery& query);
};

inline constexpr std::string_view xml_type = "application/vnd.3scale-v2.0+xml";

/// The headers of every answer, and those of an answer to an error.
void add_cors_headers(http::Response& response);
void add_common_headers(http::Response& response);

/// What is answered, on all paths of this app, when a handler threw.
void answer_failure(const http::Request& request, http::Response& response);

/// The parameters that every call has, normalised: blanks cut, empty and non-text ones absent.
CallerKeys caller_keys(const Parameters& parameters);

/// `usage[METRIC]=VALUE` as a list. Error usage_format_invalid when `usage` is no map.
Result<> read_usage(const Parameters& parameters, const Parameters::Node* usage,
                    std::vector<UsageParameter>& out);

/// `log[code]`: a status of three digits, else 0.
int read_log_code(const Parameters& parameters, const Parameters::Node* log);

}  // namespace mainstay::apim
