#include "platform/auth/domain/password_rule.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.hpp"
#include "platform/auth/errc.hpp"
#include "platform/auth/limits.hpp"

namespace mainstay::auth {
namespace {

/// Words that people make long by repeating them or by digits and signs behind them. Shorter than
/// a password may be: compared is what is left of a password without those.
constexpr std::array<std::string_view, 40> common_words{
    "password", "passwort",      "passw",      "qwerty",   "qwertyuiop", "qwertz",     "qwertzuiop",
    "asdfgh",   "asdfghjkl",     "zxcvbnm",    "letmein",  "welcome",    "willkommen", "iloveyou",
    "admin",    "administrator", "changeme",   "default",  "dragon",     "football",   "baseball",
    "monkey",   "sunshine",      "princess",   "superman", "batman",     "trustno",    "abc",
    "abcdef",   "abcdefgh",      "abcdefghij", "master",   "shadow",     "michael",    "secret",
    "login",    "starwars",      "whatever",   "mainstay", "test"};

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

/// The letters at the beginning, with the usual signs read as the letters they stand for.
std::string word_of(std::string_view password) {
  std::string word = lower_case(password);
  const auto is_rest = [](char c) { return !is_letter(c); };
  while (!word.empty() && is_rest(word.back())) word.pop_back();
  for (char& c : word) {
    constexpr std::string_view signs = "@4301$5!7";
    constexpr std::string_view letters = "aaeoissit";
    if (const auto at = signs.find(c); at != std::string_view::npos) c = letters[at];
  }
  std::erase_if(word, is_rest);
  return word;
}

/// "abcabcabc" is of "abc"; whole and as a prefix of one more.
bool repeats(std::string_view text, std::size_t length) {
  for (std::size_t i = length; i < text.size(); ++i) {
    if (text[i] != text[i - length]) return false;
  }
  return true;
}

/// Each byte one more, or each one less, than the one before; 0 comes behind 9.
bool is_run(std::string_view text) {
  const auto follows = [](char before, char c) {
    return c - before == 1 || (before == '9' && c == '0');
  };
  bool up = true;
  bool down = true;
  for (std::size_t i = 1; i < text.size(); ++i) {
    up = up && follows(text[i - 1], text[i]);
    down = down && follows(text[i], text[i - 1]);
  }
  return up || down;
}

bool is_common(std::string_view password) {
  for (std::size_t length = 1; length <= 4 && length < password.size(); ++length) {
    if (repeats(password, length)) return true;
  }
  if (is_run(password)) return true;
  const std::string word = word_of(password);
  return std::ranges::any_of(common_words, [&](std::string_view common) {
    return word.size() >= common.size() && word.starts_with(common) && repeats(word, common.size());
  });
}

}  // namespace

Result<> check_new_password(std::string_view password, std::string_view name,
                            std::string_view email) {
  if (password.size() < Limits::password_min) {
    return Error{Errc::password_too_short, "at least 10 characters; a few words are good"};
  }
  if (password.size() > Limits::password_max) {
    return Error{Errc::password_too_long, "at most 1024 bytes"};
  }
  const auto is = [&](std::string_view what) {
    return !what.empty() && equals_ignoring_case(password, what);
  };
  if (is(name) || is(email) || is(email.substr(0, email.find('@')))) return Errc::password_is_name;
  if (is_common(password)) return Errc::password_common;
  return {};
}

}  // namespace mainstay::auth
