#include "apps/charging/outbound/sqlite/plot_rows.hpp"

#include <memory>
#include <unordered_map>
#include <utility>
#include <variant>

#include "platform/store/columns.hpp"

namespace mainstay::charging {
namespace {

using store::Columns;
using store::Row;
using store::Session;
using store::Value;
using store::value_of;

Value text_of(std::string_view text) { return std::string{text}; }
Value text_or_nothing(const std::string& text) { return text.empty() ? Value{} : Value{text}; }
Value positive_or_null(std::int64_t number) { return number <= 0 ? Value{} : Value{number}; }

constexpr std::string_view plot_columns =
    "id, version, name, latitude_e7, longitude_e7, address, city, postcode, country, "
    "operator_name, host, manager, access, amenities, hours, time_zone, description, phone, "
    "website, currency, source, source_id, attribution, created_at, modified_at";

Plot plot_in(const Row& row) {
  Columns in{row};
  Plot out;
  out.id = PlotId{in.number()};
  out.version = in.number();
  out.name = in.text();
  out.at.latitude_e7 = static_cast<std::int32_t>(in.number());
  out.at.longitude_e7 = static_cast<std::int32_t>(in.number());
  out.address = in.text();
  out.city = in.text();
  out.postcode = in.text();
  out.country = in.text();
  out.operator_name = in.text();
  out.host = in.text();
  out.manager = in.text();
  out.access = access_named(in.text()).value_or(Access::private_);
  out.amenities = static_cast<std::uint32_t>(in.number());
  if (auto hours = OpeningHours::parse(in.text())) out.hours = std::move(*hours);
  out.time_zone = in.text();
  out.description = in.text();
  out.phone = in.text();
  out.website = in.text();
  out.currency = in.text();
  out.source = in.text();
  out.source_id = in.text();
  out.attribution = in.text();
  out.created_at = in.time();
  out.modified_at = in.time();
  return out;
}

std::vector<Value> values_of(const Plot& plot) {
  return {plot.id.get(),
          plot.version,
          plot.name,
          std::int64_t{plot.at.latitude_e7},
          std::int64_t{plot.at.longitude_e7},
          plot.address,
          plot.city,
          plot.postcode,
          plot.country,
          plot.operator_name,
          plot.host,
          plot.manager,
          text_of(name_of(plot.access)),
          std::int64_t{plot.amenities},
          plot.hours.text(),
          plot.time_zone,
          plot.description,
          plot.phone,
          plot.website,
          plot.currency,
          plot.source,
          text_or_nothing(plot.source_id),
          plot.attribution,
          value_of(plot.created_at),
          value_of(plot.modified_at)};
}

ConnectorOffer offer_in(Columns& in) {
  ConnectorOffer out;
  out.standard = connector_standard(in.text()).value_or(ConnectorStandard::unknown);
  out.format = cable_format(in.text()).value_or(CableFormat::unknown);
  out.current = current_kind(in.text()).value_or(CurrentKind::unknown);
  out.count = static_cast<std::uint16_t>(in.number());
  out.power_w = static_cast<std::int32_t>(in.number());
  out.price = static_cast<PriceHint>(in.number(price_unknown));
  out.station = StationId{in.number()};
  out.connector = ConnectorNumber{static_cast<std::uint16_t>(in.number())};
  out.tariff = in.text();
  return out;
}

Result<std::int64_t> next_of(Session& session, std::string_view column, std::string_view table) {
  MS_TRY(const auto rows, session.query("SELECT COALESCE(MAX(" + std::string{column} +
                                        "), 0) + 1 FROM " + std::string{table}));
  return std::get<std::int64_t>(rows.at(0).at(0));
}

/// Of charging_marks: what was given once, also to plots that are gone, is not given again. The
/// mark stays locked up to the commit, so that versions are seen in their order.
Result<std::int64_t> next_mark(Session& session, std::string_view name) {
  MS_TRY(const auto rows,
         session.query("UPDATE charging_marks SET value = value + 1 WHERE name = $1 "
                       "RETURNING value",
                       {std::string{name}}));
  return std::get<std::int64_t>(rows.at(0).at(0));
}

Result<> insert_offers(Session& session, const Plot& plot) {
  std::int64_t number = 0;
  for (const ConnectorOffer& offer : plot.offers) {
    const Value price = offer.price == price_unknown ? Value{} : Value{std::int64_t{offer.price}};
    MS_TRY_VOID(session.execute(
        "INSERT INTO charging_plot_connectors (plot_id, number, standard, format, current_kind, "
        "quantity, power_w, price, station_id, connector, tariff) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        {plot.id.get(), ++number, text_of(name_of(offer.standard)), text_of(name_of(offer.format)),
         text_of(name_of(offer.current)), std::int64_t{offer.count}, std::int64_t{offer.power_w},
         price, positive_or_null(offer.station.get()), positive_or_null(offer.connector.get()),
         offer.tariff}));
  }
  return {};
}

std::string placeholders(std::size_t count) {
  std::string out = "$1";
  for (std::size_t i = 2; i <= count; ++i) out += ", $" + std::to_string(i);
  return out;
}

/// "name = $3, ..." of all columns but the first two, which do not change or are changed apart.
std::string assignments() {
  std::string out = "version = $2";
  std::size_t number = 2;
  for (std::size_t at = plot_columns.find("name"); at != std::string_view::npos;) {
    const std::size_t end = plot_columns.find(", ", at);
    out.append(", ").append(plot_columns.substr(at, end - at));
    out += " = $" + std::to_string(++number);
    at = end == std::string_view::npos ? end : end + 2;
  }
  return out;
}

Result<> save_one(Session& session, Plot& plot) {
  static const std::string insert = "INSERT INTO charging_plots (" + std::string{plot_columns} +
                                    ") VALUES (" + placeholders(25) + ")";
  static const std::string update =
      "UPDATE charging_plots SET " + assignments() + " WHERE id = $1 AND version = $26";
  const std::int64_t before = plot.version;
  const bool is_new = plot.id.get() == 0;
  MS_TRY(plot.version, next_mark(session, "plot_version"));
  if (is_new) {
    MS_TRY(const auto id, next_mark(session, "plot"));
    plot.id = PlotId{id};
  }
  auto values = values_of(plot);
  if (!is_new) values.emplace_back(before);
  MS_TRY(const auto changed, session.execute(is_new ? insert : update, std::span{values}));
  if (changed == 0) return PlotErrc::changed_meanwhile;
  if (!is_new) {
    MS_TRY_VOID(session.execute("DELETE FROM charging_plot_connectors WHERE plot_id = $1",
                                {plot.id.get()}));
  }
  return insert_offers(session, plot);
}

// --- notes ---------------------------------------------------------------------------------------

constexpr std::string_view note_columns =
    "id, plot_id, kind, author, author_name, body, link, rating, worked, state, decided_by, "
    "created_at";

PlotNote note_in(const Row& row) {
  Columns in{row};
  PlotNote out;
  out.id = NoteId{in.number()};
  out.plot = PlotId{in.number()};
  out.kind = static_cast<NoteKind>(in.number());
  out.author = in.text();
  out.author_name = in.text();
  out.body = in.text();
  out.link = in.text();
  if (const auto rating = in.optional_number()) out.rating = static_cast<int>(*rating);
  if (const auto worked = in.optional_number()) out.worked = *worked != 0;
  out.state = static_cast<NoteState>(in.number());
  out.decided_by = in.text();
  out.created_at = in.time();
  return out;
}

Result<Rating> rating_of(Session& session, PlotId plot) {
  MS_TRY(const auto rows,
         session.query("SELECT COUNT(rating), CAST(COALESCE(SUM(rating), 0) AS BIGINT) FROM "
                       "charging_plot_notes WHERE plot_id = $1 AND kind = 1",
                       {plot.get()}));
  Columns in{rows.at(0)};
  Rating out;
  out.count = static_cast<std::uint32_t>(in.number());
  out.sum = static_cast<std::uint32_t>(in.number());
  return out;
}

Result<> insert_note(Session& session, PlotStore::Added& added) {
  PlotNote& note = added.note;
  const auto kind = static_cast<std::int64_t>(note.kind);
  MS_TRY(const auto there,
         session.query("SELECT id FROM charging_plots WHERE id = $1", {note.plot.get()}));
  if (there.empty()) return PlotErrc::plot_unknown;
  if (note.kind == NoteKind::comment) {
    MS_TRY_VOID(session.execute(
        "DELETE FROM charging_plot_notes WHERE plot_id = $1 AND kind = 1 AND author = $2",
        {note.plot.get(), note.author}));
  }
  MS_TRY(const auto count,
         session.query("SELECT COUNT(*) FROM charging_plot_notes WHERE plot_id = $1 AND kind = $2",
                       {note.plot.get(), kind}));
  if (std::get<std::int64_t>(count.at(0).at(0)) >= NoteLimits::of_a_plot_max) {
    return PlotErrc::too_many_notes;
  }
  MS_TRY(const auto id, next_of(session, "id", "charging_plot_notes"));
  note.id = NoteId{id};
  const Value rating = note.rating ? Value{std::int64_t{*note.rating}} : Value{};
  const Value worked = note.worked ? Value{std::int64_t{*note.worked ? 1 : 0}} : Value{};
  MS_TRY_VOID(session.execute(
      "INSERT INTO charging_plot_notes (" + std::string{note_columns} + ") VALUES (" +
          placeholders(12) + ")",
      {id, note.plot.get(), kind, note.author, note.author_name, note.body, note.link, rating,
       worked, static_cast<std::int64_t>(note.state), note.decided_by, value_of(note.created_at)}));
  MS_TRY(added.rating, rating_of(session, note.plot));
  return {};
}

Result<> decide_one(Session& session, PlotId plot, NoteId id, const std::string& by,
                    std::optional<Plot>& accepted) {
  const NoteState state = accepted ? NoteState::accepted : NoteState::refused;
  MS_TRY(const auto changed,
         session.execute("UPDATE charging_plot_notes SET state = $3, decided_by = $4 "
                         "WHERE id = $1 AND plot_id = $2 AND kind = 4 AND state = 0",
                         {id.get(), plot.get(), static_cast<std::int64_t>(state), by}));
  if (changed == 0) {
    MS_TRY(const auto there, session.query("SELECT id FROM charging_plot_notes WHERE id = $1 AND "
                                           "plot_id = $2 AND kind = 4",
                                           {id.get(), plot.get()}));
    return there.empty() ? PlotErrc::note_unknown : PlotErrc::note_decided;
  }
  if (accepted) return save_one(session, *accepted);
  return {};
}

Result<> add_favourite(Session& session, const std::string& user, PlotId plot, SystemTime now) {
  MS_TRY(const auto there,
         session.query("SELECT id FROM charging_plots WHERE id = $1", {plot.get()}));
  if (there.empty()) return PlotErrc::plot_unknown;
  MS_TRY(const auto count,
         session.query("SELECT COUNT(*) FROM charging_plot_favourites WHERE user_id = $1", {user}));
  if (std::get<std::int64_t>(count.at(0).at(0)) >= NoteLimits::favourites_max) {
    return PlotErrc::too_many_notes;
  }
  MS_TRY_VOID(session.execute(
      "INSERT INTO charging_plot_favourites (user_id, plot_id, created_at) VALUES ($1, $2, $3) "
      "ON CONFLICT (user_id, plot_id) DO NOTHING",
      {user, plot.get(), value_of(now)}));
  return {};
}

}  // namespace

