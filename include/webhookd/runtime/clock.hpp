#pragma once

#include <webhookd/time.hpp>

namespace webhookd::runtime {

/// The time of day as a port, so that tests set it.
class clock {
public:
    virtual ~clock() = default;
    [[nodiscard]] virtual timestamp now() const = 0;
};

class system_clock final : public clock {
public:
    [[nodiscard]] timestamp now() const override {
        return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
    }
};

} // namespace webhookd::runtime
