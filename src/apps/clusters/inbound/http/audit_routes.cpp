#include "apps/clusters/inbound/http/audit_routes.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/clusters/audit_export.hpp"
#include "apps/clusters/errc.hpp"
#include "apps/clusters/roles.hpp"
#include "base/text.hpp"
#include "platform/http/form.hpp"
#include "platform/http/json_reply.hpp"

namespace mainstay::clusters {
namespace {

constexpr std::size_t records_of_a_page = 1'000;

struct AuditPage {
  std::int64_t after = 0;
  std::size_t limit = records_of_a_page;
  bool as_events = false;
};

Result<AuditPage> read_audit_query(const http::Request& request) {
  const auto refused = [](std::string_view why) {
    return Error{Errc::query_invalid, std::string{why}};
  };
  const auto fields = http::parse_form(request.query, 10);
  if (!fields) return refused("the query is not well formed");
  AuditPage out;
  for (const auto& [name, value] : *fields) {
    const auto number = parse_u64(value);
    if (name == "after" && number && *number <= INT64_MAX) {
      out.after = static_cast<std::int64_t>(*number);
    } else if (name == "limit" && number && *number >= 1 && *number <= 10'000) {
      out.limit = *number;
    } else if (name == "format" && (value == "jsonl" || value == "cloudevents")) {
      out.as_events = value == "cloudevents";
    } else {
      return refused(name.substr(0, 40) +
                     ": after (a number), limit (1 to 10000) and format (jsonl, cloudevents) are "
                     "taken");
    }
  }
  return out;
}

void answer_audit(http::Response& response, const AuditPage& page,
                  const std::vector<AuditRecord>& records, Digest sha256) {
  std::optional<std::string> broken;
  AuditChain chain{sha256, page.after,
                   page.after == 0 || records.empty() ? audit_root() : records.front().previous};
  std::string& out = response.body();
  if (page.as_events) out += '[';
  for (const AuditRecord& record : records) {
    if (!broken) broken = chain.next(record);
    if (!page.as_events) {
      append_audit_line(out, record);
      continue;
    }
    if (&record != &records.front()) out += ",\n";
    append_cloud_event(out, record);
  }
  if (page.as_events) out += "]\n";
  response.content_type(page.as_events ? "application/cloudevents-batch+json"
                                       : "application/x-ndjson");
  response.header("X-Audit-Chain", broken ? "broken: " + *broken : "intact");
  if (!records.empty()) response.header("X-Audit-Last", std::to_string(records.back().sequence));
  response.header_block("Cache-Control: no-store\r\n");
}

void audit_busy(http::Response& response) { http::refuse_problem(response, Errc::busy); }

}  // namespace

void register_audit_routes(http::Router& router, const Access& access, AuditLog& log,
                           Digest sha256) {
  router.add(http::Method::get, "/clusters/audit",
             access.require(audit_role, [&log, sha256](const http::Request& request,
                                                       http::Response& response, const Asker&) {
               const auto page = read_audit_query(request);
               if (page.has_error()) return http::refuse_problem(response, page.error());
               auto reply = std::make_shared<http::JsonReply>(response, audit_busy);
               log.read(page->after, page->limit,
                        [reply, page = *page, sha256](Result<std::vector<AuditRecord>> records) {
                          reply->give_with(
                              [records = std::move(records), page, sha256](http::Response& late) {
                                if (records.has_error()) {
                                  return http::refuse_problem(late, records.error());
                                }
                                answer_audit(late, page, *records, sha256);
                              });
                        });
             }));
}

}  // namespace mainstay::clusters
