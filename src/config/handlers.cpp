#include "config/sections.hpp"
#include "config/wording.hpp"

#include <array>

namespace webhookd::config {
namespace {

void read_retry(object_reader& in, retry_policy& out) {
    const bool initial = in.duration("initial", out.initial, 10ms, 24h);
    in.number("factor", out.factor, 1, 100);
    const bool longest = in.duration("max_delay", out.max_delay, 10ms, 30 * 24h);
    in.integer("max_attempts", out.max_attempts, 1, 10'000);
    in.duration("max_age", out.max_age, 1s, 365 * 24h);
    in.choice("jitter", out.full_jitter, {{"full", true}, {"none", false}});
    if (out.initial > out.max_delay && (initial || longest))
        in.error(longest ? "max_delay" : "initial", "makes the first delay longer than the longest one");
}

void read_circuit_breaker(object_reader& in, std::optional<circuit_breaker>& out) {
    if (!in.is_read()) return;
    circuit_breaker breaker;
    in.integer("failures", breaker.failures, 1, 100'000);
    in.duration("open_for", breaker.open_for, 100ms, 24h);
    if (in.there()) out = breaker;
}

void read_common(object_reader& in, handler_common& out) {
    in.duration("timeout", out.timeout, 10ms, 24h);
    in.integer("concurrency", out.concurrency, 1, 1024);
    in.choice("order_by", out.order_by, {{"none", ordering::none}, {"transaction", ordering::transaction}});
    in.choice("on_failure", out.on_failure,
              {{"skip", failure_action::skip}, {"block", failure_action::block}});
    in.object("retry", [&](object_reader& retry) { read_retry(retry, out.retry); });
    in.object("circuit_breaker",
              [&](object_reader& breaker) { read_circuit_breaker(breaker, out.circuit_breaker); });
    if (out.on_failure == failure_action::block && out.order_by == ordering::none)
        in.warning("on_failure", "blocks nothing without `order_by: transaction`");
}

enum class handler_type { log, forward, shell };

void read_handler(object_reader& in, handler& out) {
    handler_type type = handler_type::log;
    in.require("type");
    const bool typed = in.choice(
        "type", type,
        {{"log", handler_type::log}, {"forward", handler_type::forward}, {"shell", handler_type::shell}});
    // Which keys belong here cannot be said: telling that all are unknown would only hide the one mistake.
    if (!typed) return in.know_all();
    read_common(in, out.common);
    switch (type) {
    case handler_type::log:
        return read_log_handler(in, out.kind.emplace<log_handler>());
    case handler_type::forward:
        return read_forward_handler(in, out.kind.emplace<forward_handler>());
    case handler_type::shell:
        return read_shell_handler(in, out.kind.emplace<shell_handler>());
    }
}

template <class Kind, class Read>
void describe_handler(load_pass& in, std::string_view type, Read read) {
    object_reader reader(in, nullptr, {}, "handlers.*<" + std::string(type) + '>');
    reader.know("type");
    handler_common common;
    read_common(reader, common);
    Kind out;
    read(reader, out);
}

} // namespace

bool read_redaction(object_reader& in, event::redaction& out) {
    static constexpr std::array<std::string_view, 2> kinds{"signing_links", "api_tokens"};
    const auto wanted = in.texts("redact");
    if (!wanted) return false;
    out = {};
    for (const auto& kind : *wanted) {
        if (kind.value == kinds[0])
            out.signing_links = true;
        else if (kind.value == kinds[1])
            out.api_tokens = true;
        else
            in.in().error(kind, in_quotes(kind.raw) + " is not signing_links or api_tokens" +
                                    did_you_mean(kind.raw, kinds));
    }
    return true;
}

void read_handlers(object_reader& root, std::vector<handler>& out) {
    auto& in = root.in();
    if (in.describing()) {
        describe_handler<log_handler>(in, "log", read_log_handler);
        describe_handler<forward_handler>(in, "forward", read_forward_handler);
        describe_handler<shell_handler>(in, "shell", read_shell_handler);
    }
    root.entries("handlers", [&](const yaml_entry& entry, const std::string& path) {
        if (!is_name(entry.key)) in.error(entry.at, path, "is no name: " + std::string(name_rule));
        in.handlers.push_back({entry.key, entry.key, entry.at, path});
        if (entry.value->kind != yaml_node::kind::map)
            return in.error(entry.value->at, path,
                            "must be a map, not " + std::string(describe_kind(*entry.value)));
        object_reader reader(in, entry.value, path, "handlers.*");
        handler h;
        h.name = entry.key;
        read_handler(reader, h);
        reader.finish();
        out.push_back(std::move(h));
    });
}

} // namespace webhookd::config
