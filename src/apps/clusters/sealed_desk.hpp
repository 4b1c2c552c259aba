#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "apps/clusters/domain/document.hpp"
#include "apps/clusters/domain/sealed_secret.hpp"
#include "apps/clusters/secrets_desk.hpp"
#include "base/result.hpp"
#include "base/unique_function.hpp"
#include "platform/tls/sealing.hpp"

namespace mainstay::clusters {

class SealKeeper;
class SealingCertificates;

/// What was found out about a SealedSecret whose shape is good.
struct SealedVerdict {
  SealedFacts facts;
  std::optional<bool> opens = {};  // nothing: nobody who has keys was there to ask
  std::string asked = {};          // who said so: "controller", "keys", "nobody"
};

/// Questions about what is sealed already; no value leaves, or enters, in clear. Whoever has the
/// keys answers: the cluster's controller, else the key files. One lane; any thread calls. Life:
/// construct, start(), stop().
class SealedDesk {
 public:
  struct Parts {
    SealKeeper* controller = nullptr;  // null: there is none to ask
    const SealingCertificates& certificates;
    std::vector<std::string> key_files = {};  // PEM; read for each question
  };
  explicit SealedDesk(Parts parts);
  ~SealedDesk();

  void start();
  void stop();

  template <class T>
  using Done = UniqueFunction<void(Result<T>)>;
  /// Errc::document_invalid for what is no SealedSecret, or whose values are no sealed ones; busy.
  void validate(Document object, Done<SealedVerdict> done);
  /// Every value sealed for the newest key. Errc::seal_failed when there is nobody with keys, or
  /// they open nothing; else as validate(), and what the controller refuses.
  void reencrypt(Document object, Done<SealedFile> done);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Private keys of PEM files. Errc::seal_failed names the file; secrets::Errc when it cannot be
/// read.
Result<tls::UnsealingKeys> read_unsealing_keys(std::span<const std::string> files);

}  // namespace mainstay::clusters
