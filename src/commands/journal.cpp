#include "platform/journal/journal.hpp"

#include <cstdio>
#include <filesystem>
#include <system_error>

#include "commands/commands.hpp"
#include "commands/invocation.hpp"
#include "commands/table.hpp"
#include "platform/journal/file_system.hpp"
#include "platform/json/json.hpp"

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

}  // namespace

int check_journal(const Invocation& invocation, const settings::Settings& settings) {
  const auto root = std::filesystem::path{settings.text("data.folder")} / "journal";
  journal::PosixFileSystem files;
  std::error_code ignored;
  bool sound = true;
  bool any = false;
  json::Object all;
  for (const auto& entry : std::filesystem::directory_iterator{root, ignored}) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_directory() || (!invocation.log_name.empty() && name != invocation.log_name)) {
      continue;
    }
    const auto report = journal::check(entry.path(), files);
    if (report.has_error()) {
      std::fprintf(stderr, "mainstay: %s\n", report.error().message().c_str());
      return exit_failed;
    }
    any = true;
    sound = sound && report->sound;
    if (invocation.json) {
      all.emplace_back(name, to_json(*report));
    } else {
      print_report(name, *report);
    }
  }
  if (!any) {
    std::fprintf(stderr, "mainstay: no such journal under %s\n", root.c_str());
    return exit_failed;
  }
  if (invocation.json) std::printf("%s\n", json::dump_pretty(all).c_str());
  return sound ? exit_ok : exit_failed;
}

}  // namespace mainstay::commands
