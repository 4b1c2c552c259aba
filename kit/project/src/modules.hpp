#pragma once

#include <memory>
#include <vector>

#include "platform/auth/module.hpp"
#include "platform/jobs/module.hpp"
#include "platform/mail/module.hpp"
#include "platform/program/product.hpp"
#include "platform/search/module.hpp"

// clang-format off
#include "apps/notes/module.hpp"
// mainstay: includes
// clang-format on

namespace @{name} {

/// The table of contents: the parts of the program, in the order of starting. `mainstay new app`
/// writes above the lines that begin with "mainstay:".
inline std::vector<std::unique_ptr<mainstay::Module>> modules() {
  std::vector<std::unique_ptr<mainstay::Module>> all;
  all.push_back(std::make_unique<mainstay::jobs::Module>());
  all.push_back(std::make_unique<mainstay::mail::Module>());
  all.push_back(std::make_unique<mainstay::auth::Module>());
  all.push_back(std::make_unique<mainstay::search::Module>());
  all.push_back(std::make_unique<notes::Module>());
  // mainstay: modules
  return all;
}

}  // namespace @{name}
