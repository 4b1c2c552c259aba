#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "platform/secrets/age.hpp"
#include "platform/secrets/google.hpp"
#include "platform/secrets/reference.hpp"
#include "platform/secrets/secret_file.hpp"
#include "platform/secrets/transport.hpp"
#include "platform/settings/references.hpp"

namespace mainstay::secrets {

struct Options {
  AgeOptions age;
  GoogleOptions google;
  Owner owner = current_owner();                 // of files that a destination asks for
  std::map<std::string, std::string> variables;  // what env: means
};

/// Reads references of all schemes, each distinct one once. Blocks on files, programs and requests:
/// for the start of a process and for commands, one thread. Nothing of it outlives the object but
/// the files that a destination asked for.
class Resolver final : public settings::References {
 public:
  Resolver(Options options, Transport& transport, const Clock& clock)
      : options_(std::move(options)),
        age_(options_.age),
        google_(options_.google, transport, clock) {}
  ~Resolver() override;

  /// The value, or the path of its file where the reference has a destination. Errors say why, and
  /// neither repeat the reference nor tell the value.
  Result<std::string> read(const std::string& reference) override;

 private:
  Result<std::string> read_new(const std::string& text);
  Result<std::string> content_of(const Reference& reference);
  Result<std::string> read_variable(const std::string& name) const;
  Result<std::string> read_age(const Reference& reference);
  Result<std::string> put_into_file(const std::string& text, const Destination& destination,
                                    const std::string& content);

  Options options_;
  Age age_;
  Google google_;
  std::map<std::string, std::string> known_;      // by reference
  std::map<std::string, std::string> decrypted_;  // age's files, by path
};

/// `file:` means this: the content without the line end at its end.
Result<std::string> read_secret_file(const std::string& path);

}  // namespace mainstay::secrets
