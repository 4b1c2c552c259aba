#include "apps/kit/errc.hpp"

namespace mainstay::kit {
namespace {

constexpr ErrorRow name_row{"kit_name_refused", "this name cannot be used", 400};
constexpr ErrorRow answer_row{"kit_answer_refused", "this answer cannot be used", 400};
constexpr ErrorRow template_row{"kit_template_refused", "the template was refused", 400};
constexpr ErrorRow place_row{"kit_place_taken", "something is there already", 409};
constexpr ErrorRow project_row{"kit_no_project", "no project of this kit", 400};
constexpr ErrorRow unclean_row{"kit_unclean", "there are changes that are not committed", 409};
constexpr ErrorRow io_row{"kit_io", "cannot read or write", 500};
constexpr ErrorRow git_row{"kit_git", "git failed", 500};

}  // namespace

const ErrorRow& error_row(Errc code) {
  switch (code) {
    case Errc::name_refused:
      return name_row;
    case Errc::answer_refused:
      return answer_row;
    case Errc::template_refused:
      return template_row;
    case Errc::place_taken:
      return place_row;
    case Errc::no_project:
      return project_row;
    case Errc::unclean:
      return unclean_row;
    case Errc::io:
      return io_row;
    case Errc::git:
      break;
  }
  return git_row;
}

}  // namespace mainstay::kit
