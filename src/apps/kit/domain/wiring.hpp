#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/kit/domain/tree.hpp"
#include "base/result.hpp"

namespace mainstay::kit {

/// Lines that a new app adds to a file that is there: the list of modules.
struct Insertion {
  std::string path;
  std::string marker;  // above the line that says this, blanks aside
  std::string lines;   // whole ones
};

/// The text of an app template's file `wiring`, rendered already:
///
///   in src/modules.hpp above // mainstay: includes
///   #include "apps/notes/module.hpp"
///
/// with any number of lines and blocks. Errc::template_refused tells the line.
Result<std::vector<Insertion>> parse_wiring(std::string_view text);

/// The files with the lines in them. Errc::no_project when a file or marker is missing: then the
/// detail shows the lines, to be written by hand.
Result<Tree> wire(const Tree& files, const std::vector<Insertion>& insertions);

}  // namespace mainstay::kit