// --- the port ------------------------------------------------------------------------------------

template <class T, class Work>
void SqlPlotStore::change(T value, Work work, Done<T> done) {
  auto shared = std::make_shared<T>(std::move(value));
  store_.write(
      [shared, work = std::move(work)](Session& session) { return work(session, *shared); },
      [shared, done = std::move(done)](Result<> committed) {
        if (committed.has_error()) return done(std::move(committed).error());
        done(std::move(*shared));
      });
}

namespace {

using TakePlot = std::function<void(PlotStore::Stored)>;
using PlotParams = std::span<const Value>;

using PlotOffers = std::unordered_map<std::int64_t, std::vector<ConnectorOffer>>;
Result<> read_offers(Session& session, const std::string& plots, PlotParams params,
                     PlotOffers& out) {
  return session.each(
      "SELECT plot_id, standard, format, current_kind, quantity, power_w, price, station_id, "
      "connector, tariff FROM charging_plot_connectors WHERE plot_id IN (" +
          plots + ") ORDER BY plot_id, number",
      params, [&](const Row& row) {
        Columns in{row};
        auto& of_plot = out[in.number()];
        of_plot.push_back(offer_in(in));
      });
}

using PlotRatings = std::unordered_map<std::int64_t, Rating>;
Result<> read_ratings(Session& session, const std::string& plots, PlotParams params,
                      PlotRatings& out) {
  return session.each(
      "SELECT plot_id, COUNT(rating), CAST(SUM(rating) AS BIGINT) FROM charging_plot_notes "
      "WHERE kind = 1 AND rating IS NOT NULL AND plot_id IN (" +
          plots + ") GROUP BY plot_id",
      params, [&](const Row& row) {
        Columns in{row};
        Rating& rating = out[in.number()];
        rating.count = static_cast<std::uint32_t>(in.number());
        rating.sum = static_cast<std::uint32_t>(in.number());
      });
}

/// By id; `limit`: empty, or LIMIT with its number.
Result<> read_plots(Session& session, const std::string& where, const std::string& limit,
                    PlotParams params, const TakePlot& take) {
  const std::string in_order = where + " ORDER BY id" + limit;
  const std::string plots = "SELECT id FROM charging_plots " + (limit.empty() ? where : in_order);
  PlotOffers offers;
  MS_TRY_VOID(read_offers(session, plots, params, offers));
  PlotRatings ratings;
  MS_TRY_VOID(read_ratings(session, plots, params, ratings));
  return session.each("SELECT " + std::string{plot_columns} + " FROM charging_plots " + in_order,
                      params, [&](const Row& row) {
                        PlotStore::Stored one{plot_in(row)};
                        const std::int64_t id = one.plot.id.get();
                        one.plot.offers = std::move(offers[id]);
                        if (const auto rated = ratings.find(id); rated != ratings.end()) {
                          one.rating = rated->second;
                        }
                        take(std::move(one));
                      });
}

/// A pattern of LIKE for texts that have these words, which are no pattern themselves.
std::string pattern_of(const std::string& words) {
  std::string out = "%";
  for (const char c : words) {
    if (c == '%' || c == '_' || c == '!') out.push_back('!');
    out.push_back(c);
  }
  return out + "%";
}

}  // namespace

