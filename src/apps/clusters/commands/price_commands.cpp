#include "apps/clusters/commands/price_commands.hpp"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "apps/clusters/app_prices.hpp"
#include "apps/clusters/domain/instance_query.hpp"
#include "apps/clusters/ports/price_source.hpp"
#include "base/clock.hpp"
#include "platform/json/json.hpp"
#include "platform/program/table.hpp"
#include "platform/secrets/secret_file.hpp"

namespace mainstay::clusters {
namespace {

/// What a server of these settings would have.
Result<InstanceTypeSet> types_in_force(const Call& call) {
  MS_TRY(auto kept, make_price_keep(*call.settings)->load());
  return kept ? *std::move(kept) : shipped_types();
}

json::Object origin_json(const InstanceTypeSet& set, SystemTime now) {
  const InstanceTypeOrigin& origin = set.origin();
  const auto age = std::chrono::duration_cast<Seconds>(now - origin.taken_at).count();
  return {{"source", origin.source},
          {"version", origin.version},
          {"region", origin.region},
          {"currency", origin.currency.code()},
          {"taken_at", utc_text(origin.taken_at)},
          {"age_seconds", std::int64_t{age}},
          {"types", std::uint64_t{set.types().size()}},
          {"priced", std::uint64_t{set.priced()}}};
}

std::string origin_line(const InstanceTypeSet& set) {
  const InstanceTypeOrigin& origin = set.origin();
  return std::to_string(set.types().size()) + " instance types, " + std::to_string(set.priced()) +
         " with a price" + (origin.region.empty() ? "" : " in " + origin.region) + ", version " +
         (origin.version.empty() ? "unknown" : origin.version);
}

// --- import ------------------------------------------------------------------------------------

Result<ReadTypes> read_both(const Call& call, SystemTime now) {
  std::error_code ignored;
  const auto full = [&](const std::string& path) {
    const auto absolute = std::filesystem::absolute(path, ignored);
    return ignored ? path : absolute.string();
  };
  MS_TRY(ReadTypes read, read_types_file(full(call.text("file")), now));
  if (call.text("--details").empty()) return read;
  MS_TRY(const ReadTypes details, read_types_file(full(call.text("--details")), now));
  read.set = merged(read.set, details.set);
  read.unreadable += details.unreadable;
  return read;
}

int run_import_prices(const Call& call) {
  const SystemTime now = MachineClock{}.wall();
  const auto read = read_both(call, now);
  if (read.has_error()) return call.fail(read.error());
  if (read->set.types().empty()) {
    return call.fail("the file holds no instance type that can be used; nothing was changed");
  }
  const bool dry_run = call.has("--dry-run");
  if (!dry_run) {
    const auto saved = make_price_keep(*call.settings)->save(read->set);
    if (saved.has_error()) return call.fail(saved.error());
  }
  if (call.json) {
    json::Object out = origin_json(read->set, now);
    json::Array examples;
    for (const std::string& one : read->examples) examples.emplace_back(one);
    out.push_back({"left_out", std::uint64_t{read->unreadable}});
    out.push_back({"examples", std::move(examples)});
    out.push_back({"dry_run", dry_run});
    std::printf("%s\n", json::dump(out).c_str());
    return exit_ok;
  }
  for (const std::string& one : read->examples) call.say("left out: " + one);
  if (read->unreadable > read->examples.size()) {
    call.say("... " + std::to_string(read->unreadable) + " products in all");
  }
  std::printf("%s%s\n", dry_run_lead(dry_run), origin_line(read->set).c_str());
  return exit_ok;
}

mainstay::Command import_prices_command() {
  return {.name = "clusters prices import",
          .help =
              "take instance types and prices from a file: an AWS offer file of one region, "
              "DescribeInstanceTypes, pricing-list.json or a snapshot; a server that runs "
              "sees them within seconds",
          .arguments = {required_text("file", "what to import"),
                        text("--details",
                             "a second file, whose sizes count for more: DescribeInstanceTypes"),
                        dry_run_flag()},
          .run = run_import_prices};
}

// --- list --------------------------------------------------------------------------------------

json::Value type_json(const InstanceType& type, const InstanceTypeSet& set) {
  json::Object out{{"name", type.name},
                   {"family", type.family},
                   {"memory", std::uint64_t{type.memory_bytes}},
                   {"vcpu", std::uint64_t{type.vcpu}},
                   {"gpu", std::uint64_t{type.gpu}},
                   {"architecture", to_text(type.architecture)},
                   {"current", type.is_current}};
  if (!type.price) return out;
  out.push_back({"hourly_price", to_text(*type.price)});
  out.push_back({"currency", set.origin().currency.code()});
  return out;
}

std::vector<std::string> type_row(const InstanceType& type, const InstanceTypeSet& set) {
  std::string month;
  if (type.price) {
    if (const auto amount = monthly(*type.price, 1)) {
      month = to_text(Money{*amount, set.origin().currency});
    }
  }
  return {type.name,
          type.family,
          std::to_string(type.vcpu),
          memory_text(type.memory_bytes),
          std::to_string(type.gpu),
          std::string{to_text(type.architecture)},
          type.price ? to_text(*type.price) : "-",
          month};
}

Result<InstanceQuery> query_of(const Call& call) {
  std::vector<QueryParameter> parameters;
  for (const std::string& word : call.rest("filters")) {
    const std::string_view whole{word};
    const std::size_t equals = whole.find('=');
    parameters.push_back({whole.substr(0, equals), equals == std::string_view::npos
                                                       ? std::string_view{}
                                                       : whole.substr(equals + 1)});
  }
  return read_instance_query(parameters);
}

int run_list_prices(const Call& call) {
  const auto query = query_of(call);
  if (query.has_error()) return call.fail(query.error(), exit_usage);
  const auto set = types_in_force(call);
  if (set.has_error()) return call.fail(set.error());
  const auto page = search(*set, *query);
  if (page.has_error()) return call.fail(page.error(), exit_usage);
  if (call.json) {
    json::Array out;
    for (const InstanceType* type : page->types) out.push_back(type_json(*type, *set));
    std::printf("%s\n", json::dump(out).c_str());
    return exit_ok;
  }
  std::vector<std::vector<std::string>> rows{
      {"TYPE", "FAMILY", "VCPU", "MEMORY", "GPU", "ARCHITECTURE", "HOUR", "MONTH"}};
  for (const InstanceType* type : page->types) rows.push_back(type_row(*type, *set));
  print_table(rows);
  return exit_ok;
}

mainstay::Command list_prices_command() {
  return {.name = "clusters prices list",
          .help =
              "list instance types, as `list vcpu_min=4 memory_min=16GiB sort=price`; "
              "`cheapest=true` for the one that fits and costs least",
          .arguments = {rest("filters",
                             "NAME=VALUE, as GET /api/instance_types takes them: name, family, "
                             "arch, vcpu_min, vcpu_max, memory_min, memory_max, gpu_min, gpu_max, "
                             "price_max, current, priced, sort, limit, cursor, cheapest")},
          .run = run_list_prices};
}

// --- status, export ----------------------------------------------------------------------------

int run_status_prices(const Call& call) {
  const SystemTime now = MachineClock{}.wall();
  const auto set = types_in_force(call);
  if (set.has_error()) return call.fail(set.error());
  const json::Object all = origin_json(*set, now);
  if (call.json) {
    std::printf("%s\n", json::dump(all).c_str());
    return exit_ok;
  }
  std::printf("%s\nfrom %s, %s\n", origin_line(*set).c_str(), set->origin().source.c_str(),
              utc_text(set->origin().taken_at).c_str());
  return exit_ok;
}

mainstay::Command status_prices_command() {
  return {.name = "clusters prices status",
          .help = "where the instance types come from, and how old they are",
          .run = run_status_prices};
}

int run_export_prices(const Call& call) {
  const auto set = types_in_force(call);
  if (set.has_error()) return call.fail(set.error());
  const std::string text = types_snapshot(*set);
  const std::string& path = call.text("file");
  if (path.empty() || path == "-") {
    std::printf("%s", text.c_str());
    return exit_ok;
  }
  const auto written = secrets::write_private_file(path, text, secrets::current_owner());
  if (written.has_error()) return call.fail(written.error());
  call.say(path + ": " + origin_line(*set));
  return exit_ok;
}

mainstay::Command export_prices_command() {
  return {.name = "clusters prices export",
          .help = "write the instance types in force as a snapshot, which `import` takes",
          .arguments = {text("file", "where to; standard output unless given")},
          .run = run_export_prices};
}

}  // namespace

std::vector<mainstay::Command> price_commands() {
  return {{.name = "clusters prices", .help = "instance types and what they cost"},
          import_prices_command(),
          list_prices_command(),
          status_prices_command(),
          export_prices_command()};
}

}  // namespace mainstay::clusters
