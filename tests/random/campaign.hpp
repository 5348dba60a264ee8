// Many random programs for one subject, each checked by its model.
#pragma once

#include "model.hpp"
#include "program.hpp"
#include "run.hpp"

#include <cstdint>
#include <vector>

namespace random_programs {

struct subject_kind {
    char const* name;
    std::uint8_t parameters;  // in so many variants
    std::vector<operation> operations;
    subject_maker make;
    model_maker make_model;
    bool network = false;  // the variant is the seed of the simulated network
};

/// Runs `ROTA_RANDOM_PROGRAMS` programs, or those that a short time allows, from `ROTA_RANDOM_SEED` or from a new seed,
/// and prints how many. One that fails is shrunk and shown, with a tape to repeat it by `ROTA_RANDOM_TAPE`; that is a
/// failure of the test.
void campaign(subject_kind const& of);

}  // namespace random_programs
