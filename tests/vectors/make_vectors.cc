// make_vectors TYPE FILE CORPUS: reads vectors {name, json} from FILE, encodes each `json` as a
// message of TYPE with the official runtime, and writes FILE again with its `hex`, everything in
// the one form that ReadVectorFile reads. Writes each frame's bytes to CORPUS/NAME as well, for the
// fuzzers.
//
// To add a vector, add {"name": …, "json": …} and run the target update_vectors. A changed `hex` in
// a diff is a changed wire.

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "roomcast/v1/client.pb.h"
#include "tests/vectors/vector_file.h"

namespace {

using Json = nlohmann::ordered_json;
namespace pb = google::protobuf;

std::unique_ptr<pb::Message> NewMessage(const std::string& type) {
  // Links the schema in: a descriptor is looked up by name only once its file is registered.
  const pb::DescriptorPool* pool = roomcast::v1::ClientFrame::descriptor()->file()->pool();
  const pb::Descriptor* descriptor = pool->FindMessageTypeByName(type);
  if (descriptor == nullptr) return nullptr;
  return std::unique_ptr<pb::Message>(
      pb::MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
}

std::string Encode(const pb::Message& message) {
  std::string bytes;
  pb::io::StringOutputStream stream(&bytes);
  pb::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

// One vector's three lines; the JSON is what the official runtime writes, on one line.
bool AppendVector(const std::string& type, const std::string& corpus, const Json& vector,
                  std::string& out) {
  const auto name = vector.at("name").get<std::string>();
  const auto message = NewMessage(type);
  const auto read = pb::util::JsonStringToMessage(vector.at("json").dump(), message.get());
  if (!read.ok()) {
    std::cerr << name << ": " << read.ToString() << "\n";
    return false;
  }
  std::string json;
  if (!pb::util::MessageToJsonString(*message, &json).ok()) return false;
  const std::string bytes = Encode(*message);
  out += "  {\"name\": \"" + name + "\",\n   \"json\": " + Json::parse(json).dump() +
         ",\n   \"hex\": \"" + roomcast::HexFromBytes(bytes) + "\"}";
  std::ofstream(corpus + "/" + name, std::ios::binary) << bytes;
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4 || NewMessage(argv[1]) == nullptr) {
    std::cerr << "use: make_vectors TYPE FILE CORPUS\n";
    return EXIT_FAILURE;
  }
  const Json vectors = Json::parse(roomcast::ReadWholeFile(argv[2]));
  std::string out = "[\n";
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    if (!AppendVector(argv[1], argv[3], vectors[i], out)) return EXIT_FAILURE;
    out += i + 1 < vectors.size() ? ",\n" : "\n";
  }
  std::ofstream(argv[2], std::ios::binary) << out << "]\n";
  std::cout << argv[2] << ": " << vectors.size() << " vectors\n";
  return EXIT_SUCCESS;
}
