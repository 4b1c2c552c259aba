#include "apps/apim/inbound/http/parameters.hpp"

#include <string>

#include <doctest/doctest.h>

#include "apps/apim/errc.hpp"

namespace mainstay::apim::parameters_test {
namespace {

void append_node(const Parameters& parameters, const Parameters::Node& node, std::string& out) {
  switch (node.kind) {
    case Parameters::Kind::nil:
      out += "nil";
      return;
    case Parameters::Kind::list:
      out += "[]";
      return;
    case Parameters::Kind::text:
      out.append("'").append(node.text).append("'");
      return;
    case Parameters::Kind::map:
      break;
  }
  out += "{";
  for (const auto* child = parameters.first(node); child; child = parameters.next(*child)) {
    out.append(child->key).append(":");
    append_node(parameters, *child, out);
    out += " ";
  }
  out += "}";
}

/// The parameter as text, or the error's message.
std::string parsed(std::string_view query, std::string_view name = "usage") {
  Parameters parameters{7};
  if (const auto done = parameters.add_query(query); done.has_error()) {
    return std::string{done.error().name()} + ": " + done.error().detail();
  }
  const auto* node = parameters.find(name);
  if (node == nullptr) return "absent";
  std::string out;
  append_node(parameters, *node, out);
  return out;
}

const std::string type_clash =
    "bad_request: request contains syntax errors, should not be repeated without modification";

}  // namespace

TEST_CASE("parameters: brackets, nest maps in both spellings, encoded or not") {
  CHECK(parsed("usage[hits]=1&usage[search]=#2") == "{hits:'1' search:'#2' }");
  CHECK(parsed("usage%5Bhits%5D=1") == "{hits:'1' }");
  CHECK(parsed("[usage][hits]=1&[usage][x]=2") == "{hits:'1' x:'2' }");
  CHECK(parsed("a[b][c]=1&a[b][d]=2&a[e]=3", "a") == "{b:{c:'1' d:'2' } e:'3' }");
}

TEST_CASE("parameters: blanks, nil, empty and repeated values") {
  CHECK(parsed("usage=a+b%20c") == "'a b c'");
  CHECK(parsed("usage") == "nil");
  CHECK(parsed("usage=") == "''");
  CHECK(parsed("usage=1&usage=2") == "'2'");
  CHECK(parsed("x=1&   usage=2") == "'2'");
  CHECK(parsed("&&usage=2&&") == "'2'");
  CHECK(parsed("usage=a=b") == "'a=b'");
  CHECK(parsed("=x&usage=1") == "'1'");
  CHECK(parsed("other=1") == "absent");
  CHECK(parsed("usage[hits]=1&usage[hits]=2") == "{hits:'2' }");
}

TEST_CASE("parameters: lists, are lists; clashes of kind are bad requests") {
  CHECK(parsed("usage[]=1&usage[]=2") == "[]");
  CHECK(parsed("usage[][a]=1") == "[]");
  CHECK(parsed("usage[]=1&usage[hits]=1") == type_clash);
  CHECK(parsed("usage[hits]=1&usage[]=1") == type_clash);
  CHECK(parsed("usage=1&usage[hits]=1") == type_clash);
  CHECK(parsed("usage[hits]=1&usage=1") == "'1'");
  CHECK(parsed("usage&usage[hits]=1") == "{hits:'1' }");
}

TEST_CASE("parameters: bad escapes, are bad requests") {
  for (const char* bad : {"usage=%", "usage=%4", "usage=%zz", "%=1", "a%5=1"}) {
    CHECK_MESSAGE(parsed(bad) == "bad_request: Invalid query parameters: invalid %-encoding", bad);
  }
  CHECK(parsed("usage=%41%5a") == "'AZ'");
}

TEST_CASE("parameters: bounds, are refused just beyond") {
  std::string many = "usage=1";
  for (int i = 1; i < 4096; ++i) many += "&a=1";
  CHECK(parsed(many) == "'1'");
  CHECK(parsed(many + "&a=1") ==
        "bad_request: total number of query parameters (4097) exceeds limit (4096)");
  const std::string wide(4U << 20U, 'a');
  CHECK(parsed(wide) == "absent");
  CHECK(parsed(wide + "a") == "bad_request: total query size exceeds limit (4194304)");
  std::string deep = "usage";
  for (int i = 0; i < 31; ++i) deep += "[a]";
  CHECK(parsed(deep + "=1") != type_clash);
  CHECK(parsed(deep + "[a]=1") == type_clash);
}

TEST_CASE("parameters: many different names, are all found") {
  std::string query;
  for (int i = 0; i < 2000; ++i) query += "t[" + std::to_string(i) + "][app_id]=a&";
  Parameters parameters{7};
  REQUIRE(parameters.add_query(query).has_value());
  const auto* all = parameters.find("t");
  int count = 0;
  for (const auto* one = parameters.first(*all); one; one = parameters.next(*one)) {
    CHECK(one->key == std::to_string(count++));
    CHECK(parameters.child(*one, "app_id")->text == "a");
  }
  CHECK(count == 2000);
  parameters.clear();
  CHECK(parameters.find("t") == nullptr);
}

TEST_CASE("parameters: more names than one request can need, are a bad request") {
  std::string query;
  for (int i = 0; i < 4'000; ++i) {
    query += std::to_string(i);
    for (int depth = 0; depth < 5; ++depth) query += "[" + std::to_string(depth) + "]";
    query += "=1&";
  }
  CHECK(parsed(query, "0") == type_clash);
}

TEST_CASE("parameters: a form, replaces the query's parameter of the same name") {
  Parameters parameters{7};
  REQUIRE(parameters.add_query("a=1&b=2").has_value());
  REQUIRE(parameters.add_form("b=%33").has_value());
  CHECK(parameters.text("a") == "1");
  CHECK(parameters.text("b") == "3");
}

TEST_CASE("parameters: multipart fields, are parameters; files are left out") {
  Parameters parameters{7};
  const std::string body =
      "--X\r\nContent-Disposition: form-data; name=\"a[b]\"\r\n\r\n1 & 2\r\n"
      "--X\r\ncontent-disposition: form-data; name=\"f\"; filename=\"f.txt\"\r\n\r\nfile\r\n"
      "--X\r\nContent-Disposition: form-data; name=e\r\n\r\n\r\n--X--\r\n";
  REQUIRE(parameters.add_multipart(body, "multipart/form-data; boundary=X").has_value());
  CHECK(parameters.child(*parameters.find("a"), "b")->text == "1 & 2");
  CHECK(parameters.find("f") == nullptr);
  CHECK(parameters.find("e")->text.empty());
}

TEST_CASE("parameters: multipart without boundary or cut short anywhere, is a bad request") {
  const std::string body =
      "--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nvalue\r\n--X--";
  const std::string type = "multipart/form-data; boundary=\"X\"";
  Parameters whole{7};
  REQUIRE(whole.add_multipart(body, type).has_value());
  for (std::size_t cut = 0; cut < body.size(); ++cut) {
    Parameters parameters{7};
    CHECK(parameters.add_multipart(body.substr(0, cut), type).has_error());
  }
  Parameters parameters{7};
  CHECK(parameters.add_multipart(body, "multipart/form-data").has_error());
}

TEST_CASE("parameters: bytes that are no UTF-8, are noticed in names and values") {
  for (const char* query : {"a=%ff", "%c3=1", "a[%fe]=1"}) {
    Parameters parameters{7};
    REQUIRE(parameters.add_query(query).has_value());
    CHECK_FALSE(parameters.valid_utf8());
  }
  Parameters fine{7};
  REQUIRE(fine.add_query("a=%C3%A9").has_value());
  CHECK(fine.valid_utf8());
}

}  // namespace mainstay::apim::parameters_test
