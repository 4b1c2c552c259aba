#pragma once

#include <cstdint>
#include <span>

#include "platform/program/command.hpp"

namespace mainstay::commands {

enum class Errc : std::uint8_t { usage = 1, help };
const ErrorRow& error_row(Errc code);

/// The call of one of `commands`, which outlive it; without settings. Errc::help carries the text
/// that was asked for; Errc::usage what is wrong with the line.
Result<Call> parse(const Product& product, std::span<const Command> commands, int argc,
                   char** argv);

}  // namespace mainstay::commands
