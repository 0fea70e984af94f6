#include "store/transfer/parts.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace webhookd::store::transfer {
namespace {

constexpr std::array key_columns{column{"id"}, column{"kid", column_type::text},
                                 column{"jwk", column_type::text}};

constexpr std::array event_type_columns{column{"name", column_type::text}, column{"events"}};

constexpr std::array handler_columns{column{"name", column_type::text}};

constexpr std::array event_columns{
    column{"seq"},
    column{"endpoint", column_type::text, "endpoints"},
    column{"event_id", column_type::text},
    column{"type", column_type::text, "event_types"},
    column{"at"},
    column{"created"},
    column{"received"},
    column{"user_id", column_type::text},
    column{"trace_id", column_type::text},
    column{"api_key", column_type::text, "api_keys"},
    column{"object_type", column_type::text},
    column{"object_id", column_type::text},
    column{"transaction_id", column_type::text},
    column{"state", column_type::text},
    column{"stalled_reason", column_type::text},
    column{"source", column_type::text},
    column{"metadata", column_type::text},
};

constexpr std::array body_columns{column{"seq"}, column{"key"}, column{"signature", column_type::text},
                                  column{"body", column_type::bytes}};

constexpr std::array consumption_columns{
    column{"at"},
    column{"seq"},
    column{"endpoint", column_type::text, "endpoints"},
    column{"transaction_id", column_type::text},
    column{"visas"},
    column{"seals"},
    column{"reviews"},
    column{"level_0"},
    column{"level_1"},
    column{"level_2"},
    column{"level_3"},
    column{"level_4"},
};

constexpr std::array delivery_columns{
    column{"id"},
    column{"event"},
    column{"handler", column_type::text, "handlers"},
    column{"state"},
    column{"due"},
    column{"chain", column_type::text},
    column{"blocks", column_type::boolean},
    column{"attempts"},
    column{"forgiven"},
    column{"planned"},
    column{"since"},
    column{"finished"},
    column{"reason", column_type::text},
};

constexpr std::array attempt_columns{
    column{"delivery"},
    column{"number"},
    column{"started"},
    column{"duration"},
    column{"status"},
    column{"reason", column_type::text},
    column{"output", column_type::text},
};

constexpr std::array discard_columns{column{"delivery"}, column{"number"}, column{"at"},
                                     column{"by", column_type::text}, column{"reason", column_type::text}};

constexpr std::array erasure_columns{column{"transaction_id", column_type::text},
                                     column{"endpoint", column_type::text, "endpoints"}, column{"last_seq"},
                                     column{"at"}, column{"by", column_type::text}};

constexpr std::array outage_columns{column{"began"}, column{"endpoint", column_type::text},
                                    column{"reason", column_type::text}, column{"ended"}, column{"refused"}};

constexpr std::array clock_columns{column{"believed"}, column{"ahead"}, column{"held"}};

constexpr std::array arrival_columns{column{"beyond"}, column{"at"}};

constexpr std::array key_origin_columns{column{"key"}, column{"endpoint", column_type::text, "endpoints"},
                                        column{"source", column_type::text}, column{"fetched"}};

/// The last one of any instance, and whether that has ended in good order since.
constexpr std::array heartbeat_columns{column{"seen"}, column{"ended", column_type::boolean}};

constexpr std::array store_parts{
    part{"keys", 1, part_scale::unknown, key_columns},
    part{"event_types", 1, part_scale::unknown, event_type_columns},
    part{"handlers", 1, part_scale::unknown, handler_columns},
    part{"events", 1, part_scale::offsets, event_columns},
    part{"payloads", 1, part_scale::offsets, body_columns},
    part{"consumption", 2, part_scale::unknown, consumption_columns},
    part{"deliveries", 1, part_scale::deliveries, delivery_columns},
    part{"attempts", 2, part_scale::deliveries, attempt_columns},
    part{"discards", 2, part_scale::deliveries, discard_columns},
    part{"erasures", 2, part_scale::unknown, erasure_columns},
    part{"outages", 3, part_scale::unknown, outage_columns},
    part{"clock", 1, part_scale::unknown, clock_columns},
    part{"arrivals", 1, part_scale::unknown, arrival_columns},
    part{"heartbeat", 1, part_scale::unknown, heartbeat_columns},
    part{"key_origins", 2, part_scale::unknown, key_origin_columns},
};

} // namespace

std::span<const part> all_parts() noexcept {
    return store_parts;
}

const part& part_named(const char* name) {
    return *std::find_if(store_parts.begin(), store_parts.end(),
                         [&](const part& p) { return std::string_view{p.name} == name; });
}

} // namespace webhookd::store::transfer
