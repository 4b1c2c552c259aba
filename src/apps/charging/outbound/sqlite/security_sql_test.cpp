#include "apps/charging/outbound/sqlite/security_sql.hpp"

#include <future>
#include <memory>
#include <optional>

#include <doctest/doctest.h>

#include "apps/charging/domain/network_errc.hpp"
#include "apps/charging/ports/network_store_contract.hpp"
#include "platform/store/migrations.hpp"
#include "platform/store/test_databases.hpp"

namespace mainstay::charging {
std::span<const store::Migration> migrations();  // generated from migrations/
}  // namespace mainstay::charging

namespace mainstay::charging::security_sql_test {

namespace {

constexpr SystemTime signed_at{Seconds{1'795'000'000}};

using Serials = std::vector<std::string>;

struct Certificates {
  explicit Certificates(store::Store& database) : rows(database) {
    store::Migrator migrator{database, migrations()};
    REQUIRE(migrator.up(SystemTime{}).has_value());
    for (const auto& [serial, station] : {std::pair{"0A", 1}, {"0B", 2}, {"0C", 1}}) {
      CHECK(rows.add_certificate({0, serial, StationId{station}, signed_at,
                                  signed_at + Seconds{station * 60}, SystemTime{}})
                .has_value());
    }
  }
  Result<Serials> revoke(Revocation wanted) {
    wanted.at = signed_at + Seconds{30};
    Awaited<Serials> done;
    rows.revoke(std::move(wanted), done.slot());
    return done.get();
  }
  std::string list(const CertificateFilter& filter) {
    Awaited<std::vector<CertificateRow>> done;
    rows.certificates(filter, done.slot());
    const auto found = done.get();
    REQUIRE(found.has_value());
    std::string out;
    for (const auto& row : *found) {
      out += row.serial + (row.revoked_at == SystemTime{} ? " " : "! ");
    }
    return out;
  }

  SqlSecurityStore rows;
};

void test_certificates(store::Store& database) {
  Certificates test{database};
  CHECK(test.list({}) == "0C 0B 0A ");
  CHECK(test.list({.before = 3, .limit = 1}) == "0B ");
  CHECK(test.list({.station = StationId{1}}) == "0C 0A ");

  CHECK(test.revoke({.serials = {"0A", "FF"}}).error().is(NetworkErrc::certificate_unknown));
  CHECK(test.list({.station = StationId{1}}) == "0C 0A ");  // all or none
  CHECK(test.revoke({.serials = {"0A"}}).value() == Serials{"0A"});
  CHECK(test.revoke({.station = StationId{1}}).value() == Serials{"0A", "0C"});
  CHECK(test.revoke({.serials = {"FF"}, .takes_foreign = true}).value() == Serials{"FF"});
  CHECK(test.list({}) == "FF! 0C! 0B 0A! ");
  CHECK(test.rows.add_certificate({0, "0A", StationId{9}, {}, {}, {}}).has_error());

  const auto all = test.rows.revoked(0);
  REQUIRE(all.has_value());
  REQUIRE(all->size() == 3);
  CHECK(all->at(1).serial == "0C");
  CHECK(test.rows.revoked(all->at(1).id)->at(0).serial == "FF");
}

void test_keys(store::Store& database) {
  store::Migrator migrator{database, migrations()};
  REQUIRE(migrator.up(SystemTime{}).has_value());
  SqlSecurityStore rows{database};
  const auto put = [&](const StationKeyRow& row) {
    std::promise<bool> stored;
    rows.put_key(row, [&](Result<> done) { stored.set_value(done.has_value()); });
    REQUIRE(stored.get_future().get());
  };
  StationKeyRow row{StationId{7}, 1, "hmac$00", {}, {}, signed_at};
  put(row);
  CHECK(rows.load_keys()->at(0).proposed.empty());
  row.proposed = {"$argon2id$v=19$m=8192,t=1,p=1$c2FsdA$aGFzaA", "hmac$01", "hmac$01"};
  put(row);
  const auto kept = rows.load_keys();
  REQUIRE(kept->size() == 1);
  CHECK(kept->at(0).current == row.current);
  CHECK(kept->at(0).proposed == row.proposed);

  REQUIRE(rows.leave_key({StationId{7}, "hmac$02"}).has_value());
  REQUIRE(rows.leave_key({StationId{7}, "hmac$03"}).has_value());
  REQUIRE(rows.left_keys()->size() == 1);
  CHECK(rows.left_keys()->at(0).kept == "hmac$03");
  const auto take_up = [&](std::string key) {
    row.current = std::move(key);
    std::promise<bool> stored;
    rows.take_up_key(row, [&](Result<> done) { stored.set_value(done.has_value()); });
    REQUIRE(stored.get_future().get());
  };
  take_up("hmac$02");
  CHECK(rows.left_keys()->size() == 1);  // another one was left meanwhile
  take_up("hmac$03");
  CHECK(rows.left_keys()->empty());
  CHECK(rows.load_keys()->at(0).current == "hmac$03");
}

}  // namespace

TEST_CASE("security store: keys that a station was told are kept in their order") {
  SUBCASE("sqlite") {
    store::SqliteOnFile file;
    test_keys(*file.open({}));
  }
  SUBCASE("postgres") {
    store::PostgresSchema schema;
    if (schema.is_there()) test_keys(*schema.open({}));
  }
}

TEST_CASE("security store: certificates are kept, revoked once, and looked for behind a number") {
  SUBCASE("sqlite") {
    store::SqliteOnFile file;
    test_certificates(*file.open({}));
  }
  SUBCASE("postgres") {
    store::PostgresSchema schema;
    if (schema.is_there()) test_certificates(*schema.open({}));
  }
}

}  // namespace mainstay::charging::security_sql_test
