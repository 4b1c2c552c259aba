#include "platform/program/module.hpp"

namespace mainstay {

Result<> Module::describe(openapi::Document& /*document*/) const { return {}; }
Result<> Module::start(Platform& /*platform*/) { return {}; }
Result<> Module::add_jobs(jobs::Runner& /*runner*/, Platform& /*platform*/) { return {}; }
Result<> Module::add_search(search::Service& /*search*/, Platform& /*platform*/) { return {}; }
Result<> Module::register_routes(Routes& /*routes*/) { return {}; }
Result<> Module::run() { return {}; }
Result<> Module::stop() { return {}; }

}  // namespace mainstay
