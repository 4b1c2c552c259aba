#include "apps/apim/domain/idempotency.hpp"

#include <array>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "apps/apim/errc.hpp"

namespace mainstay::apim::idempotency_test {
namespace {

std::string authrep(std::vector<UsageParameter> usage, int code = 0, bool flat = false) {
  AuthorizeCommand command;
  command.usage = usage;
  command.response_code = code;
  command.extensions.flat_usage = flat;
  return request_text(command, "app");
}

ReportedTransaction reported(std::string_view app, std::string_view value,
                             std::string_view timestamp = {}) {
  ReportedTransaction one;
  one.app_id = app;
  one.usage.push_back({"hits", value});
  one.timestamp = timestamp;
  return one;
}

}  // namespace

TEST_CASE("idempotency: keys of 1 to 128 bytes, are taken") {
  CHECK(check_idempotency_key("k").has_value());
  CHECK(check_idempotency_key(std::string(128, 'k')).has_value());
  CHECK(check_idempotency_key("").error().is(Errc::idempotency_key_invalid));
  CHECK(check_idempotency_key(std::string(129, 'k')).error().is(Errc::idempotency_key_invalid));
}

TEST_CASE("idempotency: a call with its parameters in another order, is the same request") {
  CHECK(authrep({{"a", "1"}, {"b", "2"}}) == authrep({{" b", "2 "}, {"a", "1"}}));
  const std::array<ReportedTransaction, 2> one{reported("a", "1"), reported("b", "1")};
  const std::array<ReportedTransaction, 2> other{reported("b", "1"), reported("a", "1")};
  CHECK(request_text(one, Hierarchy::flat) == request_text(other, Hierarchy::flat));
}

TEST_CASE("idempotency: a call that says anything else, is another request") {
  AuthorizeCommand nothing;
  const std::set<std::string> authreps{authrep({}),
                                       authrep({{"a", "1"}}),
                                       authrep({{"a", "2"}}),
                                       authrep({{"a", "#1"}}),
                                       authrep({{"b", "1"}}),
                                       authrep({{"a", "1"}}, 200),
                                       authrep({{"a", "1"}}, 0, true),
                                       request_text(nothing, "other")};
  CHECK(authreps.size() == 8);
  const auto report = [](std::vector<ReportedTransaction> batch, Hierarchy hierarchy) {
    return request_text(batch, hierarchy);
  };
  const std::set<std::string> reports{
      report({}, Hierarchy::propagate),
      report({reported("a", "1")}, Hierarchy::propagate),
      report({reported("a", "1")}, Hierarchy::flat),
      report({reported("a", "1"), reported("a", "1")}, Hierarchy::propagate),
      report({reported("b", "1")}, Hierarchy::propagate),
      report({reported("a", "1", "2026-11-21")}, Hierarchy::propagate)};
  CHECK(reports.size() == 6);
}

TEST_CASE("idempotency: outcomes that refuse a call, by their codes") {
  CHECK(refused_key(Keyed::reused).error().is(Errc::idempotency_key_reused));
  CHECK(refused_key(Keyed::full).error().is(Errc::idempotency_store_full));
  for (const Keyed outcome : {Keyed::counted, Keyed::denied, Keyed::repeated}) {
    CHECK(refused_key(outcome).has_value());
  }
}

}  // namespace mainstay::apim::idempotency_test