Result<> SqlPlotStore::load(std::int64_t after_version, const std::function<void(Stored)>& take) {
  return store_.read([&](Session& session) {
    const Value version = after_version;
    return read_plots(session, "WHERE version > $1", {}, std::span{&version, 1}, take);
  });
}

Result<std::vector<PlotStore::Stored>> SqlPlotStore::list(const PlotFilter& filter) {
  std::vector<Value> params{static_cast<std::int64_t>(filter.limit)};
  std::string where = "WHERE id > 0";  // all
  const auto add = [&](std::string_view condition, Value value) {
    params.push_back(std::move(value));
    where.append(" AND ").append(condition).append(" $" + std::to_string(params.size()));
  };
  if (filter.id.get() != 0) add("id =", filter.id.get());
  if (!filter.words.empty()) {
    add("lower(name || ' ' || address || ' ' || operator_name) LIKE lower(",
        pattern_of(filter.words));
    where.append(") ESCAPE '!'");
  }
  if (!filter.city.empty()) {
    add("lower(city) = lower(", filter.city);
    where.push_back(')');
  }
  if (!filter.country.empty()) add("country =", filter.country);
  if (!filter.source.empty()) add("source =", filter.source);
  std::vector<Stored> out;
  MS_TRY_VOID(store_.read([&](Session& session) {
    return read_plots(session, where, " LIMIT $1", params,
                      [&](Stored one) { out.push_back(std::move(one)); });
  }));
  return out;
}

