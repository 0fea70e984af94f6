#pragma once

#include <webhookd/error.hpp>
#include <webhookd/event/sample.hpp>

#include "cli/posting.hpp"
#include "cli/terminal.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace webhookd::cli {

/// Where `./dev run` listens, and where it keeps its key.
inline constexpr std::string_view default_trigger_url = "http://127.0.0.1:8080/webhooks/universign";
inline constexpr const char* trigger_key_environment = "UNIVERSIGN_WEBHOOKD_KEY";
inline constexpr std::string_view development_key = "build/dev/private.pem";

struct trigger_options {
    std::vector<std::string> types{};
    std::vector<std::string> bodies{}; ///< files that are posted as they are
    bool all = false;
    std::string url{default_trigger_url};
    std::string key{};       ///< a PEM file; empty: the environment's, then development_key
    std::uint64_t count = 1; ///< worlds: seeds seed … seed + count - 1
    std::uint64_t seed = 1;  ///< the same seed makes the same events, so a second run shows duplicates
    std::vector<std::string> sets{}; ///< `/pointer=value`
    tampering tamper = tampering::none;
    bool json = false; ///< a line of JSON for each event, and one with the count
};

/// Ends with 0 when everything was answered 2xx, 1 when something was refused, 69 when the URL cannot be
/// reached, 64 for an unknown type or a pointer that cannot be set, 66 when a file cannot be read, 65 when
/// the key is none.
[[nodiscard]] int run_trigger(const trigger_options& options, const console& io);

/// `trigger`. When it was called, `exit_code` is set once the command line is parsed.
void add_trigger_command(CLI::App& app, int& exit_code);

/// The types to make samples of, each in the catalogue. Errors: argument_invalid, with the name that was
/// likely meant.
[[nodiscard]] result<std::vector<std::string>> chosen_types(const trigger_options& options);

/// `/pointer=value`, taken apart at the first `=`. Errors: argument_invalid.
[[nodiscard]] result<std::vector<event::override_value>> read_overrides(const std::vector<std::string>& sets);

/// A fixed day and `seed` hours: nothing of the clock, so that the same call makes the same bytes on every
/// machine.
[[nodiscard]] event::sample_world world_of(std::uint64_t seed);

/// Type and id as the body tells them; `label` for the type when it tells none.
[[nodiscard]] posted_event describe(std::string body, std::string label);

} // namespace webhookd::cli
