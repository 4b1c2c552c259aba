#include "apps/charging/plots_desk.hpp"

#include <future>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <doctest/doctest.h>

#include "apps/charging/domain/plots/test_plots.hpp"
#include "apps/charging/inbound/http/plot_input.hpp"
#include "apps/charging/inbound/import/plot_files.hpp"
#include "apps/charging/outbound/memory/linear_geo_index.hpp"
#include "apps/charging/outbound/sqlite/plot_rows.hpp"
#include "apps/charging/plot_import.hpp"
#include "apps/charging/plots_feed.hpp"
#include "platform/store/migrations.hpp"
#include "platform/store/test_databases.hpp"

namespace mainstay::charging {
std::span<const store::Migration> migrations();  // generated from migrations/
}

namespace mainstay::charging::plots_desk_test {

namespace {

struct Office {
  Office() {
    store::Migrator migrator{*database, migrations()};
    REQUIRE(migrator.up(test_time).has_value());
    plots = std::make_unique<SqlPlotStore>(*database);
    open();
  }
  void open() {
    desk.emplace(*plots, index, [](const Error& error) { FAIL_CHECK(error.message()); });
    REQUIRE(desk->start().has_value());
    desk->watch(true);
  }
  Result<Plot> save(const Plot& plot) {
    std::promise<Result<Plot>> saved;
    desk->save(plot, [&](Result<Plot> done) { saved.set_value(std::move(done)); });
    return saved.get_future().get();
  }
  Result<PlotNote> note(const PlotNote& note) {
    std::promise<Result<PlotNote>> noted;
    desk->add_note(note, [&](Result<PlotNote> done) { noted.set_value(std::move(done)); });
    return noted.get_future().get();
  }
  ConnectorState state(std::int64_t plot, std::size_t offer = 0) {
    return desk->read(
        [&](const PlotTable& table) { return table.find(PlotId{plot})->state(offer); });
  }
  static Plot mapped(std::int64_t station) {
    Plot plot = test_plot(1, 47, 8);
    plot.id = PlotId{};
    plot.offers[0].station = plot.offers[1].station = StationId{station};
    plot.offers[0].connector = ConnectorNumber{1};
    plot.offers[1].connector = ConnectorNumber{2};
    return plot;
  }

  /// One of Open Charge Map's sites.
  static std::string site(int id, int status, const std::string& name = "Quay") {
    return R"({"ID":)" + std::to_string(id) + R"(,"StatusTypeID":)" + std::to_string(status) +
           R"(,"AddressInfo":{"Title":")" + name + R"(","Latitude":47,"Longitude":8},)" +
           R"("Connections":[{"ConnectionTypeID":33}]})";
  }
  static void take(PlotImport& import, const std::string& sites) {
    read_open_charge_map(sites, {}, [&](std::size_t, Result<ImportedSite> read) {
      CHECK(import.take(1, std::move(read)).has_value());
      return true;
    });
  }
  PlotImport::Totals import(const std::string& sites, bool write = true) {
    PlotImport out{*plots, "ocm", write};
    REQUIRE(out.start().has_value());
    take(out, sites);
    REQUIRE(out.finish().has_value());
    REQUIRE(desk->refresh().has_value());
    return out.totals();
  }
  std::optional<Plot> imported(int id) {
    return desk->read([&](const PlotTable& table) -> std::optional<Plot> {
      const PlotRow* row = table.find_source("ocm", std::to_string(id));
      return row == nullptr ? std::nullopt : std::optional{row->plot};
    });
  }

