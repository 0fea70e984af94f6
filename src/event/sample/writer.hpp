#pragma once

#include <webhookd/time.hpp>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <concepts>
#include <cstdint>
#include <string_view>

namespace webhookd::event::sample {

/// RapidJSON's writer with one call for each member; `name` is empty within an array.
class writer {
public:
    /// Dates end with the second where `whole_seconds`, else they have milliseconds.
    writer(rapidjson::StringBuffer& out, bool whole_seconds)
        : json_(out)
        , whole_seconds_(whole_seconds) {}

    void put(std::string_view name, std::string_view text) {
        key(name);
        json_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    }
    void put(std::string_view name, const char* text) { put(name, std::string_view(text)); }
    void put(std::string_view name, std::same_as<bool> auto value) { // not a pointer, which converts to bool
        key(name);
        json_.Bool(value);
    }
    void put(std::string_view name, int value) {
        key(name);
        json_.Int(value);
    }
    void put(std::string_view name, timestamp t) {
        auto text = to_rfc3339(t);
        if (whole_seconds_) text.erase(text.find('.'), text.size() - 1 - text.find('.'));
        put(name, text);
    }

    /// Seconds since 1970 with a fraction, as Universign's envelopes tell their time.
    void put_epoch(std::string_view name, timestamp t) {
        key(name);
        json_.Double(static_cast<double>(t.time_since_epoch().count()) / 1e6);
    }

    template <class Members>
    void object(std::string_view name, Members members) {
        key(name);
        json_.StartObject();
        members();
        json_.EndObject();
    }
    template <class Elements>
    void array(std::string_view name, Elements elements) {
        key(name);
        json_.StartArray();
        elements();
        json_.EndArray();
    }

private:
    void key(std::string_view name) {
        if (!name.empty()) json_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    }

    rapidjson::Writer<rapidjson::StringBuffer> json_;
    bool whole_seconds_;
};

} // namespace webhookd::event::sample
