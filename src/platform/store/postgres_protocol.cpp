#include "platform/store/postgres_protocol.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <utility>

#include "platform/store/sql_text.hpp"

namespace mainstay::store {
namespace {

constexpr std::size_t statements_kept_max = 256;
constexpr std::size_t sql_bytes_max = 1 << 20;
constexpr std::size_t sql_bytes_shown_max = 200;

// Of pg_type, fixed for ever.
constexpr Oid type_bool = 16;
constexpr Oid type_int8 = 20;
constexpr Oid type_int2 = 21;
constexpr Oid type_int4 = 23;
constexpr Oid type_text = 25;
constexpr Oid type_oid = 26;
constexpr Oid type_float4 = 700;
constexpr Oid type_float8 = 701;
constexpr Oid type_numeric = 1700;

std::array<char, 8> big_endian(std::uint64_t bits) {
  std::array<char, 8> out{};
  for (std::size_t i = 0; i < 8; ++i) out[i] = static_cast<char>(bits >> (56U - 8U * i));
  return out;
}

std::string first_line(const char* text) {
  std::string line{text == nullptr ? "" : text};
  while (line.ends_with('\n')) line.pop_back();
  // libpq tries each of a host's addresses and gives a line each; people need the last.
  if (const auto end = line.rfind('\n'); end != std::string::npos) line.erase(0, end + 1);
  return std::string{trimmed(line)};
}

std::string key_of(std::string_view sql, const PostgresParams& params) {
  return params.signature().append(sql);
}

}  // namespace

Result<PostgresAddress> PostgresAddress::parse(const std::string& url, Timeouts timeouts) {
  const bool is_url = url.starts_with("postgres://") || url.starts_with("postgresql://");
  char* reason = nullptr;
  PQconninfoOption* const options = is_url ? PQconninfoParse(url.c_str(), &reason) : nullptr;
  PQfreemem(reason);  // it quotes the URL, password included
  if (options == nullptr) {
    return Error{Errc::refused,
                 "the URL of the database cannot be read; it is like "
                 "postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=require, with other "
                 "characters than letters, digits and -._~ of a password written as %XX"};
  }
  PostgresAddress out;
  out.timeouts_ = timeouts;
  for (const PQconninfoOption* one = options; one->keyword != nullptr; ++one) {
    if (one->val != nullptr) out.pairs_.emplace_back(one->keyword, one->val);
  }
  PQconninfoFree(options);
  out.set("application_name", "mainstay", false);
  out.set("connect_timeout",
          std::to_string(std::max<std::int64_t>(2, timeouts.connect / Seconds{1})), false);
  out.set("client_encoding", "UTF8", true);
  // A server whose machine died is noticed within half a minute.
  out.set("keepalives_idle", "10", false);
  out.set("keepalives_interval", "5", false);
  out.set("keepalives_count", "3", false);
  out.set("tcp_user_timeout", "20000", false);
  const std::string* const asked = out.find("options");
  out.options_writing_ = (asked != nullptr ? *asked + " " : "") +
                         "-c statement_timeout=" + std::to_string(timeouts.statement.count()) +
                         " -c standard_conforming_strings=on -c timezone=UTC";
  out.options_reading_ = out.options_writing_ + " -c default_transaction_read_only=on";
  const auto part = [&out](const char* keyword) {
    const std::string* const value = out.find(keyword);
    return value == nullptr ? std::string{} : *value;
  };
  out.shown_ = "postgres://" + part("user") + (part("user").empty() ? "" : "@") +
               (part("host").empty() ? part("hostaddr") : part("host")) +
               (part("port").empty() ? "" : ":" + part("port")) + "/" + part("dbname");
  return out;
}

void PostgresAddress::set(const char* keyword, std::string value, bool replace) {
  for (auto& [known, old] : pairs_) {
    if (known != keyword) continue;
    if (replace) old = std::move(value);
    return;
  }
  pairs_.emplace_back(keyword, std::move(value));
}

const std::string* PostgresAddress::find(std::string_view keyword) const {
  for (const auto& [known, value] : pairs_) {
    if (known == keyword) return &value;
  }
  return nullptr;
}

PostgresAddress::Parameters PostgresAddress::parameters(bool read_only) const {
  Parameters out;
  for (const auto& [keyword, value] : pairs_) {
    if (keyword == "options") continue;
    out.keywords.push_back(keyword.c_str());
    out.values.push_back(value.c_str());
  }
  out.keywords.push_back("options");
  out.values.push_back((read_only ? options_reading_ : options_writing_).c_str());
  out.keywords.push_back(nullptr);
  out.values.push_back(nullptr);
  return out;
}

std::vector<std::pair<std::string, std::string>> PostgresAddress::variables() const {
  std::vector<std::pair<std::string, std::string>> out;
  PQconninfoOption* const known = PQconndefaults();
  for (const PQconninfoOption* one = known; one != nullptr && one->keyword != nullptr; ++one) {
    const std::string* const value = find(one->keyword);
    if (value != nullptr && one->envvar != nullptr) out.emplace_back(one->envvar, *value);
  }
  PQconninfoFree(known);
  return out;
}

PostgresParams::PostgresParams(std::span<const Value> values) : numbers_(values.size()) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    Oid type = 0;
    const char* pointer = numbers_[i].data();
    std::size_t length = 8;
    if (const auto* integer = std::get_if<std::int64_t>(&values[i])) {
      type = type_int8;
      numbers_[i] = big_endian(static_cast<std::uint64_t>(*integer));
    } else if (const auto* real = std::get_if<double>(&values[i])) {
      type = type_float8;
      numbers_[i] = big_endian(std::bit_cast<std::uint64_t>(*real));
    } else if (const auto* words = std::get_if<std::string>(&values[i])) {
      type = type_text;
      pointer = words->data();
      length = words->size();
    } else {
      pointer = nullptr;
      length = 0;
    }
    types_.push_back(type);
    pointers_.push_back(pointer);
    lengths_.push_back(static_cast<int>(length));
    formats_.push_back(1);
  }
}

