#include "apps/kit/domain/name.hpp"

#include <algorithm>
#include <array>

#include "apps/kit/errc.hpp"
#include "apps/kit/limits.hpp"

namespace mainstay::kit {
namespace {

constexpr std::array<std::string_view, 97> cpp_words{"alignas",
                                                     "alignof",
                                                     "and",
                                                     "and_eq",
                                                     "asm",
                                                     "auto",
                                                     "bitand",
                                                     "bitor",
                                                     "bool",
                                                     "break",
                                                     "case",
                                                     "catch",
                                                     "char",
                                                     "char16_t",
                                                     "char32_t",
                                                     "char8_t",
                                                     "class",
                                                     "co_await",
                                                     "co_return",
                                                     "co_yield",
                                                     "compl",
                                                     "concept",
                                                     "const",
                                                     "const_cast",
                                                     "consteval",
                                                     "constexpr",
                                                     "constinit",
                                                     "continue",
                                                     "decltype",
                                                     "default",
                                                     "delete",
                                                     "do",
                                                     "double",
                                                     "dynamic_cast",
                                                     "else",
                                                     "enum",
                                                     "explicit",
                                                     "export",
                                                     "extern",
                                                     "false",
                                                     "float",
                                                     "for",
                                                     "friend",
                                                     "goto",
                                                     "if",
                                                     "import",
                                                     "inline",
                                                     "int",
                                                     "long",
                                                     "module",
                                                     "mutable",
                                                     "namespace",
                                                     "new",
                                                     "noexcept",
                                                     "not",
                                                     "not_eq",
                                                     "nullptr",
                                                     "operator",
                                                     "or",
                                                     "or_eq",
                                                     "private",
                                                     "protected",
                                                     "public",
                                                     "register",
                                                     "reinterpret_cast",
                                                     "requires",
                                                     "return",
                                                     "short",
                                                     "signed",
                                                     "sizeof",
                                                     "static",
                                                     "static_assert",
                                                     "static_cast",
                                                     "struct",
                                                     "switch",
                                                     "template",
                                                     "this",
                                                     "thread_local",
                                                     "throw",
                                                     "true",
                                                     "try",
                                                     "typedef",
                                                     "typeid",
                                                     "typename",
                                                     "union",
                                                     "unsigned",
                                                     "using",
                                                     "virtual",
                                                     "void",
                                                     "volatile",
                                                     "wchar_t",
                                                     "while",
                                                     "xor",
                                                     "xor_eq",
                                                     "final",
                                                     "override",
                                                     "main"};

/// Namespaces, targets of CMake and Ninja, and folders that mean something already.
constexpr std::array<std::string_view, 40> taken_words{"all",
                                                       "app",
                                                       "apps",
                                                       "base",
                                                       "boost",
                                                       "build",
                                                       "clean",
                                                       "cmake",
                                                       "commands",
                                                       "deps",
                                                       "depend",
                                                       "dev",
                                                       "docs",
                                                       "edit_cache",
                                                       "errno",
                                                       "experimental",
                                                       "git",
                                                       "help",
                                                       "install",
                                                       "linux",
                                                       "list_install_components",
                                                       "mainstay",
                                                       "ninja",
                                                       "package",
                                                       "package_source",
                                                       "platform",
                                                       "posix",
                                                       "preinstall",
                                                       "rebuild_cache",
                                                       "root",
                                                       "settings",
                                                       "src",
                                                       "std",
                                                       "stdin",
                                                       "stdout",
                                                       "test",
                                                       "tests",
                                                       "tmp",
                                                       "unix",
                                                       "var"};

/// What an app's settings, routes and namespace would share with a module of the platform.
constexpr std::array<std::string_view, 22> module_words{
    "apim",    "auth",    "demo",   "front",   "gate",  "health", "http",    "jobs",
    "journal", "json",    "kit",    "lane",    "log",   "mail",   "metrics", "modules",
    "openapi", "program", "search", "secrets", "store", "tls"};

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

template <std::size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& words) {
  return std::ranges::find(words, name) != words.end();
}

std::string shown(std::string_view name) {
  std::string out{"\""};
  for (const char c : name.substr(0, 60)) out.push_back(c >= ' ' && c <= '~' ? c : '?');
  return out.append(name.size() > 60 ? "...\"" : "\"");
}

Error refused(std::string_view name, std::string_view why) {
  std::string detail = shown(name).append(": ").append(why);
  const std::string instead = usable_name(name);
  if (!instead.empty() && instead != name) detail.append("; ").append(instead).append(" would do");
  return {Errc::name_refused, std::move(detail)};
}

Result<> check_name(std::string_view name) {
  if (name.empty()) return refused(name, "a name is needed, for example shop");
  if (name.size() > limits.name_bytes_max) return refused(name, "is longer than 40 letters");
  if (!is_lower(name.front())) return refused(name, "must begin with one of a-z");
  const auto is_allowed = [](char c) { return is_lower(c) || is_digit(c) || c == '_'; };
  if (!std::ranges::all_of(name, is_allowed)) return refused(name, "may hold a-z, 0-9 and _ only");
  if (name.find("__") != std::string_view::npos || name.ends_with('_')) {
    return refused(name, "may hold single _ between letters only");
  }
  if (is_one_of(name, cpp_words)) return refused(name, "is a word of C++");
  if (is_one_of(name, taken_words)) {
    return refused(name, "means something already to CMake, C++ or the folder's layout");
  }
  return {};
}

}  // namespace

std::string usable_name(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const bool is_kept = is_lower(c) || (is_digit(c) && !out.empty());
    if (is_kept) {
      out.push_back(c);
    } else if (!out.empty() && out.back() != '_') {
      out.push_back('_');
    }
  }
  out.resize(std::min(out.size(), limits.name_bytes_max - 4));
  while (!out.empty() && out.back() == '_') out.pop_back();
  const bool is_taken =
      is_one_of(out, cpp_words) || is_one_of(out, taken_words) || is_one_of(out, module_words);
  return is_taken ? "my_" + out : out;
}

Result<> check_project_name(std::string_view name) { return check_name(name); }

Result<> check_app_name(std::string_view name) {
  MS_TRY_VOID(check_name(name));
  if (is_one_of(name, module_words)) return refused(name, "is a module of the platform");
  return {};
}

}  // namespace mainstay::kit
