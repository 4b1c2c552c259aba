#include "apps/clusters/sealed_desk.hpp"

#include <utility>

#include "apps/clusters/errc.hpp"
#include "apps/clusters/limits.hpp"
#include "apps/clusters/ports/seal_keeper.hpp"
#include "apps/clusters/reseal.hpp"
#include "apps/clusters/sealing_certificates.hpp"
#include "base/secret_text.hpp"
#include "platform/json/json.hpp"
#include "platform/lane/lane.hpp"
#include "platform/secrets/resolver.hpp"

namespace mainstay::clusters {
namespace {

/// The shape of the object and of every value.
Result<SealedFacts> check_sealed(const Document& object) {
  MS_TRY(SealedFacts facts, read_sealed_secret(object));
  for (const EncryptedItem& item : facts.items) {
    if (tls::read_sealed(item.base64).has_error()) {
      return Error{Errc::document_invalid, "spec.encryptedData." + item.key +
                                               " is no sealed value: base64 of a length, a "
                                               "session key and what it encrypts"};
    }
  }
  return facts;
}

bool opens_all(const tls::UnsealingKeys& keys, const SealedFacts& facts) {
  const std::string label = seal_label(facts.scope, facts.namespace_name, facts.name);
  for (const EncryptedItem& item : facts.items) {
    if (keys.open(item.base64, label).has_error()) return false;
  }
  return true;
}

Result<SealedFile> file_of(Document object, const SealedFacts& facts, std::string sealed_with) {
  MS_TRY(std::string text, checked_yaml(object));
  return SealedFile{sealed_secret_path(facts.name),
                    std::move(text),
                    std::move(object),
                    std::move(sealed_with),
                    {}};
}

}  // namespace

struct SealedDesk::Impl {
  explicit Impl(Parts given) : parts(std::move(given)) {}

  Result<SealedFile> reseal_here(const Document& object, const SealedFacts& facts) const;
  template <class T, class Work>
  void on_lane(Done<T> done, Work work);

  const Parts parts;
  Lane lane{"clusters.sealed", Limits::sealed_queue_max};
};

/// `work` blocks; what it gives is the answer.
template <class T, class Work>
void SealedDesk::Impl::on_lane(Done<T> done, Work work) {
  auto told = std::make_shared<Done<T>>(std::move(done));
  const bool is_taken =
      lane.try_post([told, work = std::move(work)]() mutable { (*told)(work()); });
  if (!is_taken) (*told)(Error{Errc::busy, "too many sealed secrets are looked at"});
}

Result<SealedFile> SealedDesk::Impl::reseal_here(const Document& object,
                                                 const SealedFacts& facts) const {
  MS_TRY(const tls::UnsealingKeys keys, read_unsealing_keys(parts.key_files));
  MS_TRY(const auto usable, parts.certificates.usable());
  const RepositoryFile file{"sealed.json", json::dump(object)};
  const ResealReport report = reseal_files({&file, 1}, keys, *usable.certificate);
  if (!report.problems.empty()) return Error{Errc::seal_failed, report.problems.front().what};
  const std::string& with = usable.certificate->key_fingerprint();
  if (report.changed.empty()) return file_of(object, facts, with);
  MS_TRY(Document again, json::parse(report.changed.front().content));
  return file_of(std::move(again), facts, with);
}

SealedDesk::SealedDesk(Parts parts) : impl_(std::make_unique<Impl>(std::move(parts))) {}
SealedDesk::~SealedDesk() = default;

void SealedDesk::start() { impl_->lane.start(); }
void SealedDesk::stop() { impl_->lane.stop(); }

void SealedDesk::validate(Document object, Done<SealedVerdict> done) {
  auto facts = check_sealed(object);
  if (facts.has_error()) return done(std::move(facts).error());
  SealedVerdict verdict{*std::move(facts), {}, "nobody"};
  if (impl_->parts.controller != nullptr) {
    return impl_->parts.controller->verify(
        object, [done = std::move(done), verdict = std::move(verdict)](Result<bool> opens) mutable {
          if (opens.has_error()) return done(opens.error());
          verdict.opens = *opens;
          verdict.asked = "controller";
          done(std::move(verdict));
        });
  }
  if (impl_->parts.key_files.empty()) return done(std::move(verdict));
  impl_->on_lane<SealedVerdict>(
      std::move(done),
      [impl = impl_.get(), verdict = std::move(verdict)]() mutable -> Result<SealedVerdict> {
        MS_TRY(const tls::UnsealingKeys keys, read_unsealing_keys(impl->parts.key_files));
        verdict.opens = opens_all(keys, verdict.facts);
        verdict.asked = "keys";
        return std::move(verdict);
      });
}

void SealedDesk::reencrypt(Document object, Done<SealedFile> done) {
  auto facts = check_sealed(object);
  if (facts.has_error()) return done(std::move(facts).error());
  if (impl_->parts.controller != nullptr) {
    auto told = [done = std::move(done),
                 facts = *std::move(facts)](Result<Document> answer) mutable {
      if (answer.has_error()) return done(std::move(answer).error());
      done(file_of(*std::move(answer), facts, {}));
    };
    return impl_->parts.controller->rotate(object, std::move(told));
  }
  if (impl_->parts.key_files.empty()) {
    return done(Error{Errc::seal_failed,
                      "nobody here has keys to open it: connect a cluster with a sealed-secrets "
                      "controller, or set apps.clusters.unsealing_keys"});
  }
  impl_->on_lane<SealedFile>(
      std::move(done), [impl = impl_.get(), object = std::move(object), facts = *std::move(facts)] {
        return impl->reseal_here(object, facts);
      });
}

Result<tls::UnsealingKeys> read_unsealing_keys(std::span<const std::string> files) {
  tls::UnsealingKeys keys;
  for (const std::string& file : files) {
    MS_TRY(std::string pem, secrets::read_secret_file(file));
    const auto added = keys.add(pem);
    overwrite_text(pem);
    if (added.has_error()) return Error{Errc::seal_failed, file + " holds no usable keys"};
  }
  return keys;
}

}  // namespace mainstay::clusters
