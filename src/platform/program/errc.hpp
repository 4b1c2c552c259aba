#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace mainstay {

enum class ApplicationErrc : std::uint8_t { unsafe = 1, data_folder, setting };
const ErrorRow& error_row(ApplicationErrc code);

}  // namespace mainstay
