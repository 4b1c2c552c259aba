#include "platform/settings/describe.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace mainstay::settings::describe_test {
namespace {

const std::vector<Spec> specs{
    {.key = "http.port",
     .kind = Kind::integer,
     .fallback = "3000",
     .help = "where | to listen",
     .variables = {"PORT"},
     .least = 0,
     .most = 65'535},
    {.key = "apps.apim.password", .help = "whose", .secret = true},
    {.key = "log.level", .fallback = "info", .choices = {"info", "debug"}},
};

TEST_CASE("describe: Markdown has a table a section, bars escaped") {
  const std::string text = markdown_of(specs, "shop");
  CHECK(text.starts_with("# Settings of shop\n"));
  CHECK(text.find("\n## http\n") != std::string::npos);
  CHECK(text.find("\n## apps.apim\n") != std::string::npos);
  CHECK(text.find("| `http.port` | `3000` | where \\| to listen | an integer, from 0 to 65535 | "
                  "`PORT` |\n") != std::string::npos);
  CHECK(text.find("| `apps.apim.password` |  | whose | a text; secret |  |\n") !=
        std::string::npos);
}

TEST_CASE("describe: the JSON Schema nests tables and allows references") {
  const std::string text = json_schema_of(specs, "Shop");
  CHECK(text.find(R"("title":"Settings of Shop","type":"object","additionalProperties":false)") !=
        std::string::npos);
  CHECK(text.find(R"x("port":{"description":"where | to listen (an integer, from 0 to 65535)",)x"
                  R"x("anyOf":[{"type":"integer","minimum":0,"maximum":65535},{"type":"string",)x"
                  R"x("pattern":"^(env:|file:|age:|berglas://|sm://).+"}]})x") !=
        std::string::npos);
  CHECK(text.find(R"({"enum":["info","debug"]})") != std::string::npos);
  CHECK(text.find(R"("apps":{"type":"object")") != std::string::npos);
}

}  // namespace
}  // namespace mainstay::settings::describe_test
