// One counter for each test program that counts.
#include "net/allocation_count.cpp"  // NOLINT(bugprone-suspicious-include)
