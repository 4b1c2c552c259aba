#pragma once

#include <string>
#include <string_view>

#include "apps/kit/domain/render.hpp"
#include "base/result.hpp"

namespace mainstay::kit {

/// What a project was made with: kept in it (.mainstay/answers.toml), so that an update needs to
/// ask nothing.
struct Answers {
  std::string name;                // check_project_name()
  std::string title;               // for people
  std::string port = "3000";       // of the development server
  std::string store = "sqlite";    // or "postgres"
  std::string author = "";         // may be empty
  std::string source = "builtin";  // of the template: that, a path, or URL#COMMIT

  bool operator==(const Answers&) const = default;
};

/// Errc::answer_refused says which one, why, and what may be there. What passes may stand in quotes
/// in any of a project's languages.
Result<> check(const Answers& answers);

/// "my_shop" gives "My shop".
std::string title_of(std::string_view name);

/// The placeholders of a project's template: name, NAME, title, port, store, author, mainstay (the
/// version that renders).
Values values_of(const Answers& answers, std::string_view mainstay_version);

/// TOML. `mainstay_version`: what rendered last.
std::string to_text(const Answers& answers, std::string_view mainstay_version);
/// Errc::no_project when this is not what to_text() wrote, or a person made of it something that is
/// not allowed.
Result<Answers> parse_answers(std::string_view text);

}  // namespace mainstay::kit
