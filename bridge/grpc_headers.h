// The slow headers, compiled once (target_precompile_headers). Nobody includes this file.
#include <google/protobuf/any.pb.h>          // IWYU pragma: keep
#include <grpcpp/grpcpp.h>                   // IWYU pragma: keep
#include <grpcpp/support/server_callback.h>  // IWYU pragma: keep

#include <atomic>   // IWYU pragma: keep
#include <memory>   // IWYU pragma: keep
#include <string>   // IWYU pragma: keep
#include <utility>  // IWYU pragma: keep
#include <variant>  // IWYU pragma: keep
#include <vector>   // IWYU pragma: keep

#include "roomcast/v1/bridge.grpc.pb.h"  // IWYU pragma: keep
