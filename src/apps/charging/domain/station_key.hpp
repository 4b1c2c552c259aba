#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mainstay::charging {

/// Of an AuthorizationKey as it is set, and as a password (OCPP 1.6 security whitepaper: 16 to 40
/// bytes, or 32 to 40 hexadecimal digits that stand for 16 to 20).
inline constexpr std::size_t station_key_bytes_min = 16;
inline constexpr std::size_t station_key_bytes_max = 40;

/// 32 to 40 hexadecimal digits, an even number of them: the bytes they stand for. In this form
/// OCPP hands keys over; nothing otherwise.
std::optional<std::string> hexadecimal_key(std::string_view text);

/// Whether it has the length that the standard wants, and no control characters.
bool is_station_key(std::string_view text);

/// Whether it may be taken for random bits, 128 at least: hexadecimal, and no pattern that people
/// type. Anything else counts as chosen by a person.
bool is_random_key(std::string_view text);

/// The serial number of a certificate as programs print it (4A:0b.., 0x4a0B..): in capital
/// hexadecimal, two digits a byte, without zeros in front. Nothing when it is none of 1 to 20 bytes
/// (RFC 5280 4.1.2.2).
std::optional<std::string> certificate_serial(std::string_view text);

/// What a Basic header gives for this identity: everything behind the colon, whatever bytes those
/// are. Nothing when it is no such header, or names another.
std::optional<std::string> basic_password(std::string_view header, std::string_view identity);

}  // namespace mainstay::charging
