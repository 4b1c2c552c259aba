#include "platform/jobs/module.hpp"

#include "platform/jobs/job.hpp"

namespace mainstay::jobs {

std::vector<store::Migration> Module::migrations() const {
  const auto all = jobs::migrations();
  return {all.begin(), all.end()};
}

}  // namespace mainstay::jobs
