#ifndef ROOMCAST_TESTS_SCHEMA_DIFFERENTIAL_H_
#define ROOMCAST_TESTS_SCHEMA_DIFFERENTIAL_H_

#include <string>
#include <string_view>

namespace roomcast {

// Reads a stranger's bytes with our codec and with the official runtime. They agree when both
// refuse, or both accept and write the same bytes again, unknown fields left out. Empty when they
// agree, else what they disagree in. Bytes over 4 KiB are not looked at: ours refuses what needs
// more memory than an arena may hold, and the official runtime does not.
std::string DisagreementOnClientFrame(std::string_view bytes);
std::string DisagreementOnServerFrame(std::string_view bytes);

// What the latest of these calls found both to do; for tests of the tests.
bool LatestWasAccepted();

}  // namespace roomcast

#endif  // ROOMCAST_TESTS_SCHEMA_DIFFERENTIAL_H_
