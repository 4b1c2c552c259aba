#pragma once

#include <cstddef>

namespace mainstay::kit {

/// Of what comes from outside: names, answers, templates.
struct Limits {
  std::size_t name_bytes_max = 40;
  std::size_t answer_bytes_max = 72;
  std::size_t files_max = 1'000;  // of a template
  std::size_t file_bytes_max = 1U << 20U;
  std::size_t tree_bytes_max = 16U << 20U;
  std::size_t path_bytes_max = 200;
  std::size_t path_parts_max = 12;
  std::size_t depth_max = 8;                 // of conditions in a template's file
  std::size_t problems_max = 20;             // told of one template
  std::size_t merged_bytes_max = 8U << 20U;  // what git merge-file may say
};
inline constexpr Limits limits;

}  // namespace mainstay::kit
