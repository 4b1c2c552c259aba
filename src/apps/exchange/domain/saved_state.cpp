#include "apps/exchange/domain/saved_state.hpp"

namespace mainstay::exchange {

const ErrorRow& error_row(SavedStateErrc) {
  static constexpr ErrorRow row{"exchange_state_damaged",
                                "the saved state of the exchange is damaged", 500, Retry::no};
  return row;
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
