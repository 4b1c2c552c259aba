#include "apps/clusters/codec/yaml.hpp"

#include <doctest/doctest.h>

#include "apps/clusters/codec/yaml_scalar.hpp"
#include "base/random.hpp"
#include "platform/json/json.hpp"

namespace mainstay::clusters::yaml::yaml_test {
namespace {

Document read(std::string_view text) {
  CAPTURE(text);
  auto value = parse_one(text);
  if (value.has_error()) FAIL(value.error().message());
  return *std::move(value);
}

Error refused(std::string_view text, const Limits& limits = {}) {
  CAPTURE(text);
  const auto value = parse(text, limits);
  REQUIRE(value.has_error());
  return value.error();
}

Document plain(std::string_view text) {
  auto value = resolve_plain(text);
  REQUIRE(value.has_value());
  return *std::move(value);
}

/// Writes, reads again, compares.
std::string written(const Document& document) {
  std::string text = emit(document);
  CAPTURE(text);
  auto again = parse(text);
  if (again.has_error()) FAIL(again.error().message());
  REQUIRE(again->size() == 1);
  CHECK(again->front() == document);
  return text;
}

// Each would be something else, or nothing, without quotes.
constexpr std::string_view odd_texts[] = {"y",
                                          "n",
                                          "No",
                                          "YES",
                                          "on",
                                          "Off",
                                          "true",
                                          "FALSE",
                                          "null",
                                          "NULL",
                                          "~",
                                          "",
                                          "1",
                                          "012",
                                          "0o17",
                                          "0x1F",
                                          "1_000",
                                          "1e3",
                                          "1.5",
                                          ".5",
                                          "-1",
                                          "+1",
                                          ".inf",
                                          ".NaN",
                                          "1:30",
                                          "190:20:30",
                                          "2026-01-02",
                                          "2001-12-14t21:59:43.10-05:00",
                                          "=",
                                          "<<",
                                          "-",
                                          "- a",
                                          "? a",
                                          ": a",
                                          "a: b",
                                          "a:",
                                          "a #b",
                                          "#a",
                                          "&a",
                                          "*a",
                                          "!a",
                                          "%a",
                                          "@a",
                                          "`a",
                                          "[a",
                                          "{a",
                                          "|",
                                          ">",
                                          "'a",
                                          "\"a",
                                          " a",
                                          "a ",
                                          "---",
                                          "...",
                                          "a\tb",
                                          "\ta",
                                          "a\rb",
                                          "\x7F",
                                          "0b1",
                                          "12e03",
                                          "0x",
                                          "deadbeef1e5",
                                          "1e",
                                          "12d",
                                          "\xC2\x85",
                                          "\xE2\x80\xA8",
                                          "\xEF\xBB\xBF",
                                          "a\nb",
                                          "a\n",
                                          "a\n\n",
                                          "\n",
                                          " a\nb",
                                          "a \nb",
                                          "a\n  b\n\nc\n",
                                          "---\na",
                                          "a\n---\n",
                                          "a\n...\nb",
                                          "%YAML 1.1\n",
                                          "1\n",
                                          "#a\nb"};

}  // namespace

TEST_CASE("yaml: plain words mean what Kubernetes' reader makes of them") {
  for (const std::string_view word : {"y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "True"}) {
    CHECK(plain(word) == Document{true});
  }
  for (const std::string_view word : {"n", "N", "no", "No", "NO", "off", "Off", "OFF", "False"}) {
    CHECK(plain(word) == Document{false});
  }
  CHECK(plain("null").is_null());
  CHECK(plain("~").is_null());
  for (const std::string_view ten : {"10", "+10", "012", "0o12", "0xA", "0b1010", "1_0"}) {
    CAPTURE(ten);
    CHECK(plain(ten) == Document{10});
  }
  CHECK(plain("-0x10") == Document{-16});
  CHECK(plain("-9223372036854775808") == Document{INT64_MIN});
  CHECK(plain("18446744073709551616") == Document{18446744073709551616.0});
  CHECK(plain("1e3") == Document{1000.0});
  CHECK(plain(".5") == Document{0.5});
  CHECK(plain("+1.") == Document{1.0});
  CHECK(plain("08") == Document{8.0});  // no octal, so go-yaml takes it for a float
  for (const std::string_view text : {"yEs", "nO", "1:30", "2026-01-02", "1.2.3", "0x", "-", "+",
                                      ".", "1e", "100Gi", "--1", "0b2", "<<", "1.e"}) {
    CAPTURE(text);
    CHECK(plain(text) == Document{text});
  }
  CHECK(resolve_plain(".inf").has_error());
  CHECK(resolve_plain("-.Inf").has_error());
  CHECK(resolve_plain(".nan").has_error());
  CHECK(resolve_plain("1e999").has_error());
}

TEST_CASE("yaml: manifests are read") {
  const Document found = read(
      "# a comment\nkind: NodeGroup\nspec: {size: {min: 1}, zones: [a, 'n', \"y\", n]}\n"
      "text: |\n  one\n  two\nfolded: >-\n  one\n  two\nempty:\n1: {y: !!str 12}\n");
  CHECK(json::dump(found) ==
        R"({"kind":"NodeGroup","spec":{"size":{"min":1},"zones":["a","n","y",false]},)"
        R"("text":"one\ntwo\n","folded":"one two","empty":null,"1":{"true":"12"}})");
}

TEST_CASE("yaml: several documents, empty ones left out") {
  const auto all = parse("---\na: 1\n---\n---\n# nothing\n---\n- b\n...\n");
  REQUIRE(all.has_value());
  REQUIRE(all->size() == 2);
  CHECK(json::dump(all->back()) == R"(["b"])");
  CHECK(parse("")->empty());
  CHECK(parse_one("a\n---\nb\n").error().is(Errc::not_one_document));
  CHECK(parse_one("# nothing").error().is(Errc::not_one_document));
}

TEST_CASE("yaml: aliases and merges are resolved") {
  const Document found =
      read("base: &b {x: 1, y2: 2}\nother: {<<: *b, x: 3}\nmany: {<<: [*b, {z: 4}]}\nagain: *b\n");
  CHECK(json::dump(found) ==
        R"({"base":{"x":1,"y2":2},"other":{"x":3,"y2":2},"many":{"x":1,"y2":2,"z":4},)"
        R"("again":{"x":1,"y2":2}})");
  CHECK(refused("a: &a [*a]").is(Errc::syntax));
  CHECK(refused("a: *b").is(Errc::syntax));
  CHECK(refused("a: {<<: 1}").is(Errc::syntax));
}

TEST_CASE("yaml: what is refused, with its line") {
  CHECK(refused("a: 1\na: 2\n").is(Errc::key_twice));
  CHECK(refused("a: 1\na: 2\n").detail() == "line 2: a stands there a second time");
  CHECK(refused("1: a\n'1': b\n").is(Errc::key_twice));
  CHECK(refused("a: !!python/object x").is(Errc::tag_refused));
  CHECK(refused("a: !local {}").is(Errc::tag_refused));
  CHECK(refused("[a]: 1").is(Errc::key_invalid));
  CHECK(refused("~: 1").is(Errc::key_invalid));
  CHECK(refused("a: [1").is(Errc::syntax));
  CHECK(refused("a: .inf").is(Errc::number_invalid));
  CHECK(refused("a: \xFF").is(Errc::not_utf8));
  CHECK(refused(std::string_view{"a: \0b", 5}).is(Errc::syntax));
  CHECK(refused("a: 1", {.bytes_max = 3}).is(Errc::too_large));
  CHECK(refused(std::string(65, '[') + std::string(65, ']')).is(Errc::too_deep));
  refused(std::string(100'000, '['));
  CHECK(refused("[1, 2, 3]", {.values_max = 3}).is(Errc::too_many_values));
  CHECK(refused("---\na\n---\nb\n", {.documents_max = 1}).is(Errc::too_many_values));
}

TEST_CASE("yaml: a few aliases cannot stand for very much") {
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    const std::string name = "a" + std::to_string(i);
    laughs += name + ": &" + name + " [" + before;
    for (int k = 0; k < 8; ++k) laughs += ", " + before;
    laughs += "]\n";
  }
  CHECK(refused(laughs).is(Errc::too_many_values));
  std::string one_long = "a: &a " + std::string(1'000'000, 'x') + "\nb: [*a";
  for (int i = 0; i < 100; ++i) one_long += ", *a";
  CHECK(refused(one_long + "]\n").is(Errc::too_many_values));
}

TEST_CASE("yaml: text that some reader takes for something else stands in quotes") {
  for (const std::string_view text : odd_texts) {
    CAPTURE(text);
    written(Document{text});
    written(DocumentObject{{std::string{text}, text}});
    written(DocumentArray{text, DocumentArray{text}});
  }
  CHECK(written(Document{"n"}) == "\"n\"\n");
  CHECK(written(Document{"100Gi"}) == "100Gi\n");
  CHECK(written(Document{"m5.2xlarge"}) == "m5.2xlarge\n");
  CHECK(written(Document{"12e3"}) == "\"12e3\"\n");
  CHECK(written(Document{"https://a.example/b?c"}) == "\"https://a.example/b?c\"\n");
  CHECK(written(Document{"\xC3\xA9\n\x01"}) == "\"\xC3\xA9\\n\\u0001\"\n");
}

TEST_CASE("yaml: manifests are written as Kubernetes' programs write them") {
  const Document group = DocumentObject{
      {"kind", "NodeGroup"},
      {"metadata", DocumentObject{{"name", "on"}, {"labels", DocumentObject{}}}},
      {"spec",
       DocumentObject{{"sizes", DocumentArray{1, 2.5, nullptr, true, DocumentArray{}}},
                      {"taints", DocumentArray{DocumentObject{{"key", "a"}, {"effect", "b c"}}}},
                      {"nested", DocumentArray{DocumentArray{1, DocumentArray{2}}}},
                      {"script", "one\n  two\n"},
                      {"last", "one\ntwo"}}}};
  CHECK(written(group) == R"(kind: NodeGroup
metadata:
  name: "on"
  labels: {}
spec:
  sizes:
  - 1
  - 2.5
  - null
  - true
  - []
  taints:
  - key: a
    effect: b c
  nested:
  - - 1
    - - 2
  script: |
    one
      two
  last: |-
    one
    two
)");
  CHECK(emit_all(std::vector<Document>{1, "a"}) == "---\n1\n---\na\n");
  written(DocumentObject{{std::string(3'000, 'k'), DocumentArray{1}}, {"b", 1e300}, {"c", 1e15}});
}

TEST_CASE("yaml: whatever JSON can say is the same after writing and reading") {
  Random random{7};
  static constexpr std::string_view alphabet = "ab1 0:-#'\"\\\n\t,[]{}&*!|>%@`?~.=e_yn\x01";
  const auto text = [&] {
    std::string made;
    for (std::uint64_t n = random.below(6); n > 0; --n) {
      made.push_back(alphabet[random.below(alphabet.size())]);
    }
    return made;
  };
  const auto make = [&](const auto& self, int depth) -> Document {
    switch (random.below(depth > 3 ? 5 : 7)) {
      case 0:
        return Document{};
      case 1:
        return random.below(2) == 0;
      case 2:
        return static_cast<std::int64_t>(random.next());
      case 3:
        return static_cast<double>(static_cast<std::int64_t>(random.next())) / 1024;
      case 4:
        return text();
      case 5: {
        DocumentArray items;
        for (std::uint64_t n = random.below(4); n > 0; --n) items.push_back(self(self, depth + 1));
        return items;
      }
      default: {
        Document made{DocumentObject{}};
        for (std::uint64_t n = random.below(4); n > 0; --n) {
          set_member(made, text(), self(self, depth + 1));
        }
        return made;
      }
    }
  };
  for (int i = 0; i < 400; ++i) {
    const Document document = make(make, 0);
    if (!document.is_null()) written(document);
  }
}

}  // namespace mainstay::clusters::yaml::yaml_test