std::string PostgresParams::signature() const {
  std::string out;
  for (const Oid type : types_) {
    out += type == type_int8 ? 'i' : type == type_float8 ? 'f' : type == type_text ? 't' : 'n';
  }
  return out += ':';
}

Value read_value(unsigned type, std::string_view text) {
  const char* const end = text.data() + text.size();
  switch (type) {
    case type_bool:
      return std::int64_t{text == "t" ? 1 : 0};
    case type_int2:
    case type_int4:
    case type_int8:
    case type_oid:
    case type_numeric: {
      std::int64_t integer = 0;
      const auto parsed = std::from_chars(text.data(), end, integer);
      if (parsed.ec == std::errc{} && parsed.ptr == end) return integer;
      [[fallthrough]];  // numeric: too large, or with decimals
    }
    case type_float4:
    case type_float8: {
      double real = 0;
      const auto parsed = std::from_chars(text.data(), end, real);
      // "NaN", "Infinity" and "-Infinity" are read as well.
      if (parsed.ec == std::errc{} && parsed.ptr == end) return real;
      return std::string{text};
    }
    default:
      return std::string{text};
  }
}

void read_row(const PGresult* result, int at, Row& row) {
  row.clear();
  const int columns = PQnfields(result);
  for (int i = 0; i < columns; ++i) {
    if (PQgetisnull(result, at, i) != 0) {
      row.emplace_back();
      continue;
    }
    row.push_back(read_value(
        PQftype(result, i),
        {PQgetvalue(result, at, i), static_cast<std::size_t>(PQgetlength(result, at, i))}));
  }
}

Errc errc_of_state(std::string_view state) {
  const std::string_view group = state.substr(0, 2);
  if (group == "23") return Errc::constraint;
  if (state == "53100") return Errc::full;
  // Too many connections, deadlock, serialization, lock and statement timeouts: it may go next
  // time.
  if (state == "53300" || group == "40" || state == "55P03" || state == "57014") return Errc::busy;
  // Lost connections, shutdowns and starts, lack of memory, the server's own disk.
  if (state.empty() || group == "08" || group == "53" || group == "57" || group == "58") {
    return Errc::io;
  }
  if (state == "XX001" || state == "XX002") return Errc::corrupt;
  return Errc::statement;
}

std::string_view sqlstate(const PGresult* result) {
  const char* const state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  return state == nullptr ? std::string_view{} : std::string_view{state};
}

