#include "cli/trigger.hpp"

#include <webhookd/event/envelope.hpp>
#include <webhookd/event/event_type.hpp>
#include <webhookd/exit_code.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <ostream>

namespace webhookd::cli {
namespace {

int complain(const console& io, const std::string& what, int code) {
    io.err << "universign-webhookd trigger: " << what << '\n';
    return code;
}

std::string key_path(const trigger_options& options) {
    if (!options.key.empty()) return options.key;
    const char* named = std::getenv(trigger_key_environment);
    return named != nullptr && *named != '\0' ? named : std::string{development_key};
}

/// Posts the events of one run and says how the run ends.
class trigger_run {
public:
    trigger_run(const trigger_options& options, const console& io, event_poster poster,
                std::size_t type_width)
        : io_{io}
        , poster_{std::move(poster)}
        , report_{io, options.json, type_width} {}

    /// False: the receiver cannot be reached, and trying further makes no sense.
    bool post(const posted_event& event) {
        const auto outcome = poster_.post(event);
        if (outcome) {
            report_.add(event, *outcome);
            return true;
        }
        unreachable_ = outcome.error();
        return false;
    }

    int finish() {
        report_.finish();
        if (unreachable_.code == errc::argument_invalid)
            return complain(io_, "--url: " + unreachable_.detail, exit_code::usage);
        if (unreachable_.code != errc{})
            return complain(io_, to_string(unreachable_) + " (is the daemon running there?)",
                            exit_code::unavailable);
        return report_.all_accepted() ? exit_code::ok : exit_code::failed;
    }

private:
    const console& io_;
    event_poster poster_;
    posting_report report_;
    failure unreachable_{errc{}};
};

} // namespace

result<std::vector<std::string>> chosen_types(const trigger_options& options) {
    std::vector<std::string> types;
    if (options.all)
        for (const auto& type : event::catalogue())
            types.emplace_back(type.name);
    for (const auto& name : options.types) {
        if (event::find_type(name) == nullptr) {
            std::string detail = name + ": no such event type";
            if (const auto near = event::nearest_type(name))
                detail += "; did you mean " + std::string{*near} + '?';
            return failure{errc::argument_invalid, std::move(detail)};
        }
        if (!options.all) types.push_back(name);
    }
    if (types.empty() && options.bodies.empty())
        return failure{errc::argument_invalid, "name one event type or more, or --all"};
    return types;
}

result<std::vector<event::override_value>> read_overrides(const std::vector<std::string>& sets) {
    std::vector<event::override_value> overrides;
    for (const auto& text : sets) {
        const auto equals = text.find('=');
        if (!text.starts_with('/') || equals == std::string::npos)
            return failure{errc::argument_invalid, "--set " + text + ": not /pointer=value"};
        overrides.push_back({text.substr(0, equals), text.substr(equals + 1)});
    }
    return overrides;
}

event::sample_world world_of(std::uint64_t seed) {
    using namespace std::chrono;
    constexpr std::uint64_t a_century =
        100 * 365 * 24; // hours: keeps any seed within the dates that can be written
    const auto offset = hours{static_cast<int>(seed % a_century)};
    return {.seed = seed, .started = sys_days{2026y / January / 5} + 9h + offset};
}

posted_event describe(std::string body, std::string label) {
    const auto envelope = event::parse_envelope(body);
    if (!envelope) return {std::move(label), {}, std::move(body)};
    return {envelope->type, envelope->id, std::move(body)};
}

int run_trigger(const trigger_options& options, const console& io) {
    const auto types = chosen_types(options);
    if (!types) return complain(io, types.error().detail, exit_code::usage);
    const auto overrides = read_overrides(options.sets);
    if (!overrides) return complain(io, overrides.error().detail, exit_code::usage);

    const auto path = key_path(options);
    const auto pem = read_input(path, io.in, 64 * 1024);
    if (!pem)
        return complain(
            io,
            pem.error().detail +
                "; make a key with `universign-webhookd keys generate --out FOLDER` and give --key",
            exit_code::no_input);
    auto signer = signature::signer::from_pem(*pem);
    if (!signer) return complain(io, path + ": " + signer.error().detail, exit_code::data_error);

    std::vector<posted_event> files;
    for (const auto& name : options.bodies) {
        auto bytes = read_input(name, io.in);
        if (!bytes) return complain(io, bytes.error().detail, exit_code::no_input);
        files.push_back(describe(std::move(*bytes), name));
    }
    // The first world is made before anything is posted: a mistake in --set is reported at once, before
    // anything is done.
    for (const auto& type : *types)
        if (const auto body = event::make_sample(type, world_of(options.seed), *overrides); !body)
            return complain(io, type + ": " + body.error().detail, exit_code::usage);

    std::size_t width = 0;
    for (const auto& type : *types)
        width = std::max(width, type.size());
    for (const auto& file : files)
        width = std::max(width, file.type.size());

    trigger_run run{options, io, event_poster{options.url, std::move(*signer), options.tamper}, width};
    for (const auto& file : files)
        if (!run.post(file)) return run.finish();
    for (std::uint64_t i = 0; i < options.count && !types->empty(); ++i) {
        for (const auto& type : *types) {
            auto body = event::make_sample(type, world_of(options.seed + i), *overrides);
            if (!body) return complain(io, type + ": " + body.error().detail, exit_code::usage);
            if (!run.post(describe(std::move(*body), type))) return run.finish();
        }
    }
    return run.finish();
}

void add_trigger_command(CLI::App& app, int& exit_code) {
    auto* trigger = app.add_subcommand("trigger", "Post signed sample events, as Universign would");
    const auto options = std::make_shared<trigger_options>();
    trigger->add_option("TYPE", options->types, "Event types, such as transaction.lifecycle.completed");
    trigger->add_flag("--all", options->all, "One event of every documented type");
    trigger->add_option("--url", options->url, "Where to post")->capture_default_str();
    trigger
        ->add_option("--key", options->key,
                     "Private key (PEM); default: $UNIVERSIGN_WEBHOOKD_KEY, then build/dev/private.pem")
        ->type_name("FILE");
    trigger->add_option("--count", options->count, "How many of each, every time with the next seed")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}))
        ->capture_default_str();
    trigger->add_option("--seed", options->seed, "The same seed makes the same events")
        ->capture_default_str();
    trigger->add_option("--set", options->sets, "/pointer=value: change the sample's JSON (repeatable)")
        ->take_all()
        ->allow_extra_args(false);
    trigger->add_option("--body", options->bodies, "Post this file's bytes as they are (repeatable)")
        ->type_name("FILE")
        ->take_all()
        ->allow_extra_args(false);
    trigger->add_option("--tamper", options->tamper, "Spoil what was signed: body or signature")
        ->transform(
            CLI::CheckedTransformer(std::map<std::string, tampering>{{"none", tampering::none},
                                                                     {"body", tampering::body},
                                                                     {"signature", tampering::signature}})
                .description("{none,body,signature}"));
    trigger->add_flag("--json", options->json, "Print a JSON object for each event");
    trigger->callback([options, &exit_code] { exit_code = run_trigger(*options, console::standard()); });
}

} // namespace webhookd::cli
