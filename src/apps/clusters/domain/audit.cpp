#include "apps/clusters/domain/audit.hpp"

#include "base/text.hpp"

namespace mainstay::clusters {
namespace {

void append_field(std::string& out, std::string_view text) {
  append_number(out, static_cast<std::int64_t>(text.size()));
  out += ':';
  out += text;
  out += '\n';
}

}  // namespace

std::string audit_root() { return std::string(64, '0'); }

std::string audit_text(const AuditRecord& record) {
  std::string out = "mainstay audit 1\n";
  append_field(out, std::to_string(record.sequence));
  append_field(out, std::to_string(record.at.time_since_epoch().count()));
  const AuditEntry& entry = record.entry;
  for (const std::string* text : {&entry.actor, &entry.action, &entry.outcome, &entry.kind,
                                  &entry.name, &entry.name_space, &entry.request}) {
    append_field(out, *text);
  }
  append_field(out, std::to_string(entry.more.size()));
  for (const auto& [name, value] : entry.more) {
    append_field(out, name);
    append_field(out, value);
  }
  append_field(out, record.previous);
  return out;
}

AuditRecord chained(AuditEntry entry, SystemTime at, std::int64_t last_sequence,
                    std::string_view last_hash, Digest sha256) {
  AuditRecord out;
  out.sequence = last_sequence + 1;
  out.at = at;
  out.entry = std::move(entry);
  out.previous = last_hash;
  out.hash = hexadecimal(sha256(audit_text(out)));
  return out;
}

std::optional<std::string> AuditChain::next(const AuditRecord& record) {
  const std::string where = "record " + std::to_string(record.sequence);
  if (record.sequence != sequence_ + 1) {
    return where + " follows " + std::to_string(sequence_) + ": there are some missing";
  }
  if (record.previous != hash_) return where + " does not follow the one before it";
  if (record.hash != hexadecimal(sha256_(audit_text(record)))) {
    return where + " was changed: its hash is another";
  }
  sequence_ = record.sequence;
  hash_ = record.hash;
  return std::nullopt;
}

AuditEntry audit_of(const ChangeRequest& request, std::string actor, Digest sha256) {
  const bool has_failed = request.state == ChangeState::failed;
  const std::string_view said =
      request.state == ChangeState::rendered && request.timeline.size() < 5
          ? "proposed"
          : name_of(request.state);
  AuditEntry out{.actor = std::move(actor),
                 .action = "change." + std::string{said},
                 .outcome = has_failed ? "failed" : "done",
                 .kind = std::string{name_of(request.change.kind)},
                 .name = request.change.name,
                 .name_space = request.change.name_space,
                 .request = request.id.get()};
  const auto note = [&out](std::string_view name, const std::string& value) {
    if (!value.empty()) out.more.emplace_back(name, value);
  };
  note("verb", std::string{name_of(request.change.verb)});
  note("requested_by", request.change.requested_by);
  note("rendered_sha256", content_hash(request.change, sha256));
  note("branch", request.branch);
  note("commit", request.commit);
  note("pull_request", request.pull_request.url);
  note("merge_commit", request.merge_commit);
  note("monthly_cost", request.change.facts.monthly_cost);
  for (const std::string& verdict : request.change.facts.verdicts) note("verdict", verdict);
  if (request.change.skip_pull_request) note("skip_pull_request", "true");
  note("reason", has_failed ? request.last_error : std::string{});
  return out;
}

}  // namespace mainstay::clusters