bool is_stale_plan(const PGresult* result) {
  const std::string_view state = sqlstate(result);
  return state == "26000" || state == "0A000";  // no such statement; its result type has changed
}

Error statement_error(const PostgresAddress& address, std::string_view where,
                      std::string_view reason) {
  return Error{Errc::statement, address.shown() + ": " +
                                    std::string{where.substr(0, sql_bytes_shown_max)} + ": " +
                                    std::string{reason}};
}

Result<> check(const PGresult* result, const PostgresAddress& address, std::string_view where) {
  switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_PIPELINE_SYNC:
      return {};
    case PGRES_EMPTY_QUERY:
      return statement_error(address, where, "no statement");
    default:
      break;
  }
  // The primary message alone: the detail may repeat a row.
  const char* const message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  std::string detail = address.shown();
  if (!where.empty()) detail.append(": ").append(where.substr(0, sql_bytes_shown_max));
  detail.append(": ").append(message != nullptr ? message
                                                : first_line(PQresultErrorMessage(result)));
  return Error{errc_of_state(sqlstate(result)), std::move(detail)};
}

Error connection_error(const PGconn* connection, const PostgresAddress& address, Errc code,
                       std::string_view what) {
  std::string detail = address.shown() + ": " + std::string{what};
  const std::string reason = first_line(connection == nullptr ? "" : PQerrorMessage(connection));
  if (!reason.empty()) detail += ": " + reason;
  return Error{code, std::move(detail)};
}

Error connect_error(const PGconn* connection, const PostgresAddress& address) {
  // libpq gives no SQLSTATE for a connection that was not made: the server's words have to do.
  const std::string reason = first_line(PQerrorMessage(connection));
  Errc code = Errc::io;
  for (const std::string_view sign :
       {"authentication failed", "does not exist", "no pg_hba.conf entry", "no password supplied",
        "permission denied for database", "certificate", "SSL", "is not permitted to log in",
        "invalid value", "unrecognized", "peer authentication"}) {
    if (reason.find(sign) != std::string::npos) code = Errc::refused;
  }
  if (reason.find("too many clients") != std::string::npos) code = Errc::busy;
  return connection_error(connection, address, code, "cannot connect");
}

Result<> accept_connection(PGconn* connection, const PostgresAddress& address) {
  PQsetNoticeProcessor(
      connection, [](void*, const char*) {}, nullptr);
  const char* const encoding = PQparameterStatus(connection, "server_encoding");
  if (encoding != nullptr && std::string_view{encoding} != "UTF8") {
    return Error{Errc::refused, address.shown() + ": the database's encoding is " + encoding +
                                    "; make one with CREATE DATABASE name ENCODING 'UTF8' TEMPLATE "
                                    "template0"};
  }
  if (PQsetnonblocking(connection, 1) == 0 && PQenterPipelineMode(connection) == 1) return {};
  return connection_error(connection, address, Errc::io, "cannot pipeline");
}

Result<> check_statement(std::string_view sql, std::size_t values, const PostgresAddress& address) {
  if (sql.size() > sql_bytes_max) return statement_error(address, sql, "it is too long");
  if (sql.find('\0') != sql.npos) return statement_error(address, sql, "it has a NUL");
  if (is_reserved_to_the_store(sql)) {
    return statement_error(address, sql,
                           "not allowed (works cannot begin, commit, roll back, copy or change "
                           "the session)");
  }
  const auto parameters = parameter_count(sql);
  if (!parameters) {
    return statement_error(address, sql, "parameters are $1, $2 ... without a gap");
  }
  if (*parameters == values) return {};
  return statement_error(
      address, sql,
      std::to_string(*parameters) + " parameters, " + std::to_string(values) + " values");
}

PreparedNames::Name PreparedNames::name_of(std::string_view sql, const PostgresParams& params) {
  std::string key = key_of(sql, params);
  if (const auto at = names_.find(key); at != names_.end()) return {at->second, false};
  if (names_.size() >= statements_kept_max) return {};
  std::string name = "s" + std::to_string(++next_);
  names_.emplace(std::move(key), name);
  return {std::move(name), true};
}

void PreparedNames::forget(std::string_view sql, const PostgresParams& params) {
  names_.erase(key_of(sql, params));
}

}  // namespace mainstay::store
