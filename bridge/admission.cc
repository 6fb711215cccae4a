#include "bridge/admission.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/auth_context.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bridge/hub_status.h"
#include "proto/protocol/codes.h"

namespace roomcast::bridge {
namespace {

using std::chrono::steady_clock;
using std::chrono::system_clock;

// gRPC rounds a deadline up to it, one that has passed too.
constexpr std::chrono::milliseconds kTimerGrain(1);

std::optional<std::string_view> AuthorizationOf(const grpc::ServerContextBase& context) {
  const auto found = context.client_metadata().find("authorization");
  if (found == context.client_metadata().end()) return std::nullopt;
  return std::string_view(found->second.data(), found->second.size());
}

TurnedAway WithoutKey(Refusal refusal) {
  const char* text = refusal == Refusal::kNoKey
                         ? "this bridge needs a key: send metadata `authorization: Bearer KEY`"
                         : "this bridge does not know the key in `authorization`";
  return {refusal, ToStatus(MakeError(ErrorCode::kUnauthorized, text))};
}

// As HTTP/2 counts it (RFC 9113, section 6.5.2).
std::size_t BytesOfMetadata(const grpc::ServerContextBase& context) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : context.client_metadata()) {
    bytes += name.size() + value.size() + 32;
  }
  return bytes;
}

std::string NameOfRole(Role role) {
  switch (role) {
    case Role::kPublish:
      return "publish";
    case Role::kRead:
      return "read";
    case Role::kManage:
      return "manage";
    case Role::kAdmin:
      return "admin";
  }
  return "unknown";
}

TurnedAway WithoutRole(Role role) {
  const std::string text = absl::StrCat("this key does not have the role `", NameOfRole(role), "`");
  return {Refusal::kNotAllowed, ToStatus(MakeError(ErrorCode::kPermissionDenied, text))};
}

}  // namespace

void Admission::Use(KeyRing keys) {
  keys.TakeOverFrom(*this->keys());
  auto shared = std::make_shared<const KeyRing>(std::move(keys));
  const std::lock_guard<std::mutex> lock(mutex_);
  keys_ = std::move(shared);
}

std::shared_ptr<const KeyRing> Admission::keys() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return keys_;
}

std::optional<TurnedAway> Admission::WhyNoMore(const Caller& caller, Role role) const {
  switch (keys()->StandingOf(caller, role)) {
    case KeyRing::Standing::kSame:
      return std::nullopt;
    case KeyRing::Standing::kChanged:
      return TurnedAway{Refusal::kNotAllowed, ComeAgain("the rights of this key have changed")};
    case KeyRing::Standing::kMayNot:
      return WithoutRole(role);
    case KeyRing::Standing::kGone:
      break;
  }
  return WithoutKey(Refusal::kWrongKey);
}

std::variant<Caller, TurnedAway> Admission::Admit(const grpc::ServerContextBase& context,
                                                  std::optional<Role> role) const {
  if (const std::size_t bytes = BytesOfMetadata(context); bytes > metadata_bytes_max_) {
    const std::string text =
        absl::StrCat("the metadata has ", bytes, " bytes, the most is ", metadata_bytes_max_);
    return TurnedAway{Refusal::kBadRequest, ToStatus(MakeError(ErrorCode::kLimitExceeded, text))};
  }
  const std::variant<Caller, Refusal> admitted = KnownBy(context);
  if (const auto* refusal = std::get_if<Refusal>(&admitted)) return WithoutKey(*refusal);
  const Caller caller = std::get<Caller>(admitted);
  if (role.has_value() && !caller.MayAct(*role)) return WithoutRole(*role);
  if (context.deadline() <= system_clock::now() + kTimerGrain) {
    return TurnedAway{
        Refusal::kPastDeadline,
        {grpc::StatusCode::DEADLINE_EXCEEDED, "the deadline passed before the start"}};
  }
  return caller;
}

std::variant<Caller, Refusal> Admission::KnownBy(const grpc::ServerContextBase& context) const {
  const std::shared_ptr<const KeyRing> keys = this->keys();
  if (!keys->has_certificates()) return keys->Admit(AuthorizationOf(context));
  const std::shared_ptr<const grpc::AuthContext> peer = context.auth_context();
  if (peer != nullptr && peer->IsPeerAuthenticated()) {
    std::vector<std::string_view> subjects;
    for (const grpc::string_ref& name : peer->FindPropertyValues(GRPC_X509_SAN_PROPERTY_NAME)) {
      subjects.emplace_back(name.data(), name.size());
    }
    if (std::optional<Caller> caller = keys->AdmitCertified(subjects)) return *caller;
  }
  return keys->Admit(AuthorizationOf(context));
}

Deadline NotAfter(const grpc::ServerContextBase& context) {
  const system_clock::duration left = context.deadline() - system_clock::now();
  if (left >= std::chrono::hours(24)) return kNoDeadline;
  return steady_clock::now() + std::chrono::duration_cast<steady_clock::duration>(left);
}

}  // namespace roomcast::bridge
