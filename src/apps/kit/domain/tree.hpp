#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace mainstay::kit {

struct File {
  std::string text;  // any bytes
  bool executable = false;

  /// No text: not rendered, and not merged line by line.
  [[nodiscard]] bool is_binary() const { return text.find('\0') != std::string::npos; }
  bool operator==(const File&) const = default;
};

/// Files by their paths, relative and with slashes: a template, or what is made of one.
using Tree = std::map<std::string, File>;

/// Whether a file may be written there, inside of a project: relative, no `..`, no empty parts, no
/// control characters or backslashes, nothing of git's own or of the kit's memory, not too long or
/// deep.
Result<> check_path(std::string_view path);

/// check_path() of all, no file where another one needs a folder, and the limits of count and size.
Result<> check_tree(const Tree& tree);

/// One text that holds a tree, and says of each byte which file it is of; unpack() reads it.
/// Lines, so that version control keeps it well.
std::string pack(const Tree& tree);
/// Errc::no_project when this is not what pack() wrote.
Result<Tree> unpack(std::string_view packed);

}  // namespace mainstay::kit
