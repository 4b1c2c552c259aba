#include "platform/store/sql_text.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace mainstay::store::sql_text_test {
namespace {

std::vector<std::string> texts(std::string_view script) {
  std::vector<std::string> out;
  for (const SqlStatement& one : split_statements(script)) out.emplace_back(one.text);
  return out;
}
using Texts = std::vector<std::string>;

TEST_CASE("sql text: statements end at semicolons, empty ones are nothing") {
  CHECK(texts("").empty());
  CHECK(texts(" ;; -- only; a comment\n /* c; */ ;").empty());
  CHECK(texts("a; b ;\n-- c\nd") == Texts{"a", "b", "d"});
  const auto all = split_statements("one;\n\n -- about two\n  two;");
  REQUIRE(all.size() == 2);
  CHECK(line_at("one;\n\n -- about two\n  two;", all[1].at) == 4);
}

TEST_CASE("sql text: semicolons in quotes, comments and bodies end nothing") {
  for (const char* sql :
       {"SELECT 'a;''b;'", "SELECT \"a;\"\"b;\"", "SELECT E'\\';' , 1", "SELECT $$a;b$$",
        "SELECT $tag$a;$$;b$tag$", "SELECT 1 /* a; /* b; */ c; */ + 1", "SELECT 1 -- a;\n + 2",
        "SELECT e'it''s \\'; fine'"}) {
    CAPTURE(sql);
    CHECK(texts(std::string{sql} + "; SELECT 2") == Texts{sql, "SELECT 2"});
  }
  CHECK(texts("SELECT name'a\\'; SELECT 2") == Texts{"SELECT name'a\\'", "SELECT 2"});
  CHECK(texts("SELECT 'never ends; b").size() == 1);
  CHECK(texts("SELECT $a$ never ends; b").size() == 1);
}

TEST_CASE("sql text: comments are opened for the reader that they name") {
  CHECK(opened_for("sqlite", "CREATE TABLE t (a) /*sqlite: STRICT */;") ==
        "CREATE TABLE t (a)           STRICT   ;");
  CHECK(opened_for("sqlite", "/*sqlite: a; /* b */ c;*/ d") == "          a; /* b */ c;   d");
  for (const char* sql :
       {"", "/*postgres: a */", "/* sqlite: a */", "'/*sqlite: a */'", "-- /*sqlite: a */",
        "/* /*sqlite: a */ */", "/*sqlite: a", "/*sqlite:*"}) {
    CAPTURE(sql);
    CHECK(opened_for("sqlite", sql) == sql);
  }
}

TEST_CASE("sql text: parameters are counted outside quotes, gaps are refused") {
  CHECK(parameter_count("SELECT 1") == 0);
  CHECK(parameter_count("SELECT $2, $1, $1") == 2);
  CHECK(parameter_count("SELECT '$1', $1, \"$3\", $$ $4 $$ -- $5") == 1);
  CHECK(parameter_count("SELECT a$1 FROM b") == 0);
  CHECK_FALSE(parameter_count("SELECT $2"));
  CHECK_FALSE(parameter_count("SELECT $0"));
  CHECK_FALSE(parameter_count("SELECT $99999999999999999999"));
  CHECK_FALSE(parameter_count("SELECT $70000"));
}

TEST_CASE("sql text: what is the store's is known behind comments and in any case") {
  for (const char* sql : {"BEGIN", " commit", "/* x */ RollBack TO a", "-- x\nSAVEPOINT a",
                          "copy t", "SET search_path = x", "SET SESSION a = 1",
                          "SET TRANSACTION READ WRITE", ";", "PREPARE TRANSACTION 'x'"}) {
    CAPTURE(sql);
    CHECK(is_reserved_to_the_store(sql) == (sql[0] != ';'));
  }
  for (const char* sql :
       {"SELECT 1", "", "SET LOCAL lock_timeout = 1", "SET CONSTRAINTS ALL IMMEDIATE", "BEGINNING",
        "'BEGIN'", "INSERT INTO t VALUES ('COMMIT')"}) {
    CAPTURE(sql);
    CHECK_FALSE(is_reserved_to_the_store(sql));
  }
  CHECK(first_word_of(" /* a */ create TABLE") == "CREATE");
  CHECK(first_word_of("(SELECT 1)").empty());
}

TEST_CASE("sql text: a script is split alike whatever is cut off behind a statement") {
  const std::string script = "SELECT 'a;b'; /* ; */ SELECT $x$ ; $x$; SELECT E'\\';';";
  for (std::size_t cut = 0; cut <= script.size(); ++cut) {
    const auto part = split_statements(std::string_view{script}.substr(0, cut));
    for (std::size_t i = 0; i + 1 < part.size(); ++i) CHECK(part[i].text == texts(script)[i]);
  }
}

}  // namespace
}  // namespace mainstay::store::sql_text_test
