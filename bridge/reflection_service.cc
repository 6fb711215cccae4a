#include "bridge/reflection_service.h"

#include <grpc/health/v1/health.pb.h>
#include <grpc/reflection/v1/reflection.grpc.pb.h>
#include <grpc/reflection/v1alpha/reflection.grpc.pb.h>
#include <grpcpp/support/server_callback.h>

#include <optional>
#include <utility>
#include <variant>

#include "bridge/descriptor_lookup.h"
#include "bridge/hub_status.h"
#include "roomcast/v1/bridge.grpc.pb.h"

namespace roomcast::bridge {
namespace {

namespace v1alpha_api = grpc::reflection::v1alpha;
namespace v1_api = grpc::reflection::v1;

template <class Response>
void PutFiles(std::optional<DescriptorFiles> files, Response& response) {
  if (!files.has_value()) {
    response.mutable_error_response()->set_error_code(grpc::StatusCode::NOT_FOUND);
    response.mutable_error_response()->set_error_message("not found");
    return;
  }
  for (std::string& file : *files) {
    response.mutable_file_descriptor_response()->add_file_descriptor_proto(std::move(file));
  }
}

template <class Response>
void PutExtensionNumbers(const std::string& type, Response& response) {
  const std::optional<std::vector<int>> numbers = ExtensionNumbers(type);
  if (!numbers.has_value()) return PutFiles(std::nullopt, response);
  response.mutable_all_extension_numbers_response()->set_base_type_name(type);
  for (const int number : *numbers) {
    response.mutable_all_extension_numbers_response()->add_extension_number(number);
  }
}

template <class Request, class Response>
void AnswerReflection(const Request& request, Response& response) {
  response.set_valid_host(request.host());
  *response.mutable_original_request() = request;
  switch (request.message_request_case()) {
    case Request::kFileByFilename:
      return PutFiles(FileByName(request.file_by_filename()), response);
    case Request::kFileContainingSymbol:
      return PutFiles(FileContainingSymbol(request.file_containing_symbol()), response);
    case Request::kFileContainingExtension: {
      const auto& extension = request.file_containing_extension();
      return PutFiles(
          FileContainingExtension(extension.containing_type(), extension.extension_number()),
          response);
    }
    case Request::kAllExtensionNumbersOfType:
      return PutExtensionNumbers(request.all_extension_numbers_of_type(), response);
    case Request::kListServices:
      for (const std::string& name : ReflectedServices()) {
        response.mutable_list_services_response()->add_service()->set_name(name);
      }
      return;
    case Request::MESSAGE_REQUEST_NOT_SET:
      response.mutable_error_response()->set_error_code(grpc::StatusCode::UNIMPLEMENTED);
      response.mutable_error_response()->set_error_message("message_request is missing");
      return;
  }
}

// One question, one answer, and again: never more than one operation under way, so whichever fails
// is the last, and ends the stream. Deletes itself when gRPC is done with it.
template <class Request, class Response>
class ReflectionStream final : public grpc::ServerBidiReactor<Request, Response> {
 public:
  explicit ReflectionStream(BridgeObserver& observer) : observer_(observer) {}

  void Open() { this->StartRead(&request_); }
  void Refuse(const TurnedAway& away) {
    observer_.OnRefused(away.refusal);
    End(away.status);
  }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) return End(grpc::Status::OK);
    response_.Clear();
    AnswerReflection(request_, response_);
    this->StartWrite(&response_);
  }
  void OnWriteDone(bool ok) override {
    if (!ok) return End(grpc::Status::OK);
    this->StartRead(&request_);
  }
  void OnDone() override { delete this; }
  void End(grpc::Status status) {
    observer_.OnSettled("ServerReflectionInfo", StatusName(status.error_code()));
    this->Finish(std::move(status));
  }

  BridgeObserver& observer_;
  Request request_;
  Response response_;
};

template <class Api, class Request, class Response>
class ReflectionService final : public Api::CallbackService {
 public:
  ReflectionService(const Admission& admission, BridgeObserver& observer)
      : admission_(admission), observer_(observer) {}

  grpc::ServerBidiReactor<Request, Response>* ServerReflectionInfo(
      grpc::CallbackServerContext* context) override {
    auto* stream = new ReflectionStream<Request, Response>(observer_);
    const std::variant<Caller, TurnedAway> admitted = admission_.Admit(*context, std::nullopt);
    if (const auto* away = std::get_if<TurnedAway>(&admitted)) {
      stream->Refuse(*away);
    } else {
      stream->Open();
    }
    return stream;
  }

 private:
  const Admission& admission_;
  BridgeObserver& observer_;
};

}  // namespace

std::vector<std::string> ReflectedServices() {
  // Health is served by gRPC's library, which does not know its own description: naming a message
  // of it links the file that registers it.
  return {v1::Bridge::service_full_name(),
          grpc::health::v1::HealthCheckRequest::descriptor()->file()->service(0)->full_name(),
          v1_api::ServerReflection::service_full_name(),
          v1alpha_api::ServerReflection::service_full_name()};
}

std::vector<std::unique_ptr<grpc::Service>> MakeReflectionServices(const Admission& admission,
                                                                   BridgeObserver& observer) {
  std::vector<std::unique_ptr<grpc::Service>> services;
  services.push_back(
      std::make_unique<ReflectionService<v1_api::ServerReflection, v1_api::ServerReflectionRequest,
                                         v1_api::ServerReflectionResponse>>(admission, observer));
  services.push_back(
      std::make_unique<
          ReflectionService<v1alpha_api::ServerReflection, v1alpha_api::ServerReflectionRequest,
                            v1alpha_api::ServerReflectionResponse>>(admission, observer));
  return services;
}

}  // namespace roomcast::bridge
