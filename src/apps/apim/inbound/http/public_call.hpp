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

}  // namespace mainstay::apim