  store::SqliteOnFile file;
  std::unique_ptr<store::Store> database = file.open({});
  std::unique_ptr<SqlPlotStore> plots;
  LinearGeoIndex index;
  std::optional<PlotsDesk> desk;
};

}  // namespace

TEST_CASE("plots desk: what stations tell reaches rows, also of plots that come later") {
  Office office;
  const StationId station{7};
  office.desk->tell(station, ConnectorNumber{1}, ConnectorState::available);
  office.desk->tell_online(station, true);
  REQUIRE(office.save(Office::mapped(7)).has_value());
  CHECK(office.state(1) == ConnectorState::available);
  CHECK(office.state(1, 1) == ConnectorState::unknown);
  (void)office.desk->take_changed();
  tell_event(*office.desk,
             ConnectorStatusChanged{station, ConnectorNumber{1}, ocpp::ConnectorStatus::charging,
                                    ocpp::ErrorCode::no_error, test_time});
  CHECK(office.state(1) == ConnectorState::occupied);
  CHECK(office.desk->take_changed() == std::vector<PlotId>{PlotId{1}});
  CHECK(office.desk->take_changed().empty());
  office.desk->tell(station, ConnectorNumber{0}, ConnectorState::out_of_order);
  CHECK(office.state(1) == ConnectorState::out_of_order);
  office.desk->tell(station, ConnectorNumber{0}, ConnectorState::available);
  CHECK(office.state(1) == ConnectorState::occupied);
  tell_event(*office.desk, StationOffline{station, test_time});
  CHECK(office.state(1) == ConnectorState::unknown);
  tell_event(*office.desk, StationOnline{station, test_time});
  CHECK(office.state(1) == ConnectorState::occupied);
  tell_event(*office.desk, StationChanged{station, true});
  CHECK(office.state(1) == ConnectorState::unknown);
}

TEST_CASE("plots desk: what may not be is refused, what is saved is there after a restart") {
  Office office;
  const auto first = office.save(Office::mapped(7));
  REQUIRE(first.has_value());
  CHECK(office.save(Office::mapped(7)).error().is(PlotErrc::connector_taken));
  Plot strange = Office::mapped(8);
  strange.time_zone = "Mars/Olympus";
  CHECK(office.save(strange).error().is(PlotErrc::plot_invalid));
  Plot stale = *first;
  stale.name = "Changed";
  CHECK(office.save(stale).has_value());
  CHECK(office.save(stale).error().is(PlotErrc::changed_meanwhile));
  PlotNote comment;
  comment.plot = first->id;
  comment.author = "ann";
  comment.rating = 4;
  REQUIRE(office.note(comment).has_value());
  office.desk.reset();
  office.open();
  office.desk->read([&](const PlotTable& table) {
    REQUIRE(table.size() == 1);
    CHECK(table.find(PlotId{1})->plot.name == "Changed");
    CHECK(table.find(PlotId{1})->rating.sum == 4);
  });
}

TEST_CASE("plots desk: an import is seen while it serves, and the same again changes nothing") {
  Office office;
  const auto import = [&](const std::string& name, bool write) {
    PlotImport out{*office.plots, "ocm", write};
    REQUIRE(out.start().has_value());
    const std::string site = Office::site(1, 50, name);
    read_open_charge_map(site + site + R"({"ID":2})", {},
                         [&](std::size_t line, Result<ImportedSite> read) {
                           CHECK(out.take(line, std::move(read)).has_value());
                           return true;
                         });
    REQUIRE(out.finish().has_value());
    return out.totals();
  };
  const auto rehearsed = import("Quay", false);
  CHECK(rehearsed.added == 1);
  CHECK(rehearsed.same == 1);
  CHECK(rehearsed.failed == 1);
  CHECK(rehearsed.seen == 3);
  CHECK(import("Quay", true).added == 1);
  CHECK(import("Quay", true).same == 2);
  CHECK(import("Pier", true).changed == 1);
  REQUIRE(office.desk->refresh().has_value());
  office.desk->read([&](const PlotTable& table) {
    REQUIRE(table.find_source("ocm", "1") != nullptr);
    CHECK(table.find_source("ocm", "1")->plot.name == "Pier");
  });
  Plot owned = office.desk->read(
      [&](const PlotTable& table) { return table.find_source("ocm", "1")->plot; });
  owned.host = "holly";
  REQUIRE(office.save(owned).has_value());
  CHECK(import("Quay", true).kept == 2);
}

TEST_CASE("plots desk: what is imported is seen also after the newest plot was removed") {
  Office office;
  REQUIRE(office.save(Office::mapped(7)).has_value());
  const auto newest = office.save(Office::mapped(8));
  REQUIRE(newest.has_value());
  REQUIRE(office.desk->refresh().has_value());
  std::promise<Result<>> removed;
  office.desk->remove(newest->id, [&](Result<> done) { removed.set_value(std::move(done)); });
  REQUIRE(removed.get_future().get().has_value());

  PlotImport import{*office.plots, "ocm", true};
  REQUIRE(import.start().has_value());
  read_open_charge_map(R"({"ID":1,"AddressInfo":{"Title":"Quay","Latitude":47,"Longitude":8}})", {},
                       [&](std::size_t line, Result<ImportedSite> site) {
                         return import.take(line, std::move(site)).has_value();
                       });
  REQUIRE(import.finish().has_value());
  REQUIRE(office.desk->refresh().has_value());
  office.desk->read([&](const PlotTable& table) {
    REQUIRE(table.find_source("ocm", "1") != nullptr);
    CHECK(table.find_source("ocm", "1")->plot.id != newest->id);
  });
}

TEST_CASE(
    "plots desk: what another process removes is gone here too, and its connectors are free") {
  Office office;
  const auto first = office.save(Office::mapped(7));
  REQUIRE(office.save(Office::mapped(8)).has_value());
  SqlPlotStore beside{*office.database};
  std::promise<Result<>> removed;
  beside.remove(first->id, [&](Result<> done) { removed.set_value(std::move(done)); });
  REQUIRE(removed.get_future().get().has_value());
  (void)office.desk->take_changed();
  REQUIRE(office.desk->refresh().has_value());
  CHECK(office.desk->read([](const PlotTable& table) { return table.size(); }) == 1);
  CHECK(office.desk->take_changed() == std::vector<PlotId>{first->id});
  REQUIRE(office.desk->refresh().has_value());
  CHECK(office.desk->take_changed().empty());
  CHECK(office.save(Office::mapped(7)).has_value());
}

TEST_CASE("plots desk: an import removes the plots of sites that are closed by now") {
  Office office;
  const auto site = [](int id, int status) { return Office::site(id, status); };
  const auto import = [&](const std::string& sites, bool write = true) {
    return office.import(sites, write);
  };
  const auto is_there = [&](int id) { return office.imported(id).has_value(); };
  CHECK(import(site(1, 50) + site(2, 50) + site(3, 50) + site(4, 50)).added == 4);
  Plot owned = office.imported(4).value();
  owned.host = "holly";
  REQUIRE(office.save(owned).has_value());

  const std::string later = site(1, 200) + site(2, 50) + site(3, 150) + site(4, 210) + site(5, 200);
  CHECK(import(later, false).removed == 2);
  CHECK(is_there(1));
  const auto changed = import(later);
  CHECK(changed.removed == 2);
  CHECK(changed.same == 1);
  CHECK(changed.kept == 1);
  CHECK(changed.skipped == 1);
  CHECK(!is_there(1));
  CHECK(is_there(2));
  CHECK(!is_there(3));
  CHECK(is_there(4));
  CHECK(import(later).removed == 0);

  // It works again, and closes, and works, in one file.
  const auto back = import(site(1, 50) + site(1, 200) + site(1, 50) + site(2, 200) + site(2, 50));
  CHECK(back.added == 3);
  CHECK(back.removed == 2);
  CHECK(is_there(1));
  CHECK(is_there(2));
}

TEST_CASE("plots desk: an import leaves alone what operators linked and what people wrote of") {
  Office office;
  std::string open;
  std::string changed;
  std::string closed;
  for (int id = 1; id <= 5; ++id) {
    open += Office::site(id, 50);
    changed += Office::site(id, 50, "Pier");
    closed += Office::site(id, 200);
  }
  REQUIRE(office.import(open).added == 5);
  Plot linked = office.imported(1).value();
  linked.offers.at(0).station = StationId{7};
  linked.offers.at(0).connector = ConnectorNumber{1};
  REQUIRE(office.save(linked).has_value());
  Plot priced = office.imported(2).value();
  priced.offers.at(0).tariff = "day";
  REQUIRE(office.save(priced).has_value());
  PlotNote photo;
  photo.plot = office.imported(3)->id;
  photo.kind = NoteKind::photo;
  CHECK(office.note(photo).has_value());

  auto totals = office.import(changed);
  CHECK(totals.kept == 2);
  CHECK(totals.changed == 3);
  CHECK(office.imported(1)->offers == linked.offers);
  CHECK(office.imported(2)->offers == priced.offers);
  CHECK(office.imported(3)->name == "Pier");
  for (const bool write : {false, true}) {
    totals = office.import(closed, write);
    CHECK(totals.kept == 3);
    CHECK(totals.removed == 2);
  }
  for (const int id : {1, 2, 3}) CHECK(office.imported(id).has_value());
  CHECK(!office.imported(4));
}

TEST_CASE("plots desk: an import counts what it removed, not what changed under its hands") {
  Office office;
  REQUIRE(office.import(Office::site(1, 50) + Office::site(2, 50) + Office::site(3, 50)).added ==
          3);
  PlotImport import{*office.plots, "ocm", true};
  REQUIRE(import.start().has_value());
  Plot changed = office.imported(1).value();
  changed.name = "Mine";
  REQUIRE(office.save(changed).has_value());
  PlotNote comment;
  comment.plot = office.imported(2)->id;
  REQUIRE(office.note(comment).has_value());
  Office::take(import, Office::site(1, 200) + Office::site(2, 200) + Office::site(3, 200));
  Office::take(import, Office::site(1, 50));
  REQUIRE(import.finish().has_value());
  CHECK(import.totals().removed == 1);
  CHECK(import.totals().kept == 3);
  CHECK(import.totals().added == 0);
  REQUIRE(office.desk->refresh().has_value());
  CHECK(office.imported(1)->name == "Mine");
  CHECK(office.imported(2).has_value());
  CHECK(!office.imported(3));
}

TEST_CASE("plot input: members over a plot, and what is wrong by name") {
  Plot plot = test_plot(1, 47, 8);
  REQUIRE(apply_members(R"({"name":"New","hours":"24/7","amenities":["wifi"],"connectors":[
      {"standard":"IEC_62196_T2","power_kw":22.5,"price_per_kwh":0.399,"station":4,"connector":1}
      ]})",
                        plot)
              .has_value());
  CHECK(plot.name == "New");
  CHECK(plot.city == "Testwil");
  REQUIRE(plot.offers.size() == 1);
  CHECK(plot.offers[0].power_w == 22'500);
  CHECK(plot.offers[0].price == 399);
  const auto refused = [](std::string_view json) {
    Plot other = test_plot(1, 47, 8);
    const auto applied = apply_members(json, other);
    return applied.has_value() ? std::string{} : std::string{applied.error().name()};
  };
  CHECK(refused("[]") == "not_an_object");
  CHECK(refused(R"({"host":"me"})") == "member_unknown");
  CHECK(refused(R"({"latitude":91})") == "member_invalid");
  CHECK(refused(R"({"hours":"late"})") == "hours_invalid");
  CHECK(refused(R"({"name":""})") == "plot_invalid");
  CHECK(refused(R"({"connectors":[{"standard":"usb"}]})") == "member_invalid");
  CHECK(refused(R"({"connectors":[{"standard":"ccs2","price_per_kwh":0.3999}]})") ==
        "member_invalid");
  CHECK(refused(R"({"connectors":[{}]})") == "member_missing");
  CHECK(require_members(R"({"name":"x","latitude":1})").has_error());
  CHECK(read_comment(R"({"rating":6})").has_error());
  CHECK(read_comment("{}").has_error());
  CHECK(read_comment(R"({"rating":5})")->rating.value() == 5);
  CHECK(read_check_in(R"({"worked":false})")->worked.value() == false);
  CHECK(read_photo(R"({"url":"http://a.example/b"})").error().is(PlotErrc::photo_invalid));
  CHECK(read_edit(R"({"changes":{"name":""}})", plot).has_error());
  CHECK(read_edit(R"({"changes":{"name":"B"},"text":"why"})", plot)->body == R"({"name":"B"})");
}

}  // namespace mainstay::charging::plots_desk_test
