#include "apps/exchange/domain/saved_state.hpp"

#include <array>

namespace mainstay::exchange {

const ErrorRow& error_row(SavedStateErrc code) {
  static constexpr std::array rows{
      ErrorRow{"exchange_state_damaged", "the saved state of the exchange is damaged", 500,
               Retry::no},
      ErrorRow{"exchange_state_version_other",
               "the exchange was saved by another version of this program", 500, Retry::no},
  };
  return rows[static_cast<std::size_t>(code) - 1];
}

std::uint64_t StateReader::number(std::uint64_t most) {
  const std::uint64_t value = in_.varint();
  if (value > most) fail();
  return ok() ? value : 0;
}

std::string_view StateReader::text(std::size_t size_max) {
  const std::string_view value = in_.text();
  if (value.size() > size_max) fail();
  return ok() ? value : std::string_view{};
}

}  // namespace mainstay::exchange
