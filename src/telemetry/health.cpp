#include <webhookd/telemetry/health.hpp>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <string>
#include <vector>

namespace webhookd::telemetry {
namespace {

using json_writer = rapidjson::Writer<rapidjson::StringBuffer>;

void write_string(json_writer& json, std::string_view text) {
    json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

/// True when the endpoint can verify events.
bool write_endpoint_keys(json_writer& json, const std::string& name,
                         const std::optional<ingest::key_ring::status>& keys) {
    json.StartObject();
    json.Key("name");
    write_string(json, name);
    json.Key("signature");
    json.String(keys ? "required" : "disabled");
    bool ready = true;
    if (keys) {
        ready = keys->keys > 0;
        json.Key("keys");
        json.Uint64(keys->keys);
        json.Key("keys_age_seconds");
        if (keys->age)
            json.Int64(keys->age->count());
        else
            json.Null();
        json.Key("keys_from_cache");
        json.Bool(keys->from_cache);
        if (!keys->last_error.empty()) {
            json.Key("last_error");
            write_string(json, keys->last_error);
        }
    }
    json.Key("ready");
    json.Bool(ready);
    json.EndObject();
    return ready;
}

/// True when there are none.
bool write_silent_threads(json_writer& json, const std::vector<std::string>& silent) {
    json.Key("silent_threads");
    json.StartArray();
    for (const auto& name : silent)
        write_string(json, name);
    json.EndArray();
    return silent.empty();
}

/// No request is refused because of it; but nothing is purged by such a clock.
void write_clock(json_writer& json, std::optional<std::chrono::seconds> doubt) {
    json.Key("clock");
    json.String(doubt ? "in doubt" : "ok");
    if (!doubt) return;
    json.Key("clock_ahead_seconds");
    json.Int64(doubt->count());
}

} // namespace

readiness judge_readiness(const readiness_snapshot& from) {
    rapidjson::StringBuffer buffer;
    json_writer json(buffer);
    json.StartObject();
    bool ready = !from.stopping && from.store_healthy && !from.queue_full;
    json.Key("stopping");
    json.Bool(from.stopping);
    json.Key("store");
    json.String(from.store_trouble ? "failing" : "ok");
    if (from.store_trouble) {
        json.Key("store_error");
        write_string(json, to_string(*from.store_trouble));
    }
    json.Key("store_engine");
    write_string(json, from.store_engine);
    if (!from.store_warning.empty()) {
        json.Key("store_warning");
        write_string(json, from.store_warning);
    }
    if (from.shares_name) {
        json.Key("instance_warning");
        json.String("another daemon on this database has the same name: give each its own server.instance");
    }
    json.Key("queue");
    json.String(from.queue_full ? "full" : "ok");
    write_clock(json, from.clock_doubt);
    json.Key("endpoints");
    json.StartArray();
    for (const auto& [name, keys] : from.key_sets)
        ready = write_endpoint_keys(json, name, keys) && ready;
    json.EndArray();
    ready = write_silent_threads(json, from.silent_threads) && ready;
    json.Key("status");
    json.String(ready ? "ready" : "not ready");
    json.EndObject();
    return {ready, {buffer.GetString(), buffer.GetSize()}};
}

} // namespace webhookd::telemetry
