#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace mainstay::secrets {

enum class Scheme : std::uint8_t { env, file, age, berglas, sm };

/// What the value of a reference becomes: itself, or the path of a file (0600) that holds it.
struct Destination {
  enum class Kind : std::uint8_t { value, temporary_file, path };
  Kind kind = Kind::value;
  std::string path = {};  // of Kind::path
};

/// A place that a secret is read from, docs/secrets.md:
///
///     env:NAME                      a variable
///     file:PATH                     a file, without the line end at its end
///     age:PATH#KEY                  a value of a file encrypted by age; without #KEY all of it
///     berglas://BUCKET/OBJECT[?destination=tempfile|PATH][#GENERATION]
///     sm://PROJECT/NAME[?destination=tempfile|PATH][#VERSION]
///
/// The last two are Berglas's: a URL whose path, option and fragment are percent-decoded; a
/// `tmpfile` is a tempfile; an object's name may have slashes. Other than Berglas we refuse a
/// generation that is no number and options that we do not know, where it reads the newest and goes
/// on.
struct Reference {
  Scheme scheme = Scheme::env;
  std::string place;    // the variable, path, bucket or project
  std::string name;     // age: the key, or "" for all; berglas: the object; sm: the secret
  std::string version;  // berglas: the generation, "" for the newest; sm: the version or "latest"
  Destination destination;
};

/// Errc::bad_reference says what is wrong, and does not repeat the reference.
Result<Reference> parse_reference(std::string_view text);

}  // namespace mainstay::secrets
