#include "apps/clusters/outbound/git/git_repository.hpp"

#include <fstream>

#include <doctest/doctest.h>

#include "apps/clusters/errc.hpp"
#include "apps/clusters/outbound/git/test_remote.hpp"
#include "base/random.hpp"
#include "platform/process/process.hpp"

namespace mainstay::clusters::git_repository_test {
namespace {

ChangeRequest request(std::vector<FileChange> files) {
  ChangeRequest out;
  out.id = ChangeId{"0123456789abcdef"};
  out.change.title = "Create blue";
  out.change.requested_by = "Ann <ann@example.com>";
  out.change.files = std::move(files);
  out.created_at = SystemTime{Micros{1'700'000'000'000'000}};
  return out;
}

class Fixture {
 public:
  GitRepository repository(std::string signing_key = {}) const {
    return {remote.program(),
            {.url = remote.url(),
             .mirror = remote.folder("mirror.git"),
             .identity = {.name = "Mainstay",
                          .email = "bot@example.com",
                          .signing_key = std::move(signing_key)}},
            {}};
  }
  TestRemote remote;
};

std::string refusal_of(const Result<Repository::Pushed>& pushed) {
  REQUIRE(pushed.has_error());
  return std::string{pushed.error().name()};
}

TEST_CASE("git repository: a change becomes a commit on a branch, on top of the base") {
  const Fixture fixture;
  const TestRemote& remote = fixture.remote;
  GitRepository repository = fixture.repository();
  const auto change = request({{"dir/new \"x\".yaml", "a: 1\n"}, {"dir/old.yaml"}});
  const auto pushed = repository.push(change, "mainstay/x");
  REQUIRE_MESSAGE(pushed.has_value(), (pushed ? "" : pushed.error().message()));
  CHECK_FALSE(pushed->was_there);
  CHECK(remote.ask({"rev-parse", "mainstay/x"}) == pushed->commit);
  CHECK(remote.ask({"rev-parse", "mainstay/x^"}) == remote.ask({"rev-parse", "main"}));
  CHECK(remote.ask({"ls-tree", "-r", "-z", "--name-only", "mainstay/x"}) ==
        std::string("README.md\0dir/new \"x\".yaml\0link\0", 32));
  CHECK(remote.ask({"show", "mainstay/x:dir/new \"x\".yaml"}) == "a: 1");
  CHECK(remote.ask({"show", "-s", "--format=%an %ae %at|%B", "mainstay/x"}) ==
        "Mainstay bot@example.com 1700000000|Create blue\n\nRequest-Id: 0123456789abcdef\n"
        "Requested-by: Ann <ann@example.com>\n");

  // Again, by another process: the same commit.
  GitRepository other = fixture.repository();
  CHECK(other.push(change, "mainstay/x")->commit == pushed->commit);

  // The base moved on: what the branch has is right still, and its review counts.
  remote.write("main", "M 100644 inline \"more\"\ndata 1\nx\n");
  CHECK(other.push(change, "mainstay/x")->commit == pushed->commit);

  // Somebody else pushed something there: ours replaces it.
  remote.write("mainstay/x", "M 100644 inline \"dir/old.yaml\"\ndata 1\nx\n");
  const auto replaced = other.push(change, "mainstay/x");
  REQUIRE(replaced.has_value());
  CHECK(remote.ask({"rev-parse", "mainstay/x"}) == replaced->commit);
  CHECK(remote.ask({"rev-parse", "mainstay/x^"}) == remote.ask({"rev-parse", "main"}));
}

TEST_CASE("git repository: on the base itself nobody's commit is lost") {
  const Fixture fixture;
  GitRepository repository = fixture.repository();
  const auto change = request({{"dir/new.yaml", "a: 1\n"}});
  const auto pushed = repository.push(change, "main");
  REQUIRE(pushed.has_value());
  CHECK(fixture.remote.ask({"rev-parse", "main"}) == pushed->commit);
  const auto again = repository.push(change, "main");
  CHECK(again->was_there);
  CHECK(again->commit == pushed->commit);
  CHECK(repository.push(request({{"no/such"}}), "branch")->was_there);
  CHECK(*repository.contains(pushed->commit, pushed->commit));
  fixture.remote.write("main", "M 100644 inline \"more\"\ndata 1\nx\n");
  const std::string newest = fixture.remote.ask({"rev-parse", "main"});
  CHECK(*repository.contains(newest, pushed->commit));
  CHECK_FALSE(*repository.contains(pushed->commit, newest));
  CHECK_FALSE(*repository.contains("main", "not a commit"));
}

TEST_CASE("git repository: no file goes where a link, a folder or another file is") {
  const Fixture fixture;
  GitRepository repository = fixture.repository();
  for (const std::string path : {"link/passwd", "link", "dir", "README.md/x"}) {
    CHECK(refusal_of(repository.push(request({{path, "x"}}), "b")) == "field_invalid");
  }
  CHECK_FALSE(fixture.remote.has("refs/heads/b"));
}

TEST_CASE("git repository: files of a folder are read as the remote has them now") {
  const Fixture fixture;
  GitRepository repository = fixture.repository();
  auto view = repository.read("dir");
  REQUIRE_MESSAGE(view.has_value(), (view ? "" : view.error().message()));
  REQUIRE(view->files.size() == 1);
  CHECK(view->files[0].path == "dir/old.yaml");
  CHECK(view->files[0].content == "old\n");
  fixture.remote.write("main",
                       "M 100644 inline \"dir/b\"\ndata 0\n\nM 100644 inline \"dir/c\"\n"
                       "data 7\n1\n2\n\n3\n\n");
  view = repository.read("dir");
  REQUIRE(view->files.size() == 3);
  CHECK(view->files[0].content.empty());
  CHECK(view->files[1].content == "1\n2\n\n3\n");
  CHECK(repository.read("")->files.size() == 4);  // without the link
  CHECK(repository.read("none")->files.empty());
}

TEST_CASE("git repository: what a dead process left is cleared away") {
  const Fixture fixture;
  REQUIRE(fixture.repository().read("").has_value());
  const std::string mirror = fixture.remote.folder("mirror.git");
  for (const char* name : {"/refs/mainstay/base.lock", "/shallow.lock", "/packed-refs.lock",
                           "/objects/pack/tmp_pack_abc"}) {
    std::ofstream{mirror + name} << "x";
  }
  CHECK(fixture.repository().push(request({{"a", "b"}}), "b1").has_value());
  std::ofstream{mirror + "/HEAD"} << "nonsense";  // a half-finished clone: made again
  CHECK(fixture.repository().push(request({{"a", "b"}}), "b2").has_value());
  std::filesystem::remove(mirror + "/HEAD");
  CHECK(fixture.repository().read("").has_value());
}

TEST_CASE("git repository: a remote that is not there, or has no such branch, or is too large") {
  const Fixture fixture;
  GitRepositoryOptions options{.url = "file:///no/such/place.git",
                               .mirror = fixture.remote.folder("m2.git")};
  GitRepository nowhere{fixture.remote.program(), options, {}};
  const auto read = nowhere.read("");
  REQUIRE(read.has_error());
  CHECK(read.error().detail().starts_with("git fetch: "));
  options.url = fixture.remote.url();
  options.base = "other";
  GitRepository other{fixture.remote.program(), options, {}};
  CHECK(other.read("").error().message().find("has no branch other") != std::string::npos);
  const std::string noise = [] {
    std::string out;
    Random random{1};
    while (out.size() < 300'000) out.push_back(static_cast<char>('a' + random.below(64)));
    return out;
  }();
  fixture.remote.write("main", "M 100644 inline \"big\"\ndata 300000\n" + noise + "\n");
  const GitProgram bounded{{.folder = fixture.remote.folder("git"), .file_bytes_max = 100'000}};
  options.base = "main";
  GitRepository large{bounded, options, {}};
  CHECK(large.read("").error().is(Errc::too_large));
}

TEST_CASE("git repository: commits are signed, and git says the signature is good") {
  if (!process::exists("ssh-keygen")) {
    MESSAGE("skipped: ssh-keygen is not installed");
    return;
  }
  const Fixture fixture;
  const std::string key = fixture.remote.folder("key");
  REQUIRE(process::run({.arguments = {"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key}})
              ->good());
  const auto pushed = fixture.repository(key).push(request({{"a", "b"}}), "signed");
  REQUIRE_MESSAGE(pushed.has_value(), (pushed ? "" : pushed.error().message()));
  // The same key and content: the same signature, so the same commit.
  CHECK(fixture.repository(key).push(request({{"a", "b"}}), "signed2")->commit == pushed->commit);
  std::string public_key;
  std::getline(std::ifstream{key + ".pub"}, public_key);
  std::ofstream{fixture.remote.folder("signers")} << "bot@example.com " << public_key << '\n';
  const auto verified = fixture.remote.program().run(
      {.arguments = {"--git-dir=" + fixture.remote.path(), "-c",
                     "gpg.ssh.allowedSignersFile=" + fixture.remote.folder("signers"),
                     "verify-commit", pushed->commit}});
  REQUIRE(verified.has_value());
  CHECK_MESSAGE(verified->good(), verified->errors);
}

TEST_CASE("git repository: addresses that are taken") {
  for (const char* url :
       {"https://github.com/a/b.git", "ssh://git@host/a/b.git", "ssh://git@host:2222/a/b.git",
        "ssh://host:22/a@b:c.git", "git@github.com:a/b.git", "file:///srv/repository.git"}) {
    CHECK(check_remote_url(url).has_value());
  }
  for (const char* url : {"", "--upload-pack=x", "http://github.com/a", "git://x/y", "ext::sh -c x",
                          "https://user:token@host/a.git", "ssh://git:token@host/a.git",
                          "git:token@host:a.git", "/srv/x", "https://h/a b", "x"}) {
    CHECK(check_remote_url(url).has_error());
  }
}

}  // namespace
}  // namespace mainstay::clusters::git_repository_test
