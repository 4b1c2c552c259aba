#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace mainstay::kit {

enum class Errc : std::uint8_t {
  name_refused = 1,  // of a project or an app; the detail says what to write instead
  answer_refused,    // title, port, store, author
  template_refused,  // what is wrong with a template, with file and line
  place_taken,       // there is something already where something new should be
  no_project,        // not inside a project, or what it remembers is damaged
  unclean,           // changes that are not committed
  io,                // a file cannot be read or written; the detail names it
  git,               // git failed; what it said
};
const ErrorRow& error_row(Errc code);

}  // namespace mainstay::kit
