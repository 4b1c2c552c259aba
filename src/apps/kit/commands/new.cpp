#include <cstdio>
#include <filesystem>
#include <string>
#include <unistd.h>

#include "apps/kit/app.hpp"
#include "apps/kit/commands/commands.hpp"
#include "apps/kit/domain/name.hpp"
#include "base/clock.hpp"
#include "base/text.hpp"
#include "platform/program/product.hpp"

namespace mainstay::kit {
namespace {

/// What flags say; empty where they say nothing.
Answers given_by(const Call& call) {
  const auto port = call.sources.flags.find("http.port");  // --port is a flag of every command
  return {.name = call.text("name"),
          .title = call.text("--title"),
          .port = port != call.sources.flags.end() ? port->second : "",
          .store = call.text("--store"),
          .author = call.text("--author")};
}

Answers with_defaults(const Answers& given) {
  Answers answers;
  answers.name = given.name;
  answers.title = given.title.empty() ? title_of(given.name) : given.title;
  if (!given.port.empty()) answers.port = given.port;
  if (!given.store.empty()) answers.store = given.store;
  answers.author = given.author;
  return answers;
}

void print_next_steps(const Call& call, const Answers& answers, const std::string& where,
                      std::size_t files) {
  std::string quoted;
  append_json_quoted(quoted, where);
  if (call.json) {
    std::printf("{\"project\":\"%s\",\"folder\":%s,\"files\":%zu}\n", answers.name.c_str(),
                quoted.c_str(), files);
    return;
  }
  std::printf("made %s: %zu files\n\nNext:\n", where.c_str(), files);
  if (where != ".") std::printf("  cd %s\n", where.c_str());
  std::printf(
      "  git init -q && git add -A && git commit -qm \"Made by %s new\"    so that updates can be "
      "merged\n"
      "  ./dev run      build, and serve on http://127.0.0.1:%s\n"
      "  ./dev test     build, and run every test\n",
      call.product.name.c_str(), answers.port.c_str());
  if (answers.store == "postgres") {
    std::printf("DATABASE_URL in .env names the PostgreSQL server; see README.md\n");
  }
}

}  // namespace

int run_new(const Call& call) {
  if (call.text("name") == "app") return run_new_app(call);
  const Answers given = given_by(call);
  if (const auto named = check_project_name(given.name); named.has_error()) {
    return call.fail(named.error(), exit_usage);
  }
  Answers answers = with_defaults(given);
  if (const auto checked = check(answers); checked.has_error()) {
    return call.fail(checked.error(), exit_usage);
  }
  const bool is_asked = !call.has("--yes") && !call.json && ::isatty(STDIN_FILENO) == 1 &&
                        ::isatty(STDOUT_FILENO) == 1;
  if (is_asked && !ask(answers, given)) return call.fail("no answer; nothing was made", exit_usage);
  const std::string where = call.text("where").empty() ? given.name : call.text("where");
  const auto source = load_template(call.text("--template"), call.has("--allow-local"));
  if (source.has_error()) return call.fail(source.error());
  answers.source = source->source;
  const auto files = new_project(*source, answers, where, call.product.version);
  if (files.has_error()) return call.fail(files.error());
  print_next_steps(call, answers, where, *files);
  return exit_ok;
}

int run_new_app(const Call& call) {
  const std::string& name = call.text("where");
  if (name.empty())
    return call.fail("say `new app NAME`, for example `new app orders`", exit_usage);
  const auto root = find_project(std::filesystem::current_path());
  if (root.has_error()) return call.fail(root.error());
  const auto paths = new_app(*root, name, call.product.version, MachineClock{}.wall());
  if (paths.has_error()) return call.fail(paths.error());
  for (const std::string& path : *paths) std::printf("wrote %s\n", path.c_str());
  std::printf("\nNext: ./dev test\n");
  return exit_ok;
}

}  // namespace mainstay::kit
