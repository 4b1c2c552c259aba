#include "platform/json/stream_reader.hpp"

#include <doctest/doctest.h>

namespace mainstay::json::stream_reader_test {
namespace {

/// What was handed out, as text; the error at the end, if any.
struct Told {
  std::string text;
  std::string error;
  bool operator==(const Told&) const = default;
};

Told read(StreamOptions options, std::initializer_list<std::string_view> pieces) {
  Told told;
  StreamReader reader{std::move(options),
                      [&told](Value value) -> Result<> {
                        told.text += "item " + dump(value) + "\n";
                        return {};
                      },
                      [&told](Value value) -> Result<> {
                        told.text += dump(value) + "\n";
                        return {};
                      }};
  Result<> result;
  for (const std::string_view piece : pieces) {
    if (!result.has_error()) result = reader.receive(piece);
  }
  if (!result.has_error()) result = reader.end();
  if (result.has_error()) told.error = result.error().message();
  return told;
}

/// The same in one piece, byte by byte and cut in two at every place.
Told read_every_way(const StreamOptions& options, std::string_view text) {
  const Told whole = read(options, {text});
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    CAPTURE(cut);
    CHECK(read(options, {text.substr(0, cut), text.substr(cut)}) == whole);
  }
  return whole;
}

/// As a Kubernetes API server answers a list of Secrets.
constexpr std::string_view list_text =
    R"({"kind":"List","metadata":{"resourceVersion":"7","continue":"c"},"items":[)"
    R"({"metadata":{"name":"a","managedFields":[{"manager":"k","fields":{"f:x":{}}}],)"
    R"("labels":{"team":"x\u00e9"}},"data":{"password":"c2VjcmV0"}},)"
    R"( {"metadata":{"name":"b","n":[1,-2.5e1,true,null]},"data":null}],"end":1})";

}  // namespace

TEST_CASE("json stream: elements leave one by one, the rest as the value they were in") {
  const Told told = read_every_way({.items = "items"}, list_text);
  CHECK(told.error.empty());
  CHECK(
      told.text ==
      "item {\"metadata\":{\"name\":\"a\",\"managedFields\":[{\"manager\":\"k\",\"fields\":"
      "{\"f:x\":{}}}],\"labels\":{\"team\":\"x\xC3\xA9\"}},\"data\":{\"password\":\"c2VjcmV0\"}}\n"
      "item {\"metadata\":{\"name\":\"b\",\"n\":[1,-25.0,true,null]},\"data\":null}\n"
      "{\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\"7\",\"continue\":\"c\"},"
      "\"items\":[],\"end\":1}\n");
}

TEST_CASE("json stream: what the filter drops is never made") {
  const Filter metadata{.members = {{"managedFields"}}};
  StreamOptions options{
      .filter = {.members = {{"items", {.members = {{"metadata", metadata}, {"data"}}}}}},
      .items = "items"};
  CHECK(read_every_way(options, list_text).text ==
        "item {\"metadata\":{\"name\":\"a\",\"labels\":{\"team\":\"x\xC3\xA9\"}}}\n"
        "item {\"metadata\":{\"name\":\"b\",\"n\":[1,-25.0,true,null]}}\n"
        "{\"kind\":\"List\",\"metadata\":{\"resourceVersion\":\"7\",\"continue\":\"c\"},"
        "\"items\":[],\"end\":1}\n");

  options.filter = {
      .only = true,
      .members = {
          {"metadata"},
          {"items",
           {.only = true, .members = {{"metadata", {.only = true, .members = {{"name"}}}}}}}}};
  CHECK(read_every_way(options, list_text).text ==
        "item {\"metadata\":{\"name\":\"a\"}}\nitem {\"metadata\":{\"name\":\"b\"}}\n"
        "{\"metadata\":{\"resourceVersion\":\"7\",\"continue\":\"c\"},\"items\":[]}\n");
}

TEST_CASE("json stream: values that follow each other, with and without blanks") {
  const Told told = read_every_way({}, "{\"a\":1}\n{\"b\":[]} [2]\"t\"\r\n3 \n");
  CHECK(told == Told{"{\"a\":1}\n{\"b\":[]}\n[2]\n\"t\"\n3\n", {}});
  CHECK(read_every_way({}, "17").text == "17\n");
  CHECK(read_every_way({}, " \n ").text.empty());
}

TEST_CASE("json stream: broken text is refused with its place, and for good") {
  for (const std::string_view text :
       {"{\"a\":1]", "{\"a\" 1}", "[1,]", "nul!", "{\"a\":\"\xFF\"}"}) {
    CAPTURE(text);
    CHECK(read({}, {text}).error.starts_with("not JSON"));
    CHECK(read({}, {text, "{}"}).text.empty());
  }
  CHECK(read({}, {"{\"a\":"}).error.find("at byte 5") != std::string::npos);
  CHECK(read({.depth_max = 2}, {"[[[1]]]"}).error.find("more than 2 levels") != std::string::npos);
}

TEST_CASE("json stream: one value has a bound, the stream has none") {
  StreamOptions options{.items = "items", .value_bytes_max = 40};
  std::string text = "{\"items\":[";
  for (int i = 0; i < 50; ++i) text += std::string{i == 0 ? "" : ","} + "{\"n\":\"0123456789\"}";
  text += "]}";
  Told told;
  StreamReader reader{options, [](Value) -> Result<> { return {}; },
                      [](Value) -> Result<> { return {}; }};
  for (const char c : text) REQUIRE(reader.receive({&c, 1}).has_value());
  const std::string large = "{\"items\":[{\"n\":\"" + std::string(60, 'x') + "\"}]}";
  auto refused = reader.receive(large.substr(0, 50));
  if (!refused.has_error()) refused = reader.receive(large.substr(50, 10));
  REQUIRE(refused.has_error());
  CHECK(refused.error().is(Errc::too_large));
  CHECK(reader.receive("{}").error().is(Errc::too_large));
  CHECK(reader.end().error().is(Errc::too_large));
}

TEST_CASE("json stream: the taker's error ends the reading with it") {
  int taken = 0;
  StreamReader reader{{.items = "items"},
                      [&taken](Value) -> Result<> {
                        ++taken;
                        return Errc::too_deep;
                      },
                      [](Value) -> Result<> { return {}; }};
  CHECK(reader.receive(R"({"items":[1,2,3]})").error().is(Errc::too_deep));
  CHECK(taken == 1);
}

}  // namespace mainstay::json::stream_reader_test
