#include "apps/notes/module.hpp"

#include <span>
#include <string>

#include "apps/notes/inbound/note_routes.hpp"
#include "apps/notes/outbound/note_rows.hpp"
#include "platform/core/platform.hpp"
#include "platform/jobs/runner.hpp"
#include "platform/openapi/document.hpp"

namespace @{name}::notes {

// Generated of migrations/ and openapi.json.
std::span<const mainstay::store::Migration> migrations();
std::string_view asset(std::string_view name);

Module::Module() = default;
Module::~Module() = default;

std::string_view Module::name() const { return "notes"; }

std::vector<mainstay::store::Migration> Module::migrations() const {
  const auto all = notes::migrations();
  return {all.begin(), all.end()};
}

mainstay::Result<> Module::describe(mainstay::openapi::Document& document) const {
  return document.add("apps/notes", asset("openapi.json"));
}

mainstay::Result<> Module::start(mainstay::Platform& platform) {
  platform_ = &platform;
  rows_ = std::make_unique<NoteRows>(platform.store);
  return {};
}

/// Also called without start(), by `jobs run`.
mainstay::Result<> Module::add_jobs(mainstay::jobs::Runner& runner, mainstay::Platform& platform) {
  runner.handle(NoteRows::count_job, [&store = platform.store](const mainstay::jobs::Job& job) {
    return NoteRows{store}.count_words_of(job.payload);
  });
  return {};
}

mainstay::Result<> Module::register_routes(mainstay::Routes& routes) {
  notes::register_routes(routes.own, *rows_, *platform_->jobs, platform_->guard);
  const std::string title = "Notes";
  const std::string path = "/notes";
  routes.front_page.push_back({title, "The example application.", {{path, "the newest, as JSON"}}});
  return {};
}

}  // namespace @{name}::notes
