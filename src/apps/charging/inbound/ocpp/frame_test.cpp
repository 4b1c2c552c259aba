#include "apps/charging/inbound/ocpp/frame.hpp"

#include <doctest/doctest.h>

#include "apps/charging/inbound/ocpp/json_walk.hpp"
#include "platform/json/json.hpp"

namespace mainstay::charging::ocpp {

using Fault = FrameReading::Fault;
using FrameKind = Frame::Kind;

TEST_CASE("ocpp frame: calls, results and errors are taken apart, payloads stay their text") {
  auto read = read_frame(R"( [2, "a-1","Heartbeat" , { "x" : [1,{}] } ] )");
  CHECK(read.fault == Fault::none);
  CHECK(read.frame.kind == FrameKind::call);
  CHECK(read.frame.id == "a-1");
  CHECK(read.frame.action == "Heartbeat");
  CHECK(read.frame.payload == R"({ "x" : [1,{}] })");

  read = read_frame(R"([3,"\u00e9\ud83d\ude00\n",null])");
  CHECK(read.fault == Fault::none);
  CHECK(read.frame.kind == FrameKind::result);
  CHECK(read.frame.id == "\u00e9\U0001F600\n");
  CHECK(read.frame.payload == "{}");

  read = read_frame(R"([4,"7","OccurenceConstraintViolation","why",{"a":1}])");
  CHECK(read.fault == Fault::none);
  CHECK(read.frame.kind == FrameKind::error);
  CHECK(read.frame.code == "OccurenceConstraintViolation");
  CHECK(read.frame.description == "why");
  CHECK(read.frame.payload == R"({"a":1})");
  for (const auto* shorter : {R"([4,"7","X"])", R"([4,"7","X",null])", R"([4,"7","X","",{}])"}) {
    CAPTURE(shorter);
    CHECK(read_frame(shorter).fault == Fault::none);
    CHECK(read_frame(shorter).frame.payload == "{}");
  }
}

TEST_CASE("ocpp frame: what is wrong is said, with as much of the envelope as could be read") {
  struct Row {
    const char* text;
    Fault fault;
    const char* id;
  };
  const std::string id36(36, 'x');
  const auto long_id = "[2,\"" + id36 + "x\",\"Heartbeat\",{}]";
  const auto wide_id = R"([2,")" + std::string(35, 'x') + "\u00e9" + R"(","Heartbeat",{}])";
  const Row rows[] = {
      {"", Fault::not_json, "-1"},
      {"{}", Fault::not_json, "-1"},
      {"[]", Fault::not_json, "-1"},
      {"[2", Fault::not_json, "-1"},
      {R"(["2","1","Heartbeat",{}])", Fault::not_json, "-1"},
      {R"([2,"1","Heartbeat",{}]x)", Fault::not_json, "-1"},
      {R"([2,"1","Heartbeat",{"a":01}])", Fault::not_json, "-1"},
      {R"([5,"1",{}])", Fault::unknown_type, "-1"},
      {R"([6,"1","NotifyPeriodicEventStream",{}])", Fault::unknown_type, "-1"},
      {"[2]", Fault::incomplete, "-1"},
      {"[2,1,\"Heartbeat\",{}]", Fault::bad_id, "-1"},
      {R"([2,"","Heartbeat",{}])", Fault::bad_id, "-1"},
      {long_id.c_str(), Fault::bad_id, "-1"},
      {R"([2,"1"])", Fault::incomplete, "1"},
      {R"([2,"1","Heartbeat"])", Fault::incomplete, "1"},
      {R"([2,"1",7,{}])", Fault::bad_shape, "1"},
      {R"([2,"1","Heartbeat",{},1])", Fault::bad_shape, "1"},
      {R"([3,"1"])", Fault::incomplete, "1"},
      {R"([3,"1",{},{}])", Fault::bad_shape, "1"},
      {R"([4,"1"])", Fault::incomplete, "1"},
      {R"([4,"1","a","b",{},1])", Fault::bad_shape, "1"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto read = read_frame(row.text);
    CHECK(read.fault == row.fault);
    CHECK(read.frame.id == row.id);
  }
  CHECK(read_frame(wide_id).fault == Fault::none);  // characters count, not bytes
}

TEST_CASE("ocpp frame: golden text, and what was written reads back") {
  std::string text;
  append_call(text, "1", "Reset", R"({"type":"Hard"})");
  CHECK(text == R"([2,"1","Reset",{"type":"Hard"}])");
  CHECK(read_frame(text).frame.action == "Reset");
  text.clear();
  append_result(text, "a\"b", "{}");
  CHECK(text == R"([3,"a\"b",{}])");
  CHECK(read_frame(text).frame.id == "a\"b");
  text.clear();
  append_error(text, "-1", "FormationViolation", "no JSON");
  CHECK(text == R"([4,"-1","FormationViolation","no JSON",{}])");
  CHECK(read_frame(text).frame.code == "FormationViolation");
}

TEST_CASE("ocpp frame: cut anywhere it is no frame, and nothing is read beyond its end") {
  const std::string whole =
      R"([2,"id-\ud83d\ude00","MeterValues",{"a":[1.5e-3,true,{"b":"\u0041\\"}],"c":null}])";
  REQUIRE(read_frame(whole).fault == Fault::none);
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    CAPTURE(cut);
    const std::string part{whole, 0, cut};  // its own memory: a sanitizer sees a step too far
    CHECK(read_frame(part).fault == Fault::not_json);
  }
}

TEST_CASE("json scan: agrees with the platform's parser about what JSON is") {
  const char* const texts[] = {"0",
                               "-0",
                               "-",
                               "1.",
                               "1.5",
                               ".5",
                               "1e5",
                               "1E+5",
                               "1e",
                               "01",
                               "+1",
                               "nul",
                               "null",
                               "true",
                               "\"\"",
                               "\"\\u12\"",
                               "\"\\u1234\"",
                               "\"\\ud800\"",
                               "\"\\ud800\\udc00\"",
                               "\"\\udc00\"",
                               "\"\\ud800\\u0041\"",
                               "\"\\x\"",
                               "\"\t\"",
                               "\"",
                               "[",
                               "[]",
                               "[ ]",
                               "[1,]",
                               "[,1]",
                               "[1 2]",
                               "{}",
                               "{ }",
                               "{\"a\"}",
                               "{\"a\":}",
                               "{\"a\":1,}",
                               "{,}",
                               "{\"a\":1 \"b\":2}",
                               "{a:1}",
                               "{\"a\":{\"b\":[{}]}}",
                               "[[[]]]",
                               "[}",
                               "{]",
                               "[1]]",
                               "\f1",
                               "1\v",
                               " \t\r\n1 ",
                               "[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]"};
  for (const std::string text : texts) {
    CAPTURE(text);
    std::size_t at = 0;
    const bool ours =
        scan_json(text, at) && text.find_first_not_of(" \t\r\n", at) == std::string::npos;
    CHECK(ours == mainstay::json::parse(text).has_value());
  }
  std::size_t at = 0;
  CHECK_FALSE(scan_json(std::string(17, '[') + std::string(17, ']'), at));
}

}  // namespace mainstay::charging::ocpp
