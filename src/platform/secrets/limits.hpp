#pragma once

#include <cstddef>

#include "base/clock.hpp"

namespace mainstay::secrets {

/// Of one secret, whatever it comes from; Secret Manager has the same bound.
inline constexpr std::size_t value_bytes_max = 65'536;
/// Distinct references that one process resolves.
inline constexpr std::size_t references_max = 256;
inline constexpr std::size_t reference_bytes_max = 4'096;
/// Of an answer of Google's services: base64 of the value, its key, and JSON around it.
inline constexpr std::size_t answer_bytes_max = 262'144;
/// A request that may succeed later is sent this often at most.
inline constexpr int attempts_max = 5;
inline constexpr Millis pause_min{200};
inline constexpr Millis pause_max{5'000};

}  // namespace mainstay::secrets
