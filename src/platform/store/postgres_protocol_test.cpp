#include "platform/store/postgres_protocol.hpp"

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace mainstay::store::postgres_protocol_test {
namespace {

TEST_CASE("postgres: an address is shown without its password, and so is one that is none") {
  const auto address = PostgresAddress::parse(
      "postgresql://ada:s%3Acret@db.example:5433/"
      "shop?sslmode=verify-full&options=-csearch_path%3Dx",
      {});
  REQUIRE(address.has_value());
  CHECK(address->shown() == "postgres://ada@db.example:5433/shop");
  const auto parameters = address->parameters(true);
  std::string all;
  for (std::size_t i = 0; i + 1 < parameters.keywords.size(); ++i) {
    all += std::string{parameters.keywords[i]} + "=" + parameters.values[i] + "\n";
  }
  CHECK(all.find("password=s:cret\n") != std::string::npos);
  CHECK(all.find("sslmode=verify-full\n") != std::string::npos);
  CHECK(all.find("options=-csearch_path=x -c statement_timeout=30000") != std::string::npos);
  CHECK(all.find("default_transaction_read_only=on") != std::string::npos);
  for (const std::string url : {"postgres://ada:secret@[h/x", "postgres://ada:secret@h/x?what=1",
                                "mysql://ada:secret@h/x", "", "host=h password=secret"}) {
    CAPTURE(url);
    const auto bad = PostgresAddress::parse(url, {});
    REQUIRE(bad.has_error());
    CHECK(bad.error().is(Errc::refused));
    CHECK(bad.error().message().find("cret@") == std::string::npos);
    CHECK(bad.error().message().find("postgres://USER") != std::string::npos);
  }
}

TEST_CASE("postgres: values are read by their types") {
  CHECK(read_value(16, "t") == Value{std::int64_t{1}});
  CHECK(read_value(16, "f") == Value{std::int64_t{0}});
  CHECK(read_value(20, "-9223372036854775808") == Value{INT64_MIN});
  CHECK(read_value(23, "7") == Value{std::int64_t{7}});
  CHECK(read_value(1700, "123") == Value{std::int64_t{123}});
  CHECK(read_value(1700, "1.5000") == Value{1.5});
  CHECK(read_value(1700, "9223372036854775808") == Value{9223372036854775808.0});
  CHECK(read_value(701, "0.1") == Value{0.1});
  CHECK(std::isnan(std::get<double>(read_value(701, "NaN"))));
  CHECK(std::isinf(std::get<double>(read_value(701, "-Infinity"))));
  CHECK(read_value(25, "12") == Value{"12"});
}

TEST_CASE("postgres: parameters are typed by the value, and so are prepared statements") {
  const std::vector<Value> values{std::int64_t{-2}, 0.5, "text", Value{}};
  const PostgresParams params{values};
  CHECK(params.signature() == "iftn:");
  CHECK(std::string{params.values()[0], 8} == "\xff\xff\xff\xff\xff\xff\xff\xfe");
  CHECK(params.lengths()[2] == 4);
  CHECK(params.values()[3] == nullptr);
  PreparedNames names;
  const auto first = names.name_of("SELECT $1", params);
  CHECK(first.is_new);
  CHECK_FALSE(names.name_of("SELECT $1", params).is_new);
  CHECK(names.name_of("SELECT $1", PostgresParams{{}}).text != first.text);
  names.forget("SELECT $1", params);
  CHECK(names.name_of("SELECT $1", params).is_new);
  for (int i = 0; i < 300; ++i) (void)names.name_of("SELECT " + std::to_string(i), params);
  CHECK(names.name_of("SELECT another", params).text.empty());
}

TEST_CASE("postgres: states of the server are our errors") {
  CHECK(errc_of_state("23505") == Errc::constraint);
  CHECK(errc_of_state("23503") == Errc::constraint);
  CHECK(errc_of_state("53100") == Errc::full);
  CHECK(errc_of_state("53300") == Errc::busy);
  CHECK(errc_of_state("40P01") == Errc::busy);
  CHECK(errc_of_state("57014") == Errc::busy);
  CHECK(errc_of_state("57P01") == Errc::io);
  CHECK(errc_of_state("08006") == Errc::io);
  CHECK(errc_of_state("") == Errc::io);
  CHECK(errc_of_state("XX001") == Errc::corrupt);
  CHECK(errc_of_state("42601") == Errc::statement);
  CHECK(errc_of_state("25006") == Errc::statement);
}

TEST_CASE("postgres: statements are looked at before they are sent") {
  const auto address = PostgresAddress::parse("postgres://h/x", {});
  REQUIRE(address.has_value());
  CHECK(check_statement("SELECT $1", 1, *address).has_value());
  for (const char* sql : {"SELECT $2", "SELECT $1, $2", "COMMIT", "SELECT 1"}) {
    CHECK(check_statement(sql, 1, *address).error().is(Errc::statement));
  }
  CHECK(check_statement(std::string_view{"SELECT '\0'", 10}, 0, *address).has_error());
  CHECK(check_statement(std::string(2'000'000, ' '), 0, *address).has_error());
}

}  // namespace
}  // namespace mainstay::store::postgres_protocol_test
