#include "tests/simulation/totals.h"

#include <algorithm>
#include <vector>

namespace roomcast::simulation {

void Totals::Add(const Totals& other) {
  std::vector<std::uint64_t> values;
  const auto read = [&](const char*, std::uint64_t value) { values.push_back(value); };
  Fields(other, read);
  std::size_t i = 0;
  const auto add = [&](const char*, std::uint64_t& value) { value += values[i++]; };
  Fields(*this, add);
}

std::uint64_t Totals::Digest() const {
  std::uint64_t digest = 0xcbf29ce484222325u;
  const auto mix = [&](const char*, std::uint64_t value) {
    digest = (digest ^ value) * 0x9e3779b97f4a7c15u;
    digest ^= digest >> 29;
  };
  Fields(*this, mix);
  return digest;
}

std::string Totals::Text() const {
  std::string text;
  int column = 0;
  const auto print = [&](const char* name, std::uint64_t value) {
    std::string cell = std::string(name) + " " + std::to_string(value);
    cell.resize(std::max<std::size_t>(cell.size() + 1, 26), ' ');
    if (column % 4 == 0) text += "  ";
    text += cell;
    if (++column % 4 == 0) text += "\n";
  };
  Fields(*this, print);
  if (column % 4 != 0) text += "\n";
  return text;
}

}  // namespace roomcast::simulation
