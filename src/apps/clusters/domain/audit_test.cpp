#include "apps/clusters/domain/audit.hpp"

#include <functional>

#include <doctest/doctest.h>

namespace mainstay::clusters::audit_test {

std::string digest(std::string_view text) {
  return std::to_string(std::hash<std::string_view>{}(text));
}

std::vector<AuditRecord> chain_of(int count) {
  std::vector<AuditRecord> out;
  std::string hash = audit_root();
  for (int n = 0; n < count; ++n) {
    AuditEntry entry{.actor = "ann",
                     .action = "change.proposed",
                     .outcome = "done",
                     .more = {{"branch", std::to_string(n)}}};
    out.push_back(chained(std::move(entry), SystemTime{Micros{n}}, n, hash, digest));
    hash = out.back().hash;
  }
  return out;
}

/// How many records of it are good.
std::size_t good_ones(const std::vector<AuditRecord>& records) {
  AuditChain chain{digest};
  for (std::size_t n = 0; n < records.size(); ++n) {
    if (chain.next(records[n])) return n;
  }
  return records.size();
}

TEST_CASE("audit: a chain holds, from any place on") {
  const auto records = chain_of(5);
  CHECK(good_ones(records) == 5);
  AuditChain later{digest, 3, records[2].hash};
  CHECK_FALSE(later.next(records[3]).has_value());
  CHECK(later.sequence() == 4);
  CHECK(later.hash() == records[3].hash);
}

TEST_CASE("audit: what is changed, dropped, inserted or turned around shows") {
  const std::vector<std::function<void(std::vector<AuditRecord>&)>> frauds{
      [](auto& all) { all[2].entry.actor = "bob"; },
      [](auto& all) { all[2].entry.outcome = "refused"; },
      [](auto& all) { all[2].at += Micros{1}; },
      [](auto& all) { all[2].entry.more[0].second = "x"; },
      [](auto& all) { all[2].entry.more.emplace_back("", ""); },
      [](auto& all) { all[2].previous = audit_root(); },
      [](auto& all) { all[2].hash = "0"; },
      [](auto& all) { all.erase(all.begin() + 2); },
      [](auto& all) { std::swap(all[2], all[3]); },
      [](auto& all) {  // with a hash that fits, but not the one that follows
        all[1] = chained({.actor = "eve", .action = "a", .outcome = "o"}, all[1].at, 1, all[0].hash,
                         digest);
      }};
  for (const auto& fraud : frauds) {
    auto records = chain_of(5);
    fraud(records);
    CHECK(good_ones(records) == 2);
  }
}

TEST_CASE("audit: no field runs into the next") {
  AuditRecord one{.sequence = 1, .entry = {.actor = "ab", .action = "c", .outcome = ""}};
  AuditRecord other{.sequence = 1, .entry = {.actor = "a", .action = "bc", .outcome = ""}};
  CHECK(audit_text(one) != audit_text(other));
  other = one;
  other.entry.more = {{"x", "y"}};
  one.entry.more = {{"xy", ""}};
  CHECK(audit_text(one) != audit_text(other));
}

TEST_CASE("audit: what a request's state says") {
  ChangeRequest request;
  request.id = ChangeId{"0123456789abcdef"};
  request.change.name = "blue";
  request.change.requested_by = "ann";
  request.change.files = {{"a", "the content"}};
  request.change.facts.verdicts = {"size: allowed"};
  request.pull_request.url = "http://forge/7";
  AuditEntry entry = audit_of(request, "ann", digest);
  CHECK(entry.action == "change.proposed");
  CHECK(entry.outcome == "done");
  CHECK(entry.kind == "nodegroup");
  CHECK(entry.request == "0123456789abcdef");
  std::string said;
  for (const auto& [name, value] : entry.more) said += name + '=' + value + ' ';
  CHECK(said.find("verb=create requested_by=ann rendered_sha256=") == 0);
  CHECK(said.find("verdict=size: allowed") != std::string::npos);
  CHECK(said.find("the content") == std::string::npos);
  request.state = ChangeState::failed;
  request.last_error = "no network";
  entry = audit_of(request, "mainstay", digest);
  CHECK(entry.action == "change.failed");
  CHECK(entry.outcome == "failed");
  CHECK(entry.more.back().second == "no network");
}

}  // namespace mainstay::clusters::audit_test
