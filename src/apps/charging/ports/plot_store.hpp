#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "apps/charging/domain/plots/plot.hpp"
#include "apps/charging/domain/plots/plot_note.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"

namespace mainstay::charging {

/// Which plots to list: by id.
struct PlotFilter {
  PlotId id{};          // 0: all
  std::string words{};  // in name, address or operator; A to Z in either case, as in `city`
  std::string city{};
  std::string country{};
  std::string source{};
  std::size_t limit = 100;
};

/// Plots and what people add to them. Any thread; answers come once, on a thread of the store or on
/// the caller's, and must be short. What is answered is committed.
class PlotStore {
 public:
  virtual ~PlotStore() = default;

  struct Stored {
    Plot plot;
    Rating rating{};
  };
  template <class T>
  using Done = UniqueFunction<void(Result<T>)>;

  /// Those that changed behind that version, 0 for all. Blocks.
  virtual Result<> load(std::int64_t after_version, const std::function<void(Stored)>& take) = 0;

  /// Blocks.
  virtual Result<std::vector<Stored>> list(const PlotFilter& filter) = 0;

  /// With id 0 a new one, which gets an id; else instead of the one of that id and version
  /// (changed_meanwhile when there is none). Gives it with its new version, the highest that ever
  /// was; ids too are not given again.
  virtual void save(Plot plot, Done<Plot> done) = 0;
  /// All or none, each as save() does. Blocks.
  virtual Result<> save_all(std::vector<Plot>& plots) = 0;
  /// With everything that people added to it. plot_unknown.
  virtual void remove(PlotId id, Done<void> done) = 0;
  /// Those that are still there in their version and without any note, each as remove() does.
  /// Gives which went. Blocks.
  virtual Result<std::vector<PlotId>> remove_unused(const std::vector<Plot>& plots) = 0;
  /// How many there are, and which, in order. Block.
  virtual Result<std::size_t> count() = 0;
  virtual Result<std::vector<PlotId>> ids() = 0;
  /// Those with notes, in order. Blocks.
  virtual Result<std::vector<PlotId>> noted() = 0;

  /// A comment replaces the same author's. Gives it with its id, and what the plot is rated now.
  /// plot_unknown; too_many_notes.
  struct Added {
    PlotNote note;
    Rating rating{};
  };
  virtual void add_note(PlotNote note, Done<Added> done) = 0;
  /// `author`: empty, or whose it must be. note_unknown.
  virtual void remove_note(PlotId plot, NoteKind kind, NoteId id, std::string author,
                           Done<Rating> done) = 0;
  /// The newest first, those before `before` (0: from the newest on).
  virtual void notes(PlotId plot, NoteKind kind, NoteId before, std::size_t limit,
                     Done<std::vector<PlotNote>> done) = 0;
  virtual void note(PlotId plot, NoteKind kind, NoteId id, Done<PlotNote> done) = 0;
  /// Of a proposed edit that is open: refused, or accepted together with the plot that it makes,
  /// which is saved as save() does. note_unknown, note_decided.
  virtual void decide(PlotId plot, NoteId id, std::string by, std::optional<Plot> accepted,
                      Done<std::optional<Plot>> done) = 0;

  virtual void set_favourite(std::string user, PlotId plot, bool is_one, SystemTime now,
                             Done<void> done) = 0;
  /// By id, behind `after`.
  virtual void favourites(std::string user, PlotId after, std::size_t limit,
                          Done<std::vector<PlotId>> done) = 0;
};

}  // namespace mainstay::charging
