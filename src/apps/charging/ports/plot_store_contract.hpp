#pragma once

#include <algorithm>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "apps/charging/domain/plots/test_plots.hpp"
#include "apps/charging/ports/plot_store.hpp"

namespace mainstay::charging {

/// What every PlotStore must do. A Holder is default-made with empty tables: `bool is_there()`,
/// `PlotStore& store()`.
template <class Holder>
class PlotStoreContract {
 public:
  void run() {
    if (!holder_.is_there()) return;
    plots();
    numbers();
    comments_rate();
    many_at_once();
    edits();
    favourites();
    lists();
  }

 private:
  template <class T>
  static Result<T> wait(std::future<Result<T>> future) {
    return future.get();
  }
  /// Calls `ask(done)` and waits for the answer.
  template <class T, class Ask>
  static Result<T> answer(Ask ask) {
    std::promise<Result<T>> promise;
    auto future = promise.get_future();
    ask([&promise](Result<T> got) { promise.set_value(std::move(got)); });
    return wait<T>(std::move(future));
  }
  Result<Plot> save(const Plot& plot) {
    return answer<Plot>([&](auto done) { store().save(plot, std::move(done)); });
  }
  Result<PlotStore::Added> add(NoteKind kind, PlotId plot, const std::string& author,
                               std::optional<int> rating = {}) {
    PlotNote note;
    note.kind = kind;
    note.plot = plot;
    note.author = author;
    note.author_name = "Name of " + author;
    note.body = kind == NoteKind::edit ? R"({"name":"New"})" : "text";
    note.rating = rating;
    note.created_at = test_time;
    return answer<PlotStore::Added>([&](auto done) { store().add_note(note, std::move(done)); });
  }
  std::vector<PlotStore::Stored> loaded(std::int64_t after = 0) {
    std::vector<PlotStore::Stored> out;
    const auto done =
        store().load(after, [&](PlotStore::Stored one) { out.push_back(std::move(one)); });
    REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message()));
    return out;
  }
  static Plot new_plot(std::int64_t number) {
    Plot plot = test_plot(number, 47.1234567, -8.5);
    plot.id = PlotId{};
    return plot;
  }

  void plots() {
    Plot plot = new_plot(1);
    plot.hours = OpeningHours::parse("mo-fr 07:00-22:00").value();
    plot.time_zone = "Europe/Zurich";
    plot.amenities = 5;
    plot.access = Access::restricted;
    plot.offers[0].station = StationId{7};
    plot.offers[0].connector = ConnectorNumber{2};
    plot.offers[1].price = price_unknown;
    plot.offers[1].count = 4;
    const auto first = save(plot);
    REQUIRE_MESSAGE(first.has_value(), (first ? "" : first.error().message()));
    CHECK(first->id == PlotId{1});
    CHECK(first->version == 1);
    auto all = loaded();
    REQUIRE(all.size() == 1);
    const Plot& again = all[0].plot;
    CHECK(again.name == plot.name);
    CHECK(again.at == plot.at);
    CHECK(again.hours.text() == "mo-fr 07:00-22:00");
    CHECK(again.time_zone == "Europe/Zurich");
    CHECK(again.amenities == 5);
    CHECK(again.access == Access::restricted);
    CHECK(again.created_at == test_time);
    CHECK(again.offers == plot.offers);
    CHECK(all[0].rating.count == 0);

    Plot changed = again;
    changed.name = "Other";
    changed.offers.pop_back();
    const auto second = save(changed);
    REQUIRE(second.has_value());
    CHECK(second->version == 2);
    CHECK(save(changed).error().is(PlotErrc::changed_meanwhile));
    CHECK(loaded(1).size() == 1);
    CHECK(loaded(1)[0].plot.offers.size() == 1);
    CHECK(loaded(2).empty());

    Plot taken = new_plot(2);
    taken.offers[0].station = StationId{7};
    taken.offers[0].connector = ConnectorNumber{2};
    CHECK(save(taken).has_error());
    std::vector<Plot> many{new_plot(3), new_plot(4)};
    many[0].source = many[1].source = "ocm";
    many[0].source_id = many[1].source_id = "1";
    CHECK(store().save_all(many).has_error());
    CHECK(loaded().size() == 1);
    many[0].id = many[1].id = PlotId{};
    many[1].source_id = "2";
    CHECK(store().save_all(many).has_value());
    CHECK(loaded().size() == 3);
    CHECK(answer<void>([&](auto done) { store().remove(PlotId{3}, std::move(done)); }).has_value());
    CHECK(answer<void>([&](auto done) { store().remove(PlotId{3}, std::move(done)); })
              .error()
              .is(PlotErrc::plot_unknown));
  }

  void many_at_once() {
    std::vector<Plot> many{new_plot(7), new_plot(8), new_plot(9)};
    REQUIRE(store().save_all(many).has_value());
    CHECK(store().count().value() == loaded().size());
    std::vector<PlotId> all;
    for (const auto& one : loaded()) all.push_back(one.plot.id);
    CHECK(store().ids().value() == all);
    many[1].name = "Changed meanwhile";
    const auto changed = save(many[1]);
    REQUIRE(changed.has_value());
    const auto noted = add(NoteKind::check_in, many[2].id, "ann");
    REQUIRE(noted.has_value());
    CHECK(store().noted().value() == std::vector<PlotId>{PlotId{1}, many[2].id});
    CHECK(store().remove_unused(many).value() == std::vector<PlotId>{many[0].id});
    CHECK(answer<Rating>([&](auto done) {
            store().remove_note(many[2].id, NoteKind::check_in, noted->note.id, "ann",
                                std::move(done));
          }).has_value());
    CHECK(store().remove_unused(many).value() == std::vector<PlotId>{many[2].id});
    CHECK(store().remove_unused({})->empty());
    std::erase(all, many[0].id);
    std::erase(all, many[2].id);
    CHECK(store().ids().value() == all);
    CHECK(store().remove_unused({*changed})->size() == 1);
    CHECK(store().count().value() == all.size() - 1);
  }

  /// Those of what is gone are not given again, even if they were the highest; versions neither.
  void numbers() {
    const auto newest = save(new_plot(5));
    REQUIRE(newest.has_value());
    CHECK(newest->id == PlotId{4});
    CHECK(
        answer<void>([&](auto done) { store().remove(newest->id, std::move(done)); }).has_value());
    const auto next = save(new_plot(6));
    REQUIRE(next.has_value());
    CHECK(next->id == PlotId{5});
    CHECK(next->version > newest->version);
    CHECK(answer<void>([&](auto done) { store().remove(next->id, std::move(done)); }).has_value());
  }

  void lists() {
    const auto ids = [&](const PlotFilter& filter) {
      std::string out;
      const auto found = store().list(filter);
      REQUIRE_MESSAGE(found.has_value(), (found ? "" : found.error().message()));
      for (const PlotStore::Stored& one : *found) out += std::to_string(one.plot.id.get()) + " ";
      return out;
    };
    std::vector<Plot> plots{new_plot(7), new_plot(8), new_plot(9)};
    plots[0].name = "100 % Sun";
    plots[0].address = "Quai 1";
    plots[0].city = plots[1].city = "Altdorf";
    plots[1].operator_name = "Ampere";
    plots[2].country = "FR";
    plots[2].source = "afdc";
    plots[2].source_id = "1";
    REQUIRE(store().save_all(plots).has_value());
    const auto named = [](const Plot& plot) { return std::to_string(plot.id.get()) + " "; };
    const auto all = ids({});
    CHECK(all.ends_with(named(plots[0]) + named(plots[1]) + named(plots[2])));
    CHECK(ids({.limit = 1}) == "1 ");
    CHECK(ids({.id = plots[1].id}) == named(plots[1]));
    CHECK(ids({.id = PlotId{999}}).empty());
    CHECK(ids({.words = "100 % s"}) == named(plots[0]));
    CHECK(ids({.words = "QUAI"}) == named(plots[0]));
    CHECK(ids({.words = "_uai"}).empty());
    CHECK(ids({.words = "ampere", .city = "altdorf"}) == named(plots[1]));
    CHECK(ids({.city = "ALTDORF"}) == named(plots[0]) + named(plots[1]));
    CHECK(ids({.country = "FR"}) == named(plots[2]));
    CHECK(ids({.source = "afdc"}) == named(plots[2]));
    CHECK(store().list({.id = plots[0].id})->front().plot.offers == plots[0].offers);
  }

  void comments_rate() {
    CHECK(add(NoteKind::comment, PlotId{99}, "ann", 5).error().is(PlotErrc::plot_unknown));
    const auto first = add(NoteKind::comment, PlotId{1}, "ann", 5);
    REQUIRE(first.has_value());
    CHECK(first->rating.average_e2() == 500);
    CHECK(add(NoteKind::comment, PlotId{1}, "bob", 2)->rating.count == 2);
    CHECK(add(NoteKind::comment, PlotId{1}, "eve")->rating.count == 2);
    const auto again = add(NoteKind::comment, PlotId{1}, "ann", 4);
    CHECK(again->rating.sum == 6);
    CHECK(loaded()[0].rating.sum == 6);
    CHECK(add(NoteKind::check_in, PlotId{1}, "ann").has_value());
    const auto page = [&](NoteId before, std::size_t limit) {
      return answer<std::vector<PlotNote>>([&](auto done) {
        store().notes(PlotId{1}, NoteKind::comment, before, limit, std::move(done));
      });
    };
    const auto newest = page(NoteId{}, 2);
    REQUIRE(newest->size() == 2);
    CHECK(newest->at(0).id == again->note.id);
    CHECK(newest->at(0).author_name == "Name of ann");
    CHECK(newest->at(0).rating.value() == 4);
    CHECK(page(newest->at(1).id, 9)->size() == 1);
    const auto remove = [&](const std::string& author) {
      return answer<Rating>([&](auto done) {
        store().remove_note(PlotId{1}, NoteKind::comment, again->note.id, author, std::move(done));
      });
    };
    CHECK(remove("bob").error().is(PlotErrc::note_unknown));
    CHECK(remove("ann")->count == 1);
    CHECK(remove("").error().is(PlotErrc::note_unknown));
  }

  void edits() {
    const auto edit = add(NoteKind::edit, PlotId{1}, "ann");
    REQUIRE(edit.has_value());
    const auto found = answer<PlotNote>([&](auto done) {
      store().note(PlotId{1}, NoteKind::edit, edit->note.id, std::move(done));
    });
    CHECK(found->body == R"({"name":"New"})");
    const auto decide = [&](NoteId id, std::optional<Plot> accepted) {
      return answer<std::optional<Plot>>([&](auto done) {
        store().decide(PlotId{1}, id, "olga", std::move(accepted), std::move(done));
      });
    };
    Plot stale = loaded()[0].plot;
    stale.version = 0;
    CHECK(decide(edit->note.id, stale).error().is(PlotErrc::changed_meanwhile));
    Plot plot = loaded()[0].plot;
    plot.name = "New";
    const auto made = decide(edit->note.id, plot);
    REQUIRE(made.has_value());
    CHECK(made->value().version > plot.version);
    CHECK(loaded()[0].plot.name == "New");
    CHECK(decide(edit->note.id, {}).error().is(PlotErrc::note_decided));
    CHECK(decide(NoteId{999}, {}).error().is(PlotErrc::note_unknown));
    const auto other = add(NoteKind::edit, PlotId{1}, "bob");
    CHECK(decide(other->note.id, {}).has_value());
  }

  void favourites() {
    const auto set = [&](PlotId plot, bool is_one) {
      return answer<void>([&](auto done) {
        store().set_favourite("ann", plot, is_one, test_time, std::move(done));
      });
    };
    const auto list = [&](PlotId after) {
      return answer<std::vector<PlotId>>(
                 [&](auto done) { store().favourites("ann", after, 10, std::move(done)); })
          .value();
    };
    CHECK(set(PlotId{1}, true).has_value());
    CHECK(set(PlotId{1}, true).has_value());
    CHECK(set(PlotId{2}, true).has_value());
    CHECK(set(PlotId{99}, true).error().is(PlotErrc::plot_unknown));
    CHECK(list(PlotId{}) == std::vector<PlotId>{PlotId{1}, PlotId{2}});
    CHECK(list(PlotId{1}) == std::vector<PlotId>{PlotId{2}});
    CHECK(set(PlotId{1}, false).has_value());
    CHECK(answer<void>([&](auto done) { store().remove(PlotId{2}, std::move(done)); }).has_value());
    CHECK(list(PlotId{}).empty());
  }

  PlotStore& store() { return holder_.store(); }
  Holder holder_;
};

}  // namespace mainstay::charging
