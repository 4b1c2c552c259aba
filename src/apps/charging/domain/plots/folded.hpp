#pragma once

#include <string>
#include <string_view>

namespace mainstay::charging {

/// UTF-8 as searches compare it: Latin letters (of Western, Central and Northern Europe) in lower
/// case and without accents, `ß` as `ss`, `æ` as `ae`. All else, also what is no UTF-8, stays.
std::string folded(std::string_view text);

}  // namespace mainstay::charging
