#include "apps/clusters/commands/audit.hpp"

#include <cstdio>
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/clusters/app_changes.hpp"
#include "apps/clusters/audit_export.hpp"
#include "apps/clusters/ports/audit_log.hpp"
#include "base/clock.hpp"
#include "platform/json/json.hpp"
#include "platform/program/stores.hpp"
#include "platform/tls/digest.hpp"

namespace mainstay::clusters {
namespace {

constexpr std::size_t page_records = 1'000;

Result<std::vector<AuditRecord>> read_page(AuditLog& log, std::int64_t after) {
  std::promise<Result<std::vector<AuditRecord>>> promise;
  auto answer = promise.get_future();
  log.read(after, page_records, [&promise](Result<std::vector<AuditRecord>> page) {
    promise.set_value(std::move(page));
  });
  return answer.get();
}

/// All of it goes through the chain; what is wrong with it, if anything.
struct Walk {
  std::int64_t records = 0;
  std::string last_hash = audit_root();
  std::optional<std::string> broken = {};
};

template <class Each>
Result<Walk> walk(AuditLog& log, Each each) {
  Walk out;
  AuditChain chain{tls::sha256};
  while (true) {
    MS_TRY(const auto page, read_page(log, out.records));
    for (const AuditRecord& record : page) {
      out.broken = chain.next(record);
      if (out.broken) return out;
      each(record);
      out.records = record.sequence;
      out.last_hash = record.hash;
    }
    if (page.size() < page_records) return out;
  }
}

int verify(const Call& call, AuditLog& log) {
  const auto walked = walk(log, [](const AuditRecord&) {});
  if (walked.has_error()) return call.fail(walked.error().message());
  if (call.json) {
    std::printf("%s\n", json::dump(json::Object{{"intact", !walked->broken},
                                                {"records", walked->records},
                                                {"last_hash", walked->last_hash},
                                                {"broken", walked->broken.value_or("")}})
                            .c_str());
  } else if (!walked->broken) {
    std::printf("%lld records, unbroken; the last hash is %s\n",
                static_cast<long long>(walked->records), walked->last_hash.c_str());
  }
  if (!walked->broken) return exit_ok;
  return call.fail("the audit log was tampered with: " + *walked->broken);
}

int audit(const Call& call) {
  const MachineClock clock;
  auto store = open_store(call.product, *call.settings);
  if (store.has_error()) return call.fail(store.error().message());
  const auto log = make_audit_log(**store, clock);
  if (call.has("--verify")) return verify(call, *log);
  const bool as_events = call.has("--cloudevents");
  std::string text;
  const auto walked = walk(*log, [&](const AuditRecord& record) {
    text.clear();
    if (as_events) {
      append_cloud_event(text, record);
      text += '\n';
    } else {
      append_audit_line(text, record);
    }
    std::fwrite(text.data(), 1, text.size(), stdout);
  });
  if (walked.has_error()) return call.fail(walked.error().message());
  if (walked->broken) return call.fail("the audit log was tampered with: " + *walked->broken);
  return exit_ok;
}

}  // namespace

Command audit_command() {
  return {.name = "clusters audit",
          .help =
              "who changed what, as JSON lines on standard output; --verify checks that nobody "
              "rewrote it",
          .arguments = {flag("--verify", "only follow the chain of hashes, from the first record"),
                        flag("--cloudevents", "a CloudEvent 1.0 a line")},
          .run = audit};
}

}  // namespace mainstay::clusters
