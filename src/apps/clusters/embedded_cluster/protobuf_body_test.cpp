#include "apps/clusters/embedded_cluster/protobuf_body.hpp"

#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "apps/clusters/embedded_cluster/tree.hpp"
#include "base/bytes.hpp"

namespace mainstay::clusters::embedded::protobuf_body_test {
namespace {

std::string field(unsigned number, std::string_view content) {
  std::string out;
  ByteWriter writer{out};
  writer.varint(number << 3U | 2U);
  writer.text(content);
  return out;
}

std::string number_field(unsigned number, std::uint64_t value) {
  std::string out;
  ByteWriter writer{out};
  writer.varint(number << 3U);
  writer.varint(value);
  return out;
}

std::string body(std::string_view kind, std::string_view raw) {
  return std::string{"k8s\0", 4} + field(1, field(1, "v1") + field(2, kind)) + field(2, raw) +
         field(3, "") + field(4, "");
}

std::string entry(std::string_view key, std::string_view value) {
  return field(1, key) + field(2, value);
}

int code(const std::string& text) {
  const auto read = parse_protobuf_body(text);
  return read ? 0 : read.refusal().code;
}

}  // namespace

TEST_CASE("protobuf body: a Secret as Go's clients send it") {
  const std::string metadata = field(1, "s") + field(3, "team") + field(4, "") + field(8, "") +
                               field(11, entry("a", "b")) + field(11, entry("c", "d")) +
                               field(14, "f");
  const auto read = parse_protobuf_body(
      body("Secret", field(1, metadata) + field(2, entry("k", "two words")) + field(3, "Opaque") +
                         field(4, entry("n", "v")) + number_field(5, 1)));
  REQUIRE(read);
  CHECK(quoted(*read) ==
        R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"team",)"
        R"("labels":{"a":"b","c":"d"},"finalizers":["f"]},"data":{"k":"dHdvIHdvcmRz"},)"
        R"("type":"Opaque","stringData":{"n":"v"},"immutable":true})");
}

TEST_CASE("protobuf body: what asks and what deletes") {
  const std::string attributes = field(2, "list") + field(5, "secrets");
  const auto review =
      parse_protobuf_body(body("SelfSubjectAccessReview", field(2, field(1, attributes))));
  REQUIRE(review);
  CHECK(text_of(*review, {"spec", "resourceAttributes", "verb"}) == "list");
  const auto options = parse_protobuf_body(
      body("DeleteOptions", number_field(1, 0) + field(2, field(1, "u")) + field(5, "All")));
  REQUIRE(options);
  CHECK(text_of(*options, {"preconditions", "uid"}) == "u");
  CHECK(options->find("dryRun")->if_array()->size() == 1);
}

TEST_CASE("protobuf body: cut anywhere it is refused, or less is in it; never more") {
  const std::string whole =
      body("ConfigMap", field(1, field(1, "name")) + field(2, entry("k", "v")));
  REQUIRE(code(whole) == 0);
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    const int got = code(whole.substr(0, cut));
    CHECK((got == 400 || got == 415 || got == 0));
  }
  CHECK(code("") == 400);
  CHECK(code("{}") == 400);
  CHECK(code(body("Pod", "")) == 415);
  CHECK(code(body("Secret", field(3, "\xFF"))) == 400);
  CHECK(code(body("Secret", "\x0B")) == 400);                      // a group, which nobody sends
  CHECK(code(body("Secret", std::string{"\x0A\x7F", 2})) == 400);  // longer than what is there
}

}  // namespace mainstay::clusters::embedded::protobuf_body_test
