#include "platform/journal/journal.hpp"

#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <system_error>
#include <vector>

#include "commands/standard.hpp"
#include "platform/journal/file_system.hpp"
#include "platform/journal/repair.hpp"
#include "platform/json/json.hpp"
#include "platform/program/table.hpp"

namespace mainstay::commands {
namespace {

json::Value to_json(const journal::CheckReport& report) {
  json::Array files;
  for (const auto& file : report.files) {
    files.emplace_back(json::Object{{"name", file.name},
                                    {"bytes", file.bytes},
                                    {"first", file.first},
                                    {"last", file.last},
                                    {"records", file.records},
                                    {"problem", file.problem}});
  }
  return json::Object{
      {"sound", report.sound}, {"torn_tail", report.torn_tail}, {"files", std::move(files)}};
}

void print_report(const std::string& name, const journal::CheckReport& report) {
  std::vector<std::vector<std::string>> rows{
      {"file", "bytes", "first", "last", "records", "state"}};
  for (const auto& file : report.files) {
    rows.push_back({file.name, std::to_string(file.bytes), std::to_string(file.first),
                    std::to_string(file.last), std::to_string(file.records),
                    file.problem.empty() ? "sound" : file.problem});
  }
  std::printf("journal %s: %s\n", name.c_str(), report.sound ? "sound" : "DAMAGED");
  if (!report.torn_tail.empty()) {
    std::printf("torn tail at %s: the next start cuts it; no sync is known to cover it\n",
                report.torn_tail.c_str());
  }
  print_table(rows);
}

/// Runs `visit` on each log that the call names. False, with a message: none, or a failure.
bool for_each_log(const Call& call,
                  const std::function<Result<>(const std::filesystem::path&)>& visit) {
  const auto root = std::filesystem::path{call.settings->text("data.folder")} / "journal";
  const std::string& wanted = call.text("log");
  std::error_code ignored;
  bool any = false;
  for (const auto& entry : std::filesystem::directory_iterator{root, ignored}) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_directory() || (!wanted.empty() && name != wanted)) {
      continue;
    }
    any = true;
    if (const auto done = visit(entry.path()); done.has_error()) {
      call.say(done.error().message());
      return false;
    }
  }
  if (!any) call.say("no such journal under " + root.string());
  return any;
}

json::Array texts(const std::vector<std::string>& list) { return {list.begin(), list.end()}; }

json::Value to_json(const journal::RepairReport& report) {
  json::Array lost;
  for (const auto& range : report.lost) {
    lost.emplace_back(json::Object{{"first", range.first}, {"last", range.last}});
  }
  return json::Object{{"sound", report.sound},
                      {"applied", report.applied},
                      {"snapshot", report.snapshot},
                      {"last", report.last},
                      {"lost", std::move(lost)},
                      {"unknown_behind", report.unknown_behind},
                      {"rewritten", texts(report.rewritten)},
                      {"set_aside", texts(report.set_aside)},
                      {"aside", report.aside.string()}};
}

void print_list(const char* lead, const std::vector<std::string>& names) {
  for (const std::string& name : names) std::printf("  %s %s\n", lead, name.c_str());
}

void print_report(const std::string& name, const journal::RepairReport& report) {
  if (report.sound) {
    std::printf("journal %s: nothing to repair\n", name.c_str());
    return;
  }
  std::printf("journal %s: %s\n", name.c_str(),
              report.applied ? "repaired" : "DAMAGED; this is what --yes would do");
  if (report.snapshot != 0) {
    std::printf("  the snapshot of record %llu holds everything up to it\n",
                static_cast<unsigned long long>(report.snapshot));
  }
  for (const auto& range : report.lost) {
    std::printf("  LOST: records %llu to %llu\n", static_cast<unsigned long long>(range.first),
                static_cast<unsigned long long>(range.last));
  }
  if (report.lost.empty()) std::printf("  no record that is known of is lost\n");
  if (report.unknown_behind != 0) {
    std::printf(
        "  bytes behind record %llu cannot be read; whether records were there is unknown\n",
        static_cast<unsigned long long>(report.unknown_behind));
  }
  std::printf("  the log goes on behind record %llu\n",
              static_cast<unsigned long long>(report.last));
  print_list("made anew:", report.rewritten);
  print_list("original kept aside:", report.set_aside);
  if (report.applied) std::printf("  the originals are in %s\n", report.aside.c_str());
}

int check(const Call& call) {
  journal::PosixFileSystem files;
  bool sound = true;
  json::Object all;
  const auto visit = [&](const std::filesystem::path& folder) -> Result<> {
    MS_TRY(const auto report, journal::check(folder, files));
    const std::string name = folder.filename().string();
    sound = sound && report.sound;
    if (call.json) {
      all.emplace_back(name, to_json(report));
    } else {
      print_report(name, report);
    }
    return {};
  };
  if (!for_each_log(call, visit)) return exit_failed;
  if (call.json) std::printf("%s\n", json::dump_pretty(all).c_str());
  return sound ? exit_ok : exit_failed;
}

int repair(const Call& call) {
  journal::PosixFileSystem files;
  bool sound = true;
  json::Object all;
  const auto mode = call.has("--yes") ? journal::RepairMode::change : journal::RepairMode::look;
  const auto visit = [&](const std::filesystem::path& folder) -> Result<> {
    MS_TRY(const auto report, journal::repair(folder, files, mode));
    const std::string name = folder.filename().string();
    sound = sound && (report.sound || report.applied);
    if (call.json) {
      all.emplace_back(name, to_json(report));
    } else {
      print_report(name, report);
    }
    return {};
  };
  if (!for_each_log(call, visit)) return exit_failed;
  if (call.json) std::printf("%s\n", json::dump_pretty(all).c_str());
  return sound ? exit_ok : exit_failed;
}

}  // namespace

std::vector<Command> journal_commands() {
  const Argument log = text("log", "which one, for example apim (default: all)");
  return {
      {.name = "journal", .help = "look at the journals, repair them"},
      {.name = "journal check",
       .help = "read all of a journal, change nothing",
       .arguments = {log},
       .run = check,
       .references = settings::Which::plain},
      {.name = "journal repair",
       .help = "say what of a damaged journal can be saved and what is lost; with --yes, do it",
       .arguments = {log,
                     flag("--yes", "change the journal; the damaged files are kept beside it")},
       .run = repair,
       .references = settings::Which::plain},
  };
}

}  // namespace mainstay::commands