void SqlPlotStore::save(Plot plot, Done<Plot> done) {
  change<Plot>(std::move(plot), save_one, std::move(done));
}

Result<> SqlPlotStore::save_all(std::vector<Plot>& plots) {
  return store_.write_now([&](Session& session) -> Result<> {
    for (Plot& plot : plots) MS_TRY_VOID(save_one(session, plot));
    return {};
  });
}

void SqlPlotStore::remove(PlotId id, Done<void> done) {
  store_.write(
      [id](Session& session) -> Result<> {
        MS_TRY(const auto removed,
               session.execute("DELETE FROM charging_plots WHERE id = $1", {id.get()}));
        if (removed == 0) return PlotErrc::plot_unknown;
        return {};
      },
      std::move(done));
}

Result<std::vector<PlotId>> SqlPlotStore::remove_unused(const std::vector<Plot>& plots) {
  std::vector<PlotId> out;
  MS_TRY_VOID(store_.write_now([&](Session& session) -> Result<> {
    out.clear();
    for (const Plot& plot : plots) {
      MS_TRY(const auto removed,
             session.execute("DELETE FROM charging_plots WHERE id = $1 AND version = $2 AND NOT "
                             "EXISTS (SELECT 1 FROM charging_plot_notes WHERE plot_id = $1)",
                             {plot.id.get(), plot.version}));
      if (removed != 0) out.push_back(plot.id);
    }
    return {};
  }));
  return out;
}

Result<std::size_t> SqlPlotStore::count() {
  std::size_t out = 0;
  MS_TRY_VOID(store_.read([&](Session& session) -> Result<> {
    MS_TRY(const auto rows, session.query("SELECT COUNT(*) FROM charging_plots"));
    out = static_cast<std::size_t>(std::get<std::int64_t>(rows.at(0).at(0)));
    return {};
  }));
  return out;
}

