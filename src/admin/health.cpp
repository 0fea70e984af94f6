#include <webhookd/admin/health.hpp>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <string>
#include <vector>

namespace webhookd::admin {

namespace {

using json_writer = rapidjson::Writer<rapidjson::StringBuffer>;

void write_string(json_writer& json, std::string_view text) {
    json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

/// True when the endpoint can verify events.
bool write_endpoint(json_writer& json, const std::string& name, const ingest::key_ring* keys) {
    json.StartObject();
    json.Key("name");
    write_string(json, name);
    json.Key("signature");
    json.String(keys != nullptr ? "required" : "disabled");
    bool ready = true;
    if (keys != nullptr) {
        const auto status = keys->current_status();
        ready = status.keys > 0;
        json.Key("keys");
        json.Uint64(status.keys);
        json.Key("keys_age_seconds");
        if (status.age)
            json.Int64(status.age->count());
        else
            json.Null();
        json.Key("keys_from_cache");
        json.Bool(status.from_cache);
        if (!status.last_error.empty()) {
            json.Key("last_error");
            write_string(json, status.last_error);
        }
    }
    json.Key("ready");
    json.Bool(ready);
    json.EndObject();
    return ready;
}

/// True when there are none.
bool write_silent_threads(json_writer& json, const runtime::roll_call* roll) {
    const auto silent = roll != nullptr ? roll->silent() : std::vector<std::string>();
    json.Key("silent_threads");
    json.StartArray();
    for (const auto& name : silent)
        write_string(json, name);
    json.EndArray();
    return silent.empty();
}

/// Nobody is turned away because of it; but nothing is purged by such a clock.
void write_clock(json_writer& json, const store::purger& purger) {
    const auto doubt = purger.snapshot().clock_doubt;
    json.Key("clock");
    json.String(doubt ? "in doubt" : "ok");
    if (!doubt) return;
    json.Key("clock_ahead_seconds");
    json.Int64(doubt->count());
}

http::response readiness(const health_sources& sources) {
    rapidjson::StringBuffer buffer;
    json_writer json(buffer);
    json.StartObject();
    const bool queue_full = sources.queue_full();
    bool ready = !sources.stopping && sources.writer.healthy() && !queue_full;
    json.Key("stopping");
    json.Bool(sources.stopping);
    json.Key("store");
    const auto trouble = sources.writer.trouble();
    json.String(trouble ? "failing" : "ok");
    if (trouble) {
        json.Key("store_error");
        write_string(json, to_string(*trouble));
    }
    json.Key("queue");
    json.String(queue_full ? "full" : "ok");
    if (sources.purger != nullptr) write_clock(json, *sources.purger);
    json.Key("endpoints");
    json.StartArray();
    for (const auto& [name, keys] : sources.key_rings)
        ready = write_endpoint(json, name, keys) && ready;
    json.EndArray();
    ready = write_silent_threads(json, sources.roll) && ready;
    json.Key("status");
    json.String(ready ? "ready" : "not ready");
    json.EndObject();
    http::response r;
    r.status = ready ? http::status::ok : http::status::service_unavailable;
    r.body.assign(buffer.GetString(), buffer.GetSize());
    r.body += '\n';
    return r;
}

runtime::task<http::response> answer_alive(const access& who, http::request& r) {
    if (auto refusal = who.refuse(r, open_page::health)) co_return std::move(*refusal);
    http::response alive;
    alive.body = "{\"status\":\"alive\"}\n";
    co_return alive;
}

runtime::task<http::response> answer_readiness(const access& who, const health_sources& sources,
                                               http::request& r) {
    if (auto refusal = who.refuse(r, open_page::health)) co_return std::move(*refusal);
    co_return readiness(sources);
}

} // namespace

void add_health(http::router& router, const access& who, health_sources sources) {
    router.add(http::verb::get, "/healthz", [&who](http::request& r) { return answer_alive(who, r); });
    router.add(http::verb::get, "/readyz", [&who, sources = std::move(sources)](http::request& r) {
        return answer_readiness(who, sources, r);
    });
}

} // namespace webhookd::admin
