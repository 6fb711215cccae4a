// Rows for people: columns as wide as what is in them.
#ifndef ROOMCAST_BRIDGE_TEXT_TABLE_H_
#define ROOMCAST_BRIDGE_TEXT_TABLE_H_

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace roomcast::bridge {

class TextTable {
 public:
  using Row = std::vector<std::string>;
  explicit TextTable(Row head) { Add(std::move(head)); }

  // As many as the head has.
  void Add(Row row) { rows_.push_back(std::move(row)); }
  void Print(std::ostream& out) const {
    std::vector<std::size_t> widths(rows_[0].size(), 0);
    for (const Row& row : rows_) {
      for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    for (const Row& row : rows_) {
      std::string line;
      for (std::size_t i = 0; i < row.size(); ++i) {
        line += row[i];
        if (i + 1 < row.size()) line.append(widths[i] - row[i].size() + 2, ' ');
      }
      out << line << "\n";
    }
  }

 private:
  std::vector<Row> rows_;  // the head first
};

}  // namespace roomcast::bridge

#endif  // ROOMCAST_BRIDGE_TEXT_TABLE_H_