Result<std::vector<PlotId>> SqlPlotStore::ids_of(const std::string& query) {
  std::vector<PlotId> out;
  MS_TRY_VOID(store_.read([&](Session& session) {
    return session.each(
        query, {}, [&](const Row& row) { out.emplace_back(std::get<std::int64_t>(row.at(0))); });
  }));
  return out;
}

Result<std::vector<PlotId>> SqlPlotStore::ids() {
  return ids_of("SELECT id FROM charging_plots ORDER BY id");
}

Result<std::vector<PlotId>> SqlPlotStore::noted() {
  return ids_of("SELECT DISTINCT plot_id FROM charging_plot_notes ORDER BY plot_id");
}

void SqlPlotStore::add_note(PlotNote note, Done<Added> done) {
  change<Added>({std::move(note)}, insert_note, std::move(done));
}

void SqlPlotStore::remove_note(PlotId plot, NoteKind kind, NoteId id, std::string author,
                               Done<Rating> done) {
  change<Rating>(
      {},
      [=](Session& session, Rating& rating) -> Result<> {
        MS_TRY(const auto removed,
               session.execute("DELETE FROM charging_plot_notes WHERE id = $1 AND plot_id = $2 "
                               "AND kind = $3 AND (CAST($4 AS TEXT) = '' OR author = $4)",
                               {id.get(), plot.get(), static_cast<std::int64_t>(kind), author}));
        if (removed == 0) return PlotErrc::note_unknown;
        MS_TRY(rating, rating_of(session, plot));
        return {};
      },
      std::move(done));
}

void SqlPlotStore::notes(PlotId plot, NoteKind kind, NoteId before, std::size_t limit,
                         Done<std::vector<PlotNote>> done) {
  store_.select(
      "SELECT " + std::string{note_columns} +
          " FROM charging_plot_notes WHERE plot_id = $1 AND kind = $2 "
          "AND ($3 = 0 OR id < $3) ORDER BY id DESC LIMIT $4",
      {plot.get(), static_cast<std::int64_t>(kind), before.get(), static_cast<std::int64_t>(limit)},
      [done = std::move(done)](Result<std::vector<Row>> rows) {
        if (rows.has_error()) return done(std::move(rows).error());
        std::vector<PlotNote> out;
        for (const Row& row : *rows) out.push_back(note_in(row));
        done(std::move(out));
      });
}

void SqlPlotStore::note(PlotId plot, NoteKind kind, NoteId id, Done<PlotNote> done) {
  store_.select("SELECT " + std::string{note_columns} +
                    " FROM charging_plot_notes WHERE id = $1 AND plot_id = $2 AND kind = $3",
                {id.get(), plot.get(), static_cast<std::int64_t>(kind)},
                [done = std::move(done)](Result<std::vector<Row>> rows) {
                  if (rows.has_error()) return done(std::move(rows).error());
                  if (rows->empty()) return done(PlotErrc::note_unknown);
                  done(note_in(rows->front()));
                });
}

void SqlPlotStore::decide(PlotId plot, NoteId id, std::string by, std::optional<Plot> accepted,
                          Done<std::optional<Plot>> done) {
  change<std::optional<Plot>>(
      std::move(accepted),
      [=](Session& session, std::optional<Plot>& made) {
        return decide_one(session, plot, id, by, made);
      },
      std::move(done));
}

void SqlPlotStore::set_favourite(std::string user, PlotId plot, bool is_one, SystemTime now,
                                 Done<void> done) {
  store_.write(
      [user = std::move(user), plot, is_one, now](Session& session) -> Result<> {
        if (is_one) return add_favourite(session, user, plot, now);
        MS_TRY_VOID(session.execute(
            "DELETE FROM charging_plot_favourites WHERE user_id = $1 AND plot_id = $2",
            {user, plot.get()}));
        return {};
      },
      std::move(done));
}

void SqlPlotStore::favourites(std::string user, PlotId after, std::size_t limit,
                              Done<std::vector<PlotId>> done) {
  store_.select(
      "SELECT plot_id FROM charging_plot_favourites WHERE user_id = $1 AND plot_id > $2 "
      "ORDER BY plot_id LIMIT $3",
      {std::move(user), after.get(), static_cast<std::int64_t>(limit)},
      [done = std::move(done)](Result<std::vector<Row>> rows) {
        if (rows.has_error()) return done(std::move(rows).error());
        std::vector<PlotId> out;
        for (const Row& row : *rows) {
          out.emplace_back(std::get<std::int64_t>(row.at(0)));
        }
        done(std::move(out));
      });
}

}  // namespace mainstay::charging
