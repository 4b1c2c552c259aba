#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "apps/charging/ports/plot_store.hpp"
#include "platform/store/store.hpp"

namespace mainstay::charging {

/// PlotStore in the relational store (tables charging_plots, charging_plot_*), on either engine.
class SqlPlotStore final : public PlotStore {
 public:
  explicit SqlPlotStore(store::Store& store) : store_(store) {}

  Result<> load(std::int64_t after_version, const std::function<void(Stored)>& take) override;
  Result<std::vector<Stored>> list(const PlotFilter& filter) override;
  void save(Plot plot, Done<Plot> done) override;
  Result<> save_all(std::vector<Plot>& plots) override;
  void remove(PlotId id, Done<void> done) override;
  Result<std::vector<PlotId>> remove_unused(const std::vector<Plot>& plots) override;
  Result<std::size_t> count() override;
  Result<std::vector<PlotId>> ids() override;
  Result<std::vector<PlotId>> noted() override;
  void add_note(PlotNote note, Done<Added> done) override;
  void remove_note(PlotId plot, NoteKind kind, NoteId id, std::string author,
                   Done<Rating> done) override;
  void notes(PlotId plot, NoteKind kind, NoteId before, std::size_t limit,
             Done<std::vector<PlotNote>> done) override;
  void note(PlotId plot, NoteKind kind, NoteId id, Done<PlotNote> done) override;
  void decide(PlotId plot, NoteId id, std::string by, std::optional<Plot> accepted,
              Done<std::optional<Plot>> done) override;
  void set_favourite(std::string user, PlotId plot, bool is_one, SystemTime now,
                     Done<void> done) override;
  void favourites(std::string user, PlotId after, std::size_t limit,
                  Done<std::vector<PlotId>> done) override;

 private:
  Result<std::vector<PlotId>> ids_of(const std::string& query);
  /// Carries out `work(session, value)` on the writer, and gives `value` when it is committed.
  template <class T, class Work>
  void change(T value, Work work, Done<T> done);

  store::Store& store_;
};

}  // namespace mainstay::charging
