#include "apps/apim/outbound/files/bundle_lines.hpp"

#include <sstream>

#include <doctest/doctest.h>

#include "apps/apim/domain/random_edit.hpp"

namespace mainstay::apim::bundle_lines_test {
namespace {

/// Writes what it gets as a file again.
class Copy final : public ImportSink {
 public:
  Copy() { writer_.header(); }
  Result<bool> begin(const ServiceBundle& bundle) override {
    writer_.service(bundle);
    return true;
  }
  Result<> usage(std::span<const UsageRow> rows) override {
    for (const UsageRow& row : rows) writer_.usage(row);
    return {};
  }
  Result<> finish(const ServiceId&) override {
    writer_.end_of_service();
    return {};
  }
  std::string text() {
    writer_.end();
    return text_;
  }

 private:
  std::string text_;
  BundleWriter writer_{text_};
};

/// What reading gives: the same file, or why it is refused.
std::string copied(const std::string& text) {
  std::istringstream in{text};
  Copy copy;
  zones::TimeZones zones;
  const auto read = BundleReader{in, copy, zones}.run();
  return read.has_value() ? copy.text() : read.error().message();
}

UsageRow usage_of(const ServiceId& id, std::string metric, std::int64_t value) {
  return {id.get(), "app \"1\"", std::move(metric), Period::day, 1'795'219'200, value};
}

std::string random_file(std::uint64_t seed) {
  RandomEdit random{seed};
  Catalog catalog;
  for (int i = 0; i < 300; ++i) {
    if (auto edit = random(catalog); edit.has_value()) catalog = std::move(edit->next);
  }
  std::string text;
  BundleWriter writer{text};
  writer.header();
  const TokensOfServices tokens = tokens_of_services(catalog);
  catalog.services.for_each([&](const std::string&, const Service& service) {
    writer.service(bundle_of(catalog, service, tokens));
    writer.usage(usage_of(service.id, "hits", 9'223'372'036'854'775'807));
    writer.usage(usage_of(service.id, std::string{response_code_metrics(404).of_code}, 0));
    writer.end_of_service();
  });
  writer.end();
  return text;
}

const std::string header = "{\"mainstay\":\"apim-export\",\"version\":1}\n";
const std::string service =
    R"({"service":{"id":"s","provider_key":"p","backend_version":"1","state":"",)"
    "\"referrer_filters_required\":false}}\n";
const std::string usage =
    R"({"usage":{"service_id":"s","application_id":"a","metric_id":"m","period":"day",)"
    "\"begin\":86400,\"value\":7}}\n";
const std::string end_of_service = "{\"end_of_service\":{\"id\":\"s\",\"rows\":1,\"usage\":1}}\n";
const std::string end = "{\"end\":{\"services\":1}}\n";

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

}  // namespace

TEST_CASE("bundle lines: any catalog's file read and written again is the same, byte by byte") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const std::string text = random_file(seed);
    CHECK(copied(text) == text);
  }
}

TEST_CASE("bundle lines: a service's time zone is written by name, and read") {
  const std::string zoned = replaced(service, "false}", "false,\"time_zone\":\"Asia/Kolkata\"}");
  const std::string text = header + zoned + usage + end_of_service + end;
  CHECK(copied(text) == text);
}

TEST_CASE("bundle lines: a file that ends at any line but the last is refused as truncated") {
  const std::string good = header + service + usage + end_of_service + end;
  CHECK(copied(good) == good);
  for (std::size_t at = good.find('\n'); at + 1 < good.size(); at = good.find('\n', at + 1)) {
    CHECK(copied(good.substr(0, at + 1)).starts_with("the file ends too early"));
  }
  for (std::size_t cut = header.size() + 1; cut < good.size() - 1; ++cut) {
    CHECK(copied(good.substr(0, cut)) != good.substr(0, cut));
  }
}

TEST_CASE("bundle lines: what is no export, or a newer one, is refused as that") {
  CHECK(copied("") == "not a file of `mainstay apim export`");
  CHECK(copied("[1]\n") == "not a file of `mainstay apim export`");
  CHECK(copied("{\"mainstay\":\"other\",\"version\":1}\n") ==
        "not a file of `mainstay apim export`");
  CHECK(copied(replaced(header, "1}", "2}")) == "written by a newer program");
}

TEST_CASE("bundle lines: errors name the line and the member") {
  const std::string line = "a line cannot be read: line 2: ";
  const auto refused = [&](std::string_view what, std::string_view with) {
    return copied(header + replaced(service, what, with) + usage + end_of_service + end);
  };
  CHECK(refused("\"state\":\"\",", "") == line + "\"state\" is missing");
  CHECK(refused("\"\"", "7") == line + "\"state\" is no string");
  CHECK(refused("false", "0") == line + "\"referrer_filters_required\" is neither true nor false");
  CHECK(refused("\"state\"", "\"colour\":1,\"state\"") ==
        line + "a member that is unknown here; was it written by a newer program?");
  CHECK(refused("{\"service\"", "{\"planet\"") ==
        line + "unknown kind of line; was it written by a newer program?");
  CHECK(refused("false}", "false,\"time_zone\":\"Mars/Olympus\"}") ==
        line + "\"time_zone\" is no time zone that this machine knows");
  CHECK(refused("}}", "}").starts_with(line));
  CHECK(refused("{\"service\":{", "{\"service\":[{").starts_with(line));
}

TEST_CASE("bundle lines: usage that cannot be is refused") {
  const auto refused = [&](std::string_view what, std::string_view with) {
    const std::string said =
        copied(header + service + replaced(usage, what, with) + end_of_service + end);
    CHECK(said.starts_with("a line cannot be read: line 3: "));
    return said.substr(31);
  };
  CHECK(refused("\"s\"", "\"t\"") == "it belongs to another service");
  CHECK(refused("day", "minute") == "minutes are not kept");
  CHECK(refused("day", "fortnight") == "\"period\" is no period");
  CHECK(refused("86400", "86401") == "\"begin\" or \"value\" is out of range");
  CHECK(refused("7}", "-7}") == "\"begin\" or \"value\" is out of range");
  CHECK(refused("7}", "7.5}") == "\"value\" is no whole number");
  CHECK(refused("\"m\"", "\"\\u001f201\"").starts_with("metric_id"));
  CHECK(refused("\"a\"", "\"\"").starts_with("application_id"));
}

TEST_CASE("bundle lines: lines that are missing or in the wrong place are refused") {
  const auto refused = [](const std::string& text) {
    const std::string said = copied(text);
    CHECK(said.starts_with("a line cannot be read"));
    return said.substr(said.find(": line ") + 10);
  };
  CHECK(refused(header + usage) == "it belongs to another service");
  CHECK(refused(header + service + end_of_service) == "lines of the service are missing");
  CHECK(refused(header + service + service) == "the service before it has no end");
  CHECK(refused(header + service + end) == "a service has no end");
  CHECK(refused(header + end) == "services are missing");
  const std::string metric = "{\"metric\":{\"service_id\":\"s\",\"id\":\"m\",\"name\":\"n\"}}\n";
  CHECK(refused(header + metric) == "it belongs to no service");
  CHECK(refused(header + service + usage + metric) ==
        "usage comes behind everything else of its service");
  CHECK(refused(header + replaced(end, "1", "0") + service) == "something follows the end");
}

TEST_CASE("bundle lines: a line that is too long is refused without being kept") {
  const std::string text = header + std::string(BundleReader::line_bytes_max, ' ') + "\n";
  CHECK(copied(text) == "a line is too long: line 2");
}

}  // namespace mainstay::apim::bundle_lines_test
