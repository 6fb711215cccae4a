#ifndef ROOMCAST_TESTS_VECTORS_VECTOR_FILE_H_
#define ROOMCAST_TESTS_VECTORS_VECTOR_FILE_H_

#include <string>
#include <string_view>
#include <vector>

namespace roomcast {

// One golden frame: what it is called, and its bytes.
struct Vector {
  std::string name;
  std::string bytes;
  // The frame in Protobuf's JSON mapping, as it stands in the file.
  std::string json;
};

// Reads a file of tests/vectors in the form that make_vectors writes: a vector is three lines, of
// `name`, `json` and `hex`. Not a JSON reader: it works with the standard library alone, so that
// the same test runs as WebAssembly. Ends the process when the file cannot be read or has another
// form. `path` is relative to the repository's root, where tests run.
std::vector<Vector> ReadVectorFile(const std::string& path);

// A whole file; ends the process when it cannot be read.
std::string ReadWholeFile(const std::string& path);

std::string BytesFromHex(std::string_view hex);
std::string HexFromBytes(std::string_view bytes);

}  // namespace roomcast

#endif  // ROOMCAST_TESTS_VECTORS_VECTOR_FILE_H_
