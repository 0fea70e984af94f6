#include "config/sections.hpp"
#include "config/wording.hpp"

namespace webhookd::config {
namespace {

/// `forever`, or a duration in whole seconds.
bool read_retention(object_reader& in, std::string_view key, std::optional<std::chrono::seconds>& out) {
    const auto* node = in.find(key);
    if (node && node->kind == yaml_node::kind::scalar && node->text == "forever") {
        in.know(key);
        in.in().note(in.path(key), json_text("forever"), false, node->at);
        out.reset();
        return true;
    }
    milliseconds duration = out.value_or(0s);
    if (!in.duration(key, duration, 1h, 36'500 * 24h)) return false;
    out = std::chrono::duration_cast<std::chrono::seconds>(duration);
    return true;
}

bool is_postgres(std::string_view url) {
    return url.starts_with("postgresql://") || url.starts_with("postgres://");
}

/// Not quoted: a URL may hold a password.
void read_storage_url(object_reader& in, std::string& out) {
    in.note_default("url", json_text(out));
    auto url = in.address_at("url");
    if (!url) return;
    if (is_postgres(url->value)) {
        out = std::move(url->value);
        return;
    }
    if (!url->value.starts_with("sqlite:"))
        in.in().error(*url,
                      "names no storage engine; write it like "
                      "sqlite:/var/lib/universign-webhookd/events.db or postgresql://user@host/database");
    else if (url->value.size() == 7 || url->value.ends_with('/'))
        in.in().error(*url, "names no file after `sqlite:`");
    else
        out = std::move(url->value);
}

/// What only a database server needs; an SQLite database does not look at it.
void read_server_access(object_reader& in, config::fixed& out) {
    if (auto password = in.secret_at("password")) {
        if (password->value.find('\0') != std::string::npos)
            in.in().error(*password, "must not hold a NUL byte");
        else
            out.storage_password = std::move(password->value);
    }
    in.integer("pool", out.storage_pool, 4, 100);
}

} // namespace

void read_storage(object_reader& root, configuration& whole) {
    auto& out = whole.reloadable.retention;
    root.object("storage", [&](object_reader& in) {
        read_storage_url(in, whole.fixed.storage_url);
        read_server_access(in, whole.fixed);
        in.object("retention", [&](object_reader& keep) {
            const bool events = read_retention(keep, "events", out.events);
            const bool payloads = read_retention(keep, "payloads", out.payloads);
            // Universign's last try comes 81 hours after the first one.
            if (events && out.events && *out.events < 96h)
                keep.warning(
                    "events",
                    "is shorter than Universign's retries: an event that comes again would run again");
            if (out.events && (!out.payloads || *out.payloads > *out.events)) {
                if (payloads) keep.warning("payloads", "outlives its event; it goes when the event goes");
                out.payloads.reset();
            }
        });
    });
}

void read_queue(object_reader& root, configuration& whole) {
    root.object("queue", [&](object_reader& in) {
        in.integer("max_pending", whole.reloadable.max_pending, 1, 1'000'000'000);
        in.integer("max_in_memory", whole.fixed.max_in_memory, 1, 1'000'000);
    });
}

bool read_log_level(object_reader& in, log_level& out) {
    return in.choice("level", out,
                     {{"trace", log_level::trace},
                      {"debug", log_level::debug},
                      {"info", log_level::info},
                      {"warning", log_level::warning},
                      {"error", log_level::error},
                      {"warn", log_level::warning},
                      {"err", log_level::error}},
                     2);
}

bool read_log_format(object_reader& in, log_format& out) {
    return in.choice("format", out, {{"json", log_format::json}, {"text", log_format::text}});
}

void read_log(object_reader& root, configuration& whole) {
    root.object("log", [&](object_reader& in) {
        read_log_level(in, whole.reloadable.log_level);
        read_log_format(in, whole.fixed.log_format);
    });
}

} // namespace webhookd::config
