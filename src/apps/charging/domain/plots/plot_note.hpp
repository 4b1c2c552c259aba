#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "apps/charging/fundamental.hpp"
#include "base/clock.hpp"
#include "base/strong.hpp"

namespace mainstay::charging {

using NoteId = Strong<struct NoteIdTag, std::int64_t>;  // ours, from 1

enum class NoteKind : std::uint8_t { comment = 1, check_in, photo, edit };
enum class NoteState : std::uint8_t { open, accepted, refused };

inline constexpr std::string_view name_of(NoteState state) {
  return state == NoteState::open ? "open" : state == NoteState::accepted ? "accepted" : "refused";
}

/// What somebody added to a plot.
struct PlotNote {
  NoteId id{};
  PlotId plot{};
  NoteKind kind = NoteKind::comment;
  std::string author{};               // by auth's id
  std::string author_name{};          // as it was then
  std::string body{};                 // text; of an edit the JSON object of what changes
  std::string link{};                 // of a photo: nobody here fetches it; of an edit: why
  std::optional<int> rating{};        // of a comment: 1 to 5
  std::optional<bool> worked{};       // of a check-in: whether charging did
  NoteState state = NoteState::open;  // of an edit
  std::string decided_by{};
  SystemTime created_at{};
};

struct NoteLimits {
  static constexpr std::size_t body_bytes_max = 4'000;
  static constexpr std::int64_t of_a_plot_max = 10'000;  // of one kind; then too_many_notes
  static constexpr std::int64_t favourites_max = 1'000;  // of a person
  static constexpr std::size_t page_max = 200;
};

}  // namespace mainstay::charging
