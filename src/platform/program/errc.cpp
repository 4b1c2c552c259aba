#include "platform/program/errc.hpp"

namespace mainstay {
namespace {

constexpr ErrorRow unsafe_row{"unsafe", "refused, since it would not be safe", 400};
constexpr ErrorRow data_folder_row{"data_folder", "cannot use the data folder", 500};
constexpr ErrorRow setting_row{"setting", "a setting does not fit", 400};

}  // namespace

const ErrorRow& error_row(ApplicationErrc code) {
  switch (code) {
    case ApplicationErrc::unsafe:
      return unsafe_row;
    case ApplicationErrc::data_folder:
      return data_folder_row;
    case ApplicationErrc::setting:
      break;
  }
  return setting_row;
}

}  // namespace mainstay
